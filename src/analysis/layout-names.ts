/**
 * Names of columns inside a query. With one source a column keeps its name; in a join it is `ALIAS_NAME`, so that both sides fit into
 * one row. Messages and generated texts show these names too.
 */
import type { ColumnReference, Expression } from '../sql/ast/query.ts'
import { displayExpression } from '../sql/format.ts'
import { rewrite } from '../sql/walk.ts'
import type { AnalyzedSource } from './analysis.ts'

export const layoutName = ({ qualifier, name }: ColumnReference, sources: readonly AnalyzedSource[]): string =>
  qualifier === null || sources.length === 1 ? name : `${qualifier}_${name}`

/** The expression over unqualified layout names. */
export function withLayoutNames(expression: Expression, sources: readonly AnalyzedSource[]): Expression {
  return rewrite(expression, (node) =>
    node.kind === 'columnReference' && node.qualifier !== null
      ? { ...node, qualifier: null, name: layoutName(node, sources) }
      : null,
  )
}

/** As messages show it. */
export const display = (expression: Expression, sources: readonly AnalyzedSource[]): string =>
  displayExpression(withLayoutNames(expression, sources))
