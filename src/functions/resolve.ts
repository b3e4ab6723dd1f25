/** Overload resolution: which variant of a function a call means, and with which types. Source: ksqlDB's UdfIndex. */
import { StatementError } from '../errors.ts'
import { BIGINT, equalTypes, formatType, type SqlType, STRING } from '../types/sql-type.ts'
import type {
  AggregateFunction,
  AggregateVariant,
  FunctionDeclaration,
  Parameter,
  ScalarFunction,
  ScalarVariant,
  TableFunction,
  TableVariant,
} from './declaration.ts'
import {
  type ArgumentType,
  acceptsType,
  bindArguments,
  castTarget,
  comparePreference,
  formatArgument,
  isLambda,
  isSqlType,
  patternsFor,
} from './match.ts'
import {
  type Bindings,
  formatParameter,
  type LambdaPattern,
  parseTypePattern,
  resolvePattern,
  type TypePattern,
} from './type-text.ts'

export type { ArgumentType } from './match.ts'

/**
 * Type-checks the body of the lambda that is argument `index` with these parameter types; gives the body's type, null for a bare NULL.
 */
export type TypeLambda = (index: number, parameterTypes: readonly SqlType[]) => SqlType | null

export interface Resolution<Declaration, Variant> {
  readonly declaration: Declaration
  readonly variant: Variant
  /** Per argument, the type it must be cast to first; null: pass it as it is. */
  readonly argumentTypes: readonly (SqlType | null)[]
  /** Per argument, its type after that cast; for a lambda the type of its body, for a window unit BIGINT (ms). */
  readonly parameterTypes: readonly SqlType[]
  readonly returns: SqlType
}

export type ScalarResolution = Resolution<ScalarFunction, ScalarVariant>
export type TableResolution = Resolution<TableFunction, TableVariant>

/** `parameterTypes` covers the column arguments only; the arguments from `columnCount` on must be literals. */
export interface AggregateResolution extends Resolution<AggregateFunction, AggregateVariant> {
  readonly columnCount: number
  readonly state: SqlType
}

/** Throws a StatementError if no variant fits, or if several fit equally well. */
export function resolveScalar(
  declaration: ScalarFunction,
  args: readonly ArgumentType[],
  typeLambda: TypeLambda = noLambdas,
): ScalarResolution {
  return resolve(declaration, declaration.variants, args, typeLambda)
}

/** As resolveScalar. */
export function resolveTable(declaration: TableFunction, args: readonly ArgumentType[]): TableResolution {
  return resolve(declaration, declaration.variants, args, noLambdas)
}

/** As resolveScalar, but without implicit casts. `args`: column arguments, then initial ones. */
export function resolveAggregate(declaration: AggregateFunction, args: readonly ArgumentType[]): AggregateResolution {
  const found = choose(declaration, declaration.variants, args, { casts: false })
  if (found === null) throw noMatch(declaration, args)
  const { variant, patterns, bindings } = found
  const types = parameterTypes(patterns, args, bindings, new Map())
  const columnCount = args.length - initialCount(variant, args.length)
  const columnTypes = types.slice(0, columnCount)
  return {
    declaration,
    variant,
    argumentTypes: args.map(() => null),
    parameterTypes: columnTypes,
    returns: typeOf(declaration, variant.returns, columnTypes, bindings),
    state: typeOf(declaration, variant.state, columnTypes, bindings),
    columnCount,
  }
}

/** Column parameters, then initial ones. */
export function allParameters(variant: FunctionDeclaration['variants'][number]): readonly Parameter[] {
  return 'initialParameters' in variant && variant.initialParameters !== undefined
    ? [...variant.parameters, ...variant.initialParameters]
    : variant.parameters
}

/** How many of the arguments are initial ones: the variadic parameter takes what the others leave. */
function initialCount(variant: AggregateVariant, argumentCount: number): number {
  const initial = variant.initialParameters ?? []
  return initial.some(({ type }) => type.endsWith('...')) ? argumentCount - variant.parameters.length : initial.length
}

/** Parameter type texts, `STRING, int`: what plans keep to name the variant. */
export const signatureOf = (variant: FunctionDeclaration['variants'][number]): string =>
  allParameters(variant)
    .map(({ type }) => type)
    .join(', ')

/** The variant with that signature. Throws an Error if a stored plan names one that is gone. */
export function findVariant<Variant extends FunctionDeclaration['variants'][number]>(
  declaration: { readonly name: string; readonly variants: readonly Variant[] },
  signature: string,
): Variant {
  const variant = declaration.variants.find((candidate) => signatureOf(candidate) === signature)
  if (variant === undefined) throw new Error(`Function ${declaration.name} has no variant (${signature})`)
  return variant
}

export const printedName = ({ name, printedName }: FunctionDeclaration): string => printedName ?? name.toLowerCase()

/** `substring(VARCHAR value, INT position)`. */
const formatSignature = (declaration: FunctionDeclaration, variant: FunctionDeclaration['variants'][number]): string =>
  `${printedName(declaration)}(${allParameters(variant).map(formatParameter).join(', ')})`

interface Candidate<Variant> {
  readonly variant: Variant
  readonly patterns: readonly TypePattern[]
  readonly bindings: Bindings
}

type AnyVariant = FunctionDeclaration['variants'][number]

