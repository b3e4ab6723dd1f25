// The properties of a WITH clause, and the options of a connector: CST -> AST.

import type { CstNode } from 'chevrotain'
import type { ConnectorOptionsCstNode, WithClauseCstNode } from '../../grammar/generated/cst.d.ts'
import type { Property } from './ast/statement-node.ts'
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
  checkRepetition(properties, nodes?.[0])
  return properties
}

export function buildOptions([clause]: readonly ConnectorOptionsCstNode[]): readonly Property[] {
  const options = clause!.children.connectorOption.map((node): Property => {
    const { nameOrString, Connector, literal } = node.children
    const { Identifier, StringValue } = nameOrString?.[0]?.children ?? {}
    const keyword = Connector ? 'CONNECTOR' : 'TOPIC'
    return {
      name: Identifier ? nameOf(Identifier[0]!) : StringValue ? stringOf(StringValue[0]!) : keyword,
      value: buildLiteral(literal[0]!),
      location: nodeLocation(node),
    }
  })
  checkRepetition(options, clause)
  return options
}

function checkRepetition(properties: readonly Property[], clause: CstNode | undefined): void {
  const repeated = repetition(properties.map(({ name }) => name))
  if (repeated === undefined) return
  throw refusal(`Property '${repeated}' is given more than once in the WITH clause.`, nodeLocation(clause!))
}
