/** Whether arguments fit a parameter list, and which of several fitting ones is preferred. Source: ksqlDB's UdfIndex. */
import { asDecimalType } from '../types/convertible.ts'
import { equalTypes, formatType, type SqlType } from '../types/sql-type.ts'
import type { Parameter } from './declaration.ts'
import { type Bindings, hasGenerics, type ParameterPattern, parseParameter, type TypePattern } from './type-text.ts'

/** Type of an argument as resolution sees it: a SQL type, null for a bare NULL, a lambda by its parameter count, a bare window unit. */
export type ArgumentType = SqlType | null | { readonly lambda: number } | 'INTERVALUNIT'

export const isSqlType = (argument: ArgumentType): argument is SqlType =>
  argument !== null && typeof argument === 'object' && 'kind' in argument

export const isLambda = (argument: ArgumentType): argument is { readonly lambda: number } =>
  argument !== null && typeof argument === 'object' && 'lambda' in argument

/** As messages print it. */
export function formatArgument(argument: ArgumentType): string {
  if (isSqlType(argument)) return formatType(argument)
  if (argument === null) return 'null'
  return isLambda(argument) ? 'LAMBDA' : argument
}

/** The parameter of each of `count` arguments, the variadic one repeated; null if that many do not go in. */
export function parametersFor(parameters: readonly Parameter[], count: number): readonly Parameter[] | null {
  const variadic = parameters.findIndex((parameter) => parseParameter(parameter).variadic)
  const extra = count - parameters.length
  if (variadic < 0) return extra === 0 ? parameters : null
  if (extra < -1) return null
  return parameters.flatMap((parameter, i) =>
    i === variadic ? Array<Parameter>(extra + 1).fill(parameter) : [parameter],
  )
}

/** The patterns of `parametersFor`. */
export const patternsFor = (parameters: readonly Parameter[], count: number): readonly TypePattern[] | null =>
  parametersFor(parameters, count)?.map((parameter) => parseParameter(parameter).pattern) ?? null

/**
 * Types of the generics if all arguments fit, else null. A lambda fits by its number of parameters; its types are resolved later.
 * `casts`: a plain parameter may also take a type that converts to it; generics must always bind to one type exactly.
 */
export function bindArguments(
  patterns: readonly TypePattern[],
  args: readonly ArgumentType[],
  { casts }: { readonly casts: boolean },
): Bindings | null {
  const bindings: Bindings = new Map()
  return patterns.every((pattern, i) => accepts(pattern, args[i]!, bindings, casts)) ? bindings : null
}

function accepts(pattern: TypePattern, argument: ArgumentType, bindings: Bindings, casts: boolean): boolean {
  if (argument === null) return true
  if (pattern.kind === 'lambda') return isLambda(argument) && argument.lambda === pattern.parameters.length
  if (pattern.kind === 'intervalUnit') return argument === 'INTERVALUNIT'
  return isSqlType(argument) && acceptsType(pattern, argument, bindings, casts && !hasGenerics(pattern))
}

/** Whether a value of `type` fits `pattern`; binds generics. */
export function acceptsType(pattern: TypePattern, type: SqlType, bindings: Bindings, casts: boolean): boolean {
  switch (pattern.kind) {
    case 'simple':
      return pattern.type.kind === type.kind || (casts && converts(type, pattern.type.kind))
    case 'decimal':
      return type.kind === 'DECIMAL' || (casts && asDecimalType(type) !== null)
    case 'generic':
      return bind(pattern.name, type, bindings)
    case 'array':
      return type.kind === 'ARRAY' && acceptsType(pattern.element, type.element, bindings, casts)
    case 'map':
      return (
        type.kind === 'MAP' &&
        acceptsType(pattern.key, type.key, bindings, casts) &&
        acceptsType(pattern.value, type.value, bindings, casts)
      )
    case 'struct':
      return (
        type.kind === 'STRUCT' &&
        type.fields.length === pattern.fields.length &&
        pattern.fields.every(({ name, type: fieldPattern }, i) => {
          const field = type.fields[i]!
          return field.name === name && acceptsType(fieldPattern, field.type, bindings, false)
        })
      )
    case 'any':
      return true
    default:
      return false
  }
}

function bind(generic: string, type: SqlType, bindings: Bindings): boolean {
  const bound = bindings.get(generic)
  if (bound === undefined) bindings.set(generic, type)
  return bound === undefined || equalTypes(bound, type)
}

/** DECIMAL parameters have a pattern of their own; these are the other targets of a conversion. */
function converts(from: SqlType, to: SqlType['kind']): boolean {
  switch (from.kind) {
    case 'INTEGER':
      return to === 'BIGINT' || to === 'DOUBLE'
    case 'BIGINT':
    case 'DECIMAL':
      return to === 'DOUBLE'
    case 'STRING':
      return to === 'TIME' || to === 'DATE' || to === 'TIMESTAMP' || to === 'BYTES'
    default:
      return false
  }
}

/** The type that an argument of `type` must be cast to for `pattern`; the same type if it fits as it is. */
export function castTarget(pattern: TypePattern, type: SqlType): SqlType {
  switch (pattern.kind) {
    case 'simple':
      return pattern.type
    case 'decimal':
      return pattern.type ?? asDecimalType(type) ?? type
    case 'array':
      return type.kind === 'ARRAY' ? { kind: 'ARRAY', element: castTarget(pattern.element, type.element) } : type
    case 'map':
      return type.kind === 'MAP'
        ? { kind: 'MAP', key: castTarget(pattern.key, type.key), value: castTarget(pattern.value, type.value) }
        : type
    default:
      return type
  }
}

/** Positive if `a` is the better choice, 0 if neither is. The criteria, most important first, are those of ksqlDB's UdfIndex. */
export function comparePreference(a: readonly Parameter[], b: readonly Parameter[]): number {
  const left = traits(a)
  const right = traits(b)
  return (
    Number(right.variadic) - Number(left.variadic) ||
    left.count - right.count ||
    right.generics - left.generics ||
    Number(right.anyVariadic) - Number(left.anyVariadic) ||
    left.variadicPosition - right.variadicPosition
  )
}

function traits(parameters: readonly Parameter[]) {
  const parsed: readonly ParameterPattern[] = parameters.map(parseParameter)
  const variadicPosition = parsed.findIndex((parameter) => parameter.variadic)
  return {
    variadic: variadicPosition >= 0,
    count: parsed.length,
    generics: parsed.filter(({ pattern }) => hasGenerics(pattern)).length,
    anyVariadic: variadicPosition >= 0 && parsed[variadicPosition]!.pattern.kind === 'any',
    variadicPosition,
  }
}
