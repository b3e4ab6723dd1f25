// The properties of a WITH clause: CST -> AST.

import type { WithClauseCstNode } from '../../grammar/generated/cst.d.ts'
import type { Property } from './ast.ts'
import { buildLiteral } from './build-literals.ts'
import { nameOf, nodeLocation, refusal, stringOf } from './build-names.ts'
import { repetition } from './build-types.ts'

export function buildProperties(nodes: readonly WithClauseCstNode[] | undefined): readonly Property[] {
  const properties = (nodes?.[0]?.children.property ?? []).map((node): Property => {
    const { Identifier, StringValue } = node.children.nameOrString[0]!.children
    return {
      name: Identifier ? nameOf(Identifier[0]!) : stringOf(StringValue![0]!),
      value: buildLiteral(node.children.literal[0]!),
      location: nodeLocation(node),
    }
  })
  const repeated = repetition(properties.map(({ name }) => name))
  if (repeated !== undefined) {
    throw refusal(`Property '${repeated}' is given more than once in the WITH clause.`, nodeLocation(nodes![0]!))
  }
  return properties
}