function resolve<Declaration extends ScalarFunction | TableFunction, Variant extends ScalarVariant | TableVariant>(
  declaration: Declaration,
  variants: readonly Variant[],
  args: readonly ArgumentType[],
  typeLambda: TypeLambda,
): Resolution<Declaration, Variant> {
  const found =
    choose(declaration, variants, args, { casts: false }) ?? choose(declaration, variants, args, { casts: true })
  if (found === null) throw noMatch(declaration, args)
  const { variant, patterns, bindings } = found
  const bodies = typeLambdas(declaration, found, args, typeLambda)
  const types = parameterTypes(patterns, args, bindings, bodies)
  return {
    declaration,
    variant,
    argumentTypes: args.map((arg, i) => (isSqlType(arg) && !equalTypes(arg, types[i]!) ? types[i]! : null)),
    parameterTypes: types,
    returns: typeOf(declaration, variant.returns, types, bindings),
  }
}

/** The best of the variants that fit, null if none does. */
function choose<Variant extends AnyVariant>(
  declaration: FunctionDeclaration,
  variants: readonly Variant[],
  args: readonly ArgumentType[],
  options: { readonly casts: boolean },
): Candidate<Variant> | null {
  const fitting = variants.flatMap((variant): Candidate<Variant>[] => {
    const patterns = patternsFor(allParameters(variant), args.length)
    const bindings = patterns === null ? null : bindArguments(patterns, args, options)
    return patterns === null || bindings === null ? [] : [{ variant, patterns, bindings }]
  })
  fitting.sort((a, b) => comparePreference(allParameters(b.variant), allParameters(a.variant)))
  const [best, second] = fitting
  if (best === undefined) return null
  if (second !== undefined && comparePreference(allParameters(best.variant), allParameters(second.variant)) === 0) {
    throw ambiguous(declaration, args)
  }
  return best
}

/** Types lambda bodies one after the other, so that a later one sees the generics that an earlier one has bound. */
function typeLambdas(
  declaration: FunctionDeclaration,
  { patterns, bindings }: Candidate<AnyVariant>,
  args: readonly ArgumentType[],
  typeLambda: TypeLambda,
): ReadonlyMap<number, SqlType> {
  const bodies = new Map<number, SqlType>()
  patterns.forEach((pattern, i) => {
    if (pattern.kind !== 'lambda' || !isLambda(args[i]!)) return
    const body = typeLambda(i, lambdaParameterTypes(declaration, pattern, bindings))
    if (body === null) {
      const wanted = resolvePattern(pattern.result, bindings)
      if (wanted !== null) bodies.set(i, wanted)
    } else {
      const wanted = resolvePattern(pattern.result, bindings)
      if (!acceptsType(pattern.result, body, bindings, false)) throw wrongBody(declaration, i, body, wanted)
      bodies.set(i, body)
    }
  })
  return bodies
}

function lambdaParameterTypes(
  declaration: FunctionDeclaration,
  { parameters }: LambdaPattern,
  bindings: Bindings,
): readonly SqlType[] {
  return parameters.map((parameter) => resolvePattern(parameter, bindings) ?? throwUnknownType(declaration))
}

function noLambdas(): never {
  throw new Error('This call has a lambda argument, but no function to type it')
}

/** A bare NULL takes the type of its parameter; if that is open too, any type is right, since the value is NULL. */
function parameterTypes(
  patterns: readonly TypePattern[],
  args: readonly ArgumentType[],
  bindings: Bindings,
  bodies: ReadonlyMap<number, SqlType>,
): readonly SqlType[] {
  return patterns.map((pattern, i) => {
    const arg = args[i]!
    if (isSqlType(arg)) return castTarget(pattern, arg)
    if (pattern.kind === 'intervalUnit') return BIGINT
    return bodies.get(i) ?? resolvePattern(pattern, bindings) ?? STRING
  })
}

function typeOf(
  declaration: FunctionDeclaration,
  type: string | ((args: readonly SqlType[]) => SqlType),
  args: readonly SqlType[],
  bindings: Bindings,
): SqlType {
  if (typeof type === 'function') return type(args)
  return resolvePattern(parseTypePattern(type), bindings) ?? throwUnknownType(declaration)
}

function throwUnknownType(declaration: FunctionDeclaration): never {
  throw new StatementError(
    `The types of function '${printedName(declaration)}' cannot be told from a NULL argument. ` +
      'Please cast it to a type, e.g. CAST(null AS VARCHAR).',
  )
}

const formatArguments = (args: readonly ArgumentType[]): string => `(${args.map(formatArgument).join(', ')})`

function noMatch(declaration: FunctionDeclaration, args: readonly ArgumentType[]): StatementError {
  return new StatementError(
    `Function '${printedName(declaration)}' does not accept parameters ${formatArguments(args)}.\n${alternatives(declaration)}`,
  )
}

/** The argument list alone would show no fault: a lambda fits by its number of parameters. */
function wrongBody(declaration: FunctionDeclaration, index: number, body: SqlType, wanted: SqlType | null) {
  const needed = wanted === null ? 'another type is needed' : `${formatType(wanted)} is needed`
  return new StatementError(
    `Function '${printedName(declaration)}' does not accept the lambda that is argument ${index + 1}: ` +
      `it gives ${formatType(body)}, but ${needed}. CAST its result, or the argument that decides the type.\n` +
      alternatives(declaration),
  )
}

function ambiguous(declaration: FunctionDeclaration, args: readonly ArgumentType[]): StatementError {
  return new StatementError(
    `Function '${printedName(declaration)}' cannot be resolved due to ambiguous method parameters ${formatArguments(args)}.\n` +
      `Use CAST() to explicitly cast your parameters to one of the supported signatures.\n${alternatives(declaration)}`,
  )
}

function alternatives(declaration: FunctionDeclaration): string {
  const signatures = declaration.variants.map((variant) => formatSignature(declaration, variant))
  return (
    `Valid alternatives are:\n${signatures.join('\n')}\n` +
    `For detailed information on a function run: DESCRIBE FUNCTION ${declaration.name};`
  )
}
