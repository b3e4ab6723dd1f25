/** What distinguishes a definition from other ones: by the types that its calls take, and by all that it does. */
import { createHash } from 'node:crypto'
import { formatType } from '../../types/sql-type.ts'
import { type FunctionDefinition, type FunctionParameter, isLambdaType } from '../definition.ts'

export function typeText(type: FunctionParameter['type']): string {
  if (!isLambdaType(type)) return formatType(type)
  return `LAMBDA(${type.parameters.map(formatType).join(', ')}) => ${formatType(type.result)}`
}

const parameterText = ({ type, isVariadic }: FunctionParameter): string =>
  `${isVariadic ? 'VARIADIC ' : ''}${typeText(type)}`

/** `(INTEGER, VARIADIC STRING)`. */
export const signatureText = (parameters: readonly FunctionParameter[]): string =>
  `(${parameters.map(parameterText).join(', ')})`

/** How many of the parameters a call may not leave out. */
export const neededCount = (parameters: readonly FunctionParameter[]): number =>
  parameters.findLastIndex(({ defaultValue }) => defaultValue === undefined) + 1

/** The signatures of all calls that an overload takes: with all arguments, and without those that have defaults. */
export function callSignatures({ parameters }: Pick<FunctionDefinition, 'parameters'>): readonly string[] {
  const needed = neededCount(parameters)
  return Array.from({ length: parameters.length - needed + 1 }, (_, i) =>
    signatureText(parameters.slice(0, parameters.length - i)),
  )
}

/** Hash of all that decides what the function does. */
export function definitionHash(definition: Omit<FunctionDefinition, 'hash'>): string {
  const { kind, parameters, returns, columns, isDeterministic, isStrict, decimals, state, body } = definition
  const text = JSON.stringify({ kind, parameters, returns, columns, isDeterministic, isStrict, decimals, state, body })
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
