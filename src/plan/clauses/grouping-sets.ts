/** GROUPING SETS: which sets there are, the column that tells them apart, and GROUPING(...), which reads it. */
import type { Analysis } from '../../analysis/analysis.ts'
import { refuse } from '../../analysis/errors.ts'
import { groupingCalls } from '../../analysis/grouping-calls.ts'
import type { GroupingSet } from '../../operators/changes/grouping-sets.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { Expression, FunctionCall } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { rewrite, withoutLocations } from '../../sql/walk.ts'
import { INTEGER } from '../../types/sql-type.ts'
import { groupKey, type KeyColumn, type PlanBuilder, type Relation } from '../builder.ts'

export interface GroupingSets {
  readonly sets: readonly GroupingSet[]
  /** The column of the set's number: as GROUPING(...) that gives the same, so that messages name what to select. */
  readonly name: string
  /** Puts in the place of each GROUPING(...) an expression over that column. */
  readonly rewrite: (expression: Expression) => Expression
}

/** Null: the query has a plain GROUP BY. Throws StatementError for a set that is there twice. */
export function groupingSetsOf({ groupBy, groupingSets, select, having, qualify }: Analysis): GroupingSets | null {
  if (groupBy === null || groupingSets === null) return null
  refuseRepeated(groupingSets, groupBy)
  const clauses = [...select.map(({ expression }) => expression), having, qualify].filter((one) => one !== null)
  const calls = clauses.flatMap((clause) => groupingCalls(clause).map(({ args }) => args))
  const numbersOf = (args: readonly Expression[]): number[] =>
    groupingSets.map((set) => groupingNumber(args, set, groupBy))
  const args = calls.find((one) => isDistinct(numbersOf(one))) ?? groupBy
  const numbers = numbersOf(args)
  const name = `GROUPING(${args.map((arg) => displayExpression(arg).replaceAll(' ', '')).join(',')})`
  const column: Expression = { kind: 'columnReference', qualifier: null, name }
  const isGrouping = new Set(clauses.flatMap(groupingCalls).map(withoutLocations))
  return {
    sets: groupingSets.map((columns, i) => ({ columns, number: numbers[i]! })),
    name,
    rewrite: (expression) =>
      rewrite(expression, (node) =>
        node.kind === 'functionCall' && isGrouping.has(withoutLocations(node))
          ? readingNumber(node, column, numbers, numbersOf(node.args))
          : null,
      ),
  }
}

/** A bit for each argument, the last one lowest: 1 where the set does not group by it. Source: SQL:1999, feature T433. */
const groupingNumber = (
  args: readonly Expression[],
  set: readonly number[],
  groupBy: readonly Expression[],
): number => {
  const texts = new Set(set.map((index) => withoutLocations(groupBy[index]!)))
  return args.reduce((number, arg) => number * 2 + (texts.has(withoutLocations(arg)) ? 0 : 1), 0)
}

const isDistinct = (numbers: readonly number[]): boolean => new Set(numbers).size === numbers.length

/** The column itself where it has these values; else they are chosen by it. */
function readingNumber(
  { location }: FunctionCall,
  column: Expression,
  numbers: readonly number[],
  values: readonly number[],
): Expression {
  if (values.every((value, i) => value === numbers[i])) return { ...column, ...(location && { location }) }
  const literal = (value: number): Expression => ({ kind: 'integerLiteral', value })
  return {
    kind: 'simpleCase',
    operand: column,
    whens: values.map((value, i) => ({ condition: literal(numbers[i]!), result: literal(value) })),
    otherwise: null,
  }
}

/** The key of rows that are grouped by sets. No group column is constant: it is NULL in the sets that leave it out. */
export const expandedKey = (groups: readonly NamedExpression[], { name }: GroupingSets): KeyColumn[] => [
  ...groupKey(groups).map(({ isConstant: _, ...column }) => column),
  { name, type: INTEGER, columns: [name] },
]

/** A row for each set. `prepared`: rows of the columns of the group, then the arguments. */
export function expandSets(
  prepared: Relation,
  { sets: { sets, name }, groups, keyed }: Expansion,
  builder: PlanBuilder,
): Relation {
  const step = builder.add({
    kind: 'groupingSets',
    id: 'Aggregate/GroupingSets',
    input: prepared.step,
    groups: groups.length,
    sets,
    name,
    keyed,
  })
  const { columns } = prepared
  return {
    ...prepared,
    step,
    key: [],
    columns: [...columns.slice(0, groups.length), { name, type: INTEGER }, ...columns.slice(groups.length)],
    placedBy: [[]],
  }
}

interface Expansion {
  readonly sets: GroupingSets
  readonly groups: readonly NamedExpression[]
  readonly keyed: boolean
}

function refuseRepeated(sets: readonly (readonly number[])[], groupBy: readonly Expression[]): void {
  const seen = new Set<string>()
  for (const set of sets) {
    const text = JSON.stringify(set.toSorted((a, b) => a - b))
    if (seen.has(text)) {
      const shown = set.map((index) => displayExpression(groupBy[index]!)).join(', ')
      refuse(`The grouping set (${shown}) is there twice. Write each set once.`, groupBy[0]!.location)
    }
    seen.add(text)
  }
}
