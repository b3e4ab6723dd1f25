/** MIN and MAX. State: the best value so far, NULL before the first one. */
import { type Comparator, comparator } from '../../types/compare.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import {
  type AggregateVariant,
  type AppendOnlyRuntime,
  aggregate,
  type FunctionDeclaration,
  parameter,
  type ResultGrowth,
} from '../declaration.ts'

const TYPES = ['INT', 'BIGINT', 'DOUBLE', 'DECIMAL', 'STRING', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP'] as const

type Best = (a: Value, b: Value) => Value

function runtime(best: Best): AppendOnlyRuntime {
  const join: Best = (a, b) => (a === null ? b : b === null ? a : best(a, b))
  return {
    initialize: () => null,
    add: (state, args) => join(state, args[0]!),
    merge: join,
    result: (state) => state,
  }
}

const columnType = ([type]: readonly SqlType[]): SqlType => type!

function variants(to: ResultGrowth['to'], choose: (compare: Comparator) => Best): AggregateVariant[] {
  return TYPES.map((type) => ({
    parameters: [parameter('value', type, 'the column')],
    returns: type === 'DECIMAL' ? columnType : type,
    state: columnType,
    mergesParts: true as const,
    // The order of doubles has no place for NaN.
    ...(type !== 'DOUBLE' && { growth: { to, fromNull: true } }),
    hasUndo: false,
    bind: ([column]) => runtime(choose(comparator(column!))),
  }))
}

export const minMaxFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'MIN',
    printedName: 'MIN',
    description: 'The smallest value of a column; NULL if it has none.',
    example: { call: 'MIN(x)', result: '1', over: ['2', '1', '7'] },
    variants: variants('less', (compare) => (a, b) => (compare(b, a) < 0 ? b : a)),
  }),
  aggregate({
    name: 'MAX',
    printedName: 'MAX',
    description: 'The largest value of a column; NULL if it has none.',
    example: { call: 'MAX(x)', result: '7', over: ['2', '1', '7'] },
    variants: variants('greater', (compare) => (a, b) => (compare(b, a) > 0 ? b : a)),
  }),
]
