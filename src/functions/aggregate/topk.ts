/** TOPK and TOPKDISTINCT. State: the best values so far in descending order, changed in place; of equal ones the earlier one comes first. */
import { type Comparator, comparator } from '../../types/compare.ts'
import { array, type SqlType, type StructField, struct } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import {
  type AggregateVariant,
  type AppendOnlyRuntime,
  aggregate,
  type FunctionDeclaration,
  parameter,
} from '../declaration.ts'

const SORTABLE = ['INT', 'BIGINT', 'DOUBLE', 'STRING'] as const
const DISTINCT_SORTABLE = [
  'INT',
  'BIGINT',
  'DOUBLE',
  'DECIMAL',
  'STRING',
  'BYTES',
  'DATE',
  'TIME',
  'TIMESTAMP',
] as const

interface Ranking {
  readonly compare: Comparator
  readonly size: number
  readonly distinct: boolean
}

/** Inserts `value` in order and drops the last value if there are then too many. */
function insert(best: Value[], value: Value, { compare, size, distinct }: Ranking): void {
  let position = best.length
  while (position > 0 && compare(best[position - 1]!, value) < 0) position--
  if (position >= size) return
  if (distinct && position > 0 && compare(best[position - 1]!, value) === 0) return
  best.splice(position, 0, value)
  if (best.length > size) best.pop()
}

/** `item`: what to keep of a row; its first argument decides the rank and is not NULL. */
function top(ranking: Ranking, item: (args: readonly Value[]) => Value): AppendOnlyRuntime {
  if (!(ranking.size > 0)) throw new Error(`k must be 1 or greater, not ${ranking.size}`)
  return {
    initialize: () => [],
    add: (state, args) => {
      if (args[0] !== null) insert(state as Value[], item(args), ranking)
      return state
    },
    merge: (first, second) => {
      const best = (first as Value[]).slice()
      for (const value of second as Value[]) insert(best, value, ranking)
      return best
    },
    result: (state) => (state as Value[]).slice(),
  }
}

const arrayOf = ([type]: readonly SqlType[]): SqlType => array(type!)

const sizeParameter = parameter('k', 'INT', 'how many values to keep')

function plainVariant(type: string, distinct: boolean): AggregateVariant {
  return {
    parameters: [parameter('value', type, 'the column to rank')],
    initialParameters: [sizeParameter],
    returns: type === 'DECIMAL' ? arrayOf : `ARRAY<${type}>`,
    state: arrayOf,
    hasUndo: false,
    bind: ([column], [size]) =>
      top({ compare: comparator(column!), size: size as number, distinct }, (args) => args[0]!),
  }
}

/** `sort_col` is the ranked column, `col0`, `col1` and so on are the others. */
function rowType(args: readonly SqlType[]): SqlType {
  const fields = args.map((type, i): StructField => ({ name: i === 0 ? 'sort_col' : `col${i - 1}`, type }))
  return array(struct(fields))
}

function rowVariant(type: string): AggregateVariant {
  return {
    parameters: [
      parameter('value', type, 'the column to rank'),
      parameter('column', 'ANY', 'a column to keep with the value'),
      parameter('more', 'ANY...', 'more such columns'),
    ],
    initialParameters: [sizeParameter],
    returns: rowType,
    state: rowType,
    hasUndo: false,
    bind: ([column], [size]) => {
      const compare = comparator(column!)
      const byFirst: Comparator = (a, b) => compare((a as readonly Value[])[0]!, (b as readonly Value[])[0]!)
      return top({ compare: byFirst, size: size as number, distinct: false }, (args) => args.slice())
    },
  }
}

export const topkFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'TOPK',
    printedName: 'TOPK',
    description: 'The largest values of a column in descending order, alone or with other columns of their rows.',
    example: { call: 'TOPK(x, 2)', result: '[7, 7]', over: ['2', '7', '7', '1'] },
    variants: [...SORTABLE.map((type) => plainVariant(type, false)), ...SORTABLE.map(rowVariant)],
  }),
  aggregate({
    name: 'TOPKDISTINCT',
    printedName: 'TOPKDISTINCT',
    description: 'The largest distinct values of a column in descending order.',
    example: { call: 'TOPKDISTINCT(x, 2)', result: '[7, 2]', over: ['2', '7', '7', '1'] },
    variants: DISTINCT_SORTABLE.map((type) => plainVariant(type, true)),
  }),
]
