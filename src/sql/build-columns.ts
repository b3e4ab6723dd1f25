// Column definitions: CST -> AST.

import type { ColumnDefinitionCstNode, ColumnRoleCstNode } from '../../grammar/generated/cst.d.ts'
import type { ColumnDefinition } from './ast/definitions.ts'
import type { SourceKind } from './ast/statement-node.ts'
import { nameOf, nodeLocation, refusal, stringOf } from './build-names.ts'
import { buildType } from './build-types.ts'

export function buildColumns(nodes: readonly ColumnDefinitionCstNode[] = []): readonly ColumnDefinition[] {
  return nodes.map((node) => ({
    name: nameOf(node.children.Identifier[0]!),
    type: buildType(node.children.type[0]!),
    ...buildRole(node.children.columnRole?.[0]),
    location: nodeLocation(node),
  }))
}

function buildRole(node: ColumnRoleCstNode | undefined): Pick<ColumnDefinition, 'role' | 'headerKey'> {
  if (node === undefined) return { role: null, headerKey: null }
  const { Primary, Key, Headers, StringValue } = node.children
  if (Key) return { role: Primary ? 'PRIMARY KEY' : 'KEY', headerKey: null }
  if (Headers) return { role: 'HEADERS', headerKey: null }
  return { role: 'HEADER', headerKey: stringOf(StringValue![0]!) }
}

/** A table's key is a PRIMARY KEY, a stream's is not: its rows may share a key. */
export function checkKeyMarks(sourceKind: SourceKind, columns: readonly ColumnDefinition[]): void {
  const [right, wrong] = sourceKind === 'STREAM' ? (['KEY', 'PRIMARY KEY'] as const) : (['PRIMARY KEY', 'KEY'] as const)
  const column = columns.find(({ role }) => role === wrong)
  if (column === undefined) return
  const { line, column: at } = column.location!
  const plural = sourceKind === 'STREAM' ? 'streams' : 'tables'
  throw refusal(
    `Line: ${line}, Col: ${at}: Column \`${column.name}\` is a '${wrong}' column: please use '${right}' for ${plural}.`,
    column.location!,
  )
}
