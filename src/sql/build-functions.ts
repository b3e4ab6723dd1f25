// CREATE FUNCTION and DROP FUNCTION: CST -> AST.

import type {
  CreateFunctionCstNode,
  DropFunctionCstNode,
  FunctionOptionCstNode,
  FunctionParameterCstNode,
  ResultColumnsCstNode,
} from '../../grammar/generated/cst.d.ts'
import type { CreateFunction, DropFunction, FunctionParameter, ResultColumn } from './ast/definitions.ts'
import type { StatementNode } from './ast/statement-node.ts'
import { buildLiteral } from './build-literals.ts'
import { exactName, nameOf, nodeLocation, refusal, sourceNameOf, stringOf } from './build-names.ts'
import { buildProperties } from './build-properties.ts'
import { buildType, repetition } from './build-types.ts'

type WithoutBase<Kind> = Omit<Kind, keyof StatementNode>

export function buildCreateFunction({ children }: CreateFunctionCstNode): WithoutBase<CreateFunction> {
  const parameters = (children.functionParameter ?? []).map(buildParameter)
  const repeated = repetition(parameters.map(({ name }) => name))
  if (repeated !== undefined) {
    throw refusal(
      `Parameter '${repeated}' is declared more than once.`,
      nodeLocation(children.functionParameter!.find((_, i) => parameters[i]!.name === repeated)!),
    )
  }
  const { type, resultColumns } = children.functionResult[0]!.children
  return {
    kind: 'createFunction',
    orReplace: children.Or !== undefined,
    isAggregate: children.Aggregate !== undefined,
    ifNotExists: children.ifNotExists !== undefined,
    name: sourceNameOf(children.Identifier[0]!),
    parameters,
    returns: type ? buildType(type[0]!) : buildColumns(resultColumns![0]!),
    ...buildOptions(children.functionOption ?? []),
    body: stringOf(children.StringValue[0]!),
  }
}

function buildParameter(node: FunctionParameterCstNode): FunctionParameter {
  const { Variadic, Identifier, lambdaType, type, literal } = node.children
  const lambda = lambdaType?.[0]
  return {
    name: exactName(Identifier[0]!),
    type:
      lambda === undefined
        ? buildType(type![0]!)
        : {
            kind: 'lambdaType',
            parameters: lambda.children.parameter.map(buildType),
            result: buildType(lambda.children.result[0]!),
            location: nodeLocation(lambda),
          },
    isVariadic: Variadic !== undefined,
    defaultValue: literal ? buildLiteral(literal[0]!) : null,
    location: nodeLocation(node),
  }
}

function buildColumns({ children }: ResultColumnsCstNode): readonly ResultColumn[] {
  const columns = children.resultColumn.map((node) => ({
    name: nameOf(node.children.Identifier[0]!),
    writtenName: exactName(node.children.Identifier[0]!),
    type: buildType(node.children.type[0]!),
    location: nodeLocation(node),
  }))
  const repeated = repetition(columns.map(({ name }) => name))
  const column = columns.findLast(({ name }) => name === repeated)
  if (column !== undefined) throw refusal(`Column '${column.name}' is declared more than once.`, column.location)
  return columns
}

type Options = Pick<CreateFunction, 'language' | 'isDeterministic' | 'isStrict' | 'state' | 'properties'>

/** The options in any order, each once. A function is deterministic unless it says otherwise. */
function buildOptions(nodes: readonly FunctionOptionCstNode[]): Options {
  const names = nodes.map(optionName)
  const repeated = repetition(names)
  if (repeated !== undefined) {
    throw refusal(`${repeated} is given more than once.`, nodeLocation(nodes[names.lastIndexOf(repeated)]!))
  }
  const option = (name: string) => nodes[names.indexOf(name)]?.children
  const state = option('STATE')?.resultColumns
  return {
    language: option('LANGUAGE') === undefined ? null : nameOf(option('LANGUAGE')!.Identifier![0]!),
    isDeterministic: option('DETERMINISTIC')?.Not === undefined,
    isStrict: names.includes('STRICT'),
    state: state === undefined ? [] : buildColumns(state[0]!),
    properties: buildProperties(option('WITH')?.withClause),
  }
}

function optionName({ children }: FunctionOptionCstNode): string {
  if (children.Language) return 'LANGUAGE'
  if (children.Deterministic) return 'DETERMINISTIC'
  if (children.Strict) return 'STRICT'
  return children.State ? 'STATE' : 'WITH'
}

export function buildDropFunction({ children }: DropFunctionCstNode): WithoutBase<DropFunction> {
  return {
    kind: 'dropFunction',
    name: nameOf(children.Identifier[0]!),
    ifExists: children.ifExists !== undefined,
    parameterTypes: children.LeftParenthesis ? (children.type ?? []).map(buildType) : null,
  }
}
