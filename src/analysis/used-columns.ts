/** Which columns of each source a query reads, so that its sources decode no others. */
import type { Expression } from '../sql/ast/query.ts'
import { walk } from '../sql/walk.ts'
import { ROWTIME } from '../types/schema.ts'
import type { Analysis, AnalyzedJoin } from './analysis.ts'
import { rowCountTest } from './row-count.ts'

type Clauses = Pick<
  Analysis,
  'sources' | 'joins' | 'select' | 'where' | 'having' | 'qualify' | 'groupBy' | 'partitionBy'
>

/** Names by alias of the source. The expressions still carry the aliases of their columns. */
export function usedColumns(clauses: Clauses): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map(clauses.sources.map(({ alias }) => [alias, new Set<string>()]))
  const note = (expression: Expression): void =>
    walk(expression, (node) => {
      if (node.kind === 'columnReference' && node.qualifier !== null) used.get(node.qualifier)?.add(node.name)
      if (!isRowCount(node)) return true
      if (node.kind === 'functionCall' && node.filter !== undefined) note(node.filter)
      return false
    })
  for (const expression of expressionsOf(clauses)) note(expression)
  return used
}

const isRowCount = rowCountTest(new Set([ROWTIME]))

function expressionsOf({ select, joins, where, having, qualify, groupBy, partitionBy }: Clauses): Expression[] {
  return [
    ...select.map(({ expression }) => expression),
    ...joins.flatMap(joinExpressions),
    ...(where === null ? [] : [where]),
    ...(having === null ? [] : [having]),
    ...(qualify === null ? [] : [qualify]),
    ...(groupBy ?? []),
    ...(partitionBy ?? []),
  ]
}

function joinExpressions({ leftExpression, rightExpression, general }: AnalyzedJoin): Expression[] {
  if (general === null) return [leftExpression, rightExpression]
  const { equations, residual, asof } = general
  const pairs = asof === undefined ? equations : [...equations, asof]
  return [...pairs.flatMap(({ left, right }) => [left, right]), ...(residual === null ? [] : [residual])]
}
