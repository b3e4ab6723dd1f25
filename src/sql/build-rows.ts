/** Column names and rows of values: CST -> AST. */
import type { ColumnNamesCstNode, RowValuesCstNode } from '../../grammar/generated/cst.d.ts'
import type { Expression } from './ast/query.ts'
import { buildValue } from './build-expressions.ts'
import { nameOf, nodeLocation, refusal } from './build-names.ts'

export interface NamedRows {
  /** Empty: all columns. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Expression[])[]
}

export function buildRows(
  names: readonly ColumnNamesCstNode[] | undefined,
  nodes: readonly RowValuesCstNode[],
): NamedRows {
  const columns = names === undefined ? [] : names[0]!.children.Identifier.map(nameOf)
  return { columns, rows: nodes.map((row) => buildRow(row, columns)) }
}

/** The values of one row, as many as there are columns, if any are named. */
function buildRow(node: RowValuesCstNode, columns: readonly string[]): Expression[] {
  const values = node.children.value.map((value) => buildValue(value))
  if (columns.length > 0 && columns.length !== values.length)
    throw refusal(
      `Expected number columns and values to match: ${columns.length}, ${values.length}`,
      nodeLocation(node),
    )
  return values
}
