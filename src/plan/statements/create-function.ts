/** CREATE FUNCTION and DROP FUNCTION: the definition of a user-defined function. */
import { messageOf, placing, StatementError } from '../../errors.ts'
import { convertConstant, evaluateConstant } from '../../expressions/constant.ts'
import { resolveTypeNode } from '../../expressions/type-node.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionColumn, FunctionDefinition, FunctionKind, FunctionParameter } from '../../functions/definition.ts'
import { callSignatures, definitionHash, signatureText } from '../../functions/javascript/signature.ts'
import type { CreateFunction, FunctionParameter as ParameterNode, ResultColumn } from '../../sql/ast/definitions.ts'
import type { Property } from '../../sql/ast/statement-node.ts'
import type { TypeNode } from '../../sql/ast/types.ts'
import { suggestion } from '../../suggest.ts'
import { literalToJson } from '../../types/literal-json.ts'
import { formatType, type SqlType } from '../../types/sql-type.ts'
import type { PlanContext } from '../builder.ts'

export interface FunctionPlanContext extends Pick<PlanContext, 'metastore' | 'functions'> {
  readonly functionContext: FunctionContext
}

export interface PlannedFunction {
  readonly definition: FunctionDefinition
  /** All overloads of the function, this one included. */
  readonly overloads: readonly FunctionDefinition[]
}

/** Null: the overload is there already, which IF NOT EXISTS allows. Throws StatementError. */
export function planCreateFunction(statement: CreateFunction, context: FunctionPlanContext): PlannedFunction | null {
  requireLanguage(statement)
  const name = statement.name.toUpperCase()
  const kind = kindOf(statement)
  const existing = context.metastore.functions.get(name) ?? []
  if (existing.length === 0 && context.functions.find(name) !== undefined) {
    throw new StatementError(`Function ${name} is a built-in one and cannot be redefined. Choose another name.`)
  }
  const parameters = planParameters(statement, kind, context)
  const signature = signatureText(parameters)
  const replaced = existing.findIndex((overload) => signatureText(overload.parameters) === signature)
  if (replaced >= 0 && !statement.orReplace) {
    if (statement.ifNotExists) return null
    throw new StatementError(
      `Function ${name}${signature} exists already. Use CREATE OR REPLACE FUNCTION for a new version of it.`,
    )
  }
  const others = existing.filter((_, i) => i !== replaced)
  checkOverload({ name, kind, parameters }, others)
  const version = 1 + Math.max(0, ...existing.map((overload) => overload.version))
  const definition = checkBody({ name, kind, parameters, version }, statement, context)
  return {
    definition,
    overloads: replaced < 0 ? [...existing, definition] : existing.with(replaced, definition),
  }
}

function requireLanguage({ language, location }: CreateFunction): void {
  if (language === 'JAVASCRIPT') return
  throw new StatementError(
    language === null
      ? 'CREATE FUNCTION says in which language the body is: add LANGUAGE JAVASCRIPT before AS.'
      : `There is no language ${language} for functions. Write LANGUAGE JAVASCRIPT.`,
    { location },
  )
}

function kindOf({ isAggregate, returns, state, location }: CreateFunction): FunctionKind {
  const isTable = !('kind' in returns)
  if (isAggregate && isTable) {
    throw new StatementError('An aggregate function returns one value, and not a TABLE.', { location })
  }
  if (!isAggregate && state.length > 0) {
    throw new StatementError('Only an aggregate function has a STATE: write CREATE AGGREGATE FUNCTION.', { location })
  }
  return isAggregate ? 'AGGREGATE' : isTable ? 'TABLE' : 'SCALAR'
}

// ---- Parameters --------------------------------------------------------------------------------------------------------------------

function planParameters(
  { parameters }: CreateFunction,
  kind: FunctionKind,
  context: FunctionPlanContext,
): readonly FunctionParameter[] {
  return parameters.map((node, i) => {
    const { name, isVariadic, defaultValue, location } = node
    const refuse = (message: string): never => {
      throw new StatementError(`Parameter ${name}: ${message}`, { location })
    }
    if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) refuse('the name must be one that JavaScript can use.')
    if (isVariadic && i < parameters.length - 1) refuse('only the last parameter can be VARIADIC.')
    if (isVariadic && defaultValue !== null) refuse('a VARIADIC parameter has no default.')
    if (defaultValue === null && i > 0 && parameters[i - 1]!.defaultValue !== null) {
      refuse('it follows one with a default, and so needs one too.')
    }
    return { name, isVariadic, ...typeOf(node, kind, refuse, context) }
  })
}

function typeOf(
  { type, defaultValue, isVariadic }: ParameterNode,
  kind: FunctionKind,
  refuse: (message: string) => never,
  context: FunctionPlanContext,
): Pick<FunctionParameter, 'type' | 'defaultValue'> {
  if (type.kind !== 'lambdaType') {
    const resolved = resolveType(type, context)
    return defaultValue === null
      ? { type: resolved }
      : { type: resolved, defaultValue: planDefault(defaultValue, resolved, refuse, context) }
  }
  if (kind !== 'SCALAR') refuse('only scalar functions take lambdas.')
  if (isVariadic || defaultValue !== null) refuse('a lambda is neither VARIADIC nor has it a default.')
  const parameters = type.parameters.map((parameter) => resolveType(parameter, context))
  return { type: { parameters, result: resolveType(type.result, context) } }
}

function planDefault(
  literal: NonNullable<ParameterNode['defaultValue']>,
  type: SqlType,
  refuse: (message: string) => never,
  context: FunctionPlanContext,
): NonNullable<FunctionParameter['defaultValue']> | null {
  const { functions, functionContext } = context
  const constant = evaluateConstant(literal, 'default', {
    functions,
    functionContext,
    resolveType: (name) => context.metastore.types.get(name),
  })
  const value = placing(literal.location, () => convertConstant(constant, { name: 'DEFAULT', type }))
  const json = literalToJson(type, value)
  return json === undefined ? refuse(`a default of type ${formatType(type)} cannot be written.`) : json
}

const resolveType = (node: TypeNode, { metastore: { types } }: Pick<PlanContext, 'metastore'>): SqlType =>
  resolveTypeNode(node, (custom) => types.get(custom), types.keys())

const planColumns = (
  columns: readonly ResultColumn[],
  context: Pick<PlanContext, 'metastore'>,
): readonly FunctionColumn[] =>
  columns.map(({ name, writtenName, type }) => ({ name, writtenName, type: resolveType(type, context) }))

// ---- Overloads ---------------------------------------------------------------------------------------------------------------------

type Overload = Pick<FunctionDefinition, 'name' | 'kind' | 'parameters'>

function checkOverload(overload: Overload, others: readonly FunctionDefinition[]): void {
  const [first] = others
  if (first !== undefined && first.kind !== overload.kind) {
    throw new StatementError(
      `Function ${overload.name} is ${KINDS[first.kind]} function, and all of its overloads must be. Drop it first, or choose another name.`,
    )
  }
  const own = callSignatures(overload)
  for (const other of others) {
    const both = callSignatures(other).find((signature) => own.includes(signature))
    if (both === undefined) continue
    throw new StatementError(
      `Function ${overload.name} would have two overloads for the call ${both}, because of their defaults.`,
    )
  }
}

const KINDS = { SCALAR: 'a scalar', TABLE: 'a table', AGGREGATE: 'an aggregate' } as const

// ---- Body and options --------------------------------------------------------------------------------------------------------------

function checkBody(
  overload: Overload & Pick<FunctionDefinition, 'version'>,
  statement: CreateFunction,
  context: FunctionPlanContext,
): FunctionDefinition {
  const { returns, isDeterministic, isStrict, body, text } = statement
  const unhashed = {
    ...overload,
    returns: 'kind' in returns ? resolveType(returns, context) : null,
    columns: 'kind' in returns ? [] : planColumns(returns, context),
    isDeterministic,
    isStrict,
    state: planColumns(statement.state, context),
    ...planOptions(statement.properties),
    hasRemove: false,
    hasMerge: false,
    body,
    statement: text,
  }
  const definition = { ...unhashed, hash: definitionHash(unhashed) }
  try {
    return { ...definition, ...context.functions.users.check(definition) }
  } catch (error) {
    throw new StatementError(`Function ${overload.name} cannot be created: ${messageOf(error)}`, {
      location: statement.location,
      cause: error,
    })
  }
}

const OPTIONS = ['AUTHOR', 'DESCRIPTION', 'DECIMALS']

function planOptions(properties: readonly Property[]): Pick<FunctionDefinition, 'author' | 'description' | 'decimals'> {
  const given = new Map<string, string>()
  for (const { name, value, location } of properties) {
    const upper = name.toUpperCase()
    if (!OPTIONS.includes(upper)) {
      throw new StatementError(
        `CREATE FUNCTION has no option ${name}.${suggestion(upper, OPTIONS, { label: 'Options' })}`,
        { location },
      )
    }
    if (value.kind !== 'stringLiteral') {
      throw new StatementError(`The option ${name} of CREATE FUNCTION is a string.`, { location })
    }
    given.set(upper, value.value)
    if (upper === 'DECIMALS' && value.value !== 'object' && value.value !== 'text') {
      throw new StatementError(`The option DECIMALS is 'object' or 'text', not '${value.value}'.`, { location })
    }
  }
  return {
    author: given.get('AUTHOR') ?? '',
    description: given.get('DESCRIPTION') ?? '',
    decimals: given.get('DECIMALS') === 'text' ? 'text' : 'object',
  }
}

// ---- DROP FUNCTION -----------------------------------------------------------------------------------------------------------------

/** What is left of the overloads; null: there is no such function or overload, which IF EXISTS allows. Throws StatementError. */
export function planDropFunction(
  {
    name,
    ifExists,
    parameterTypes,
  }: { readonly name: string; readonly ifExists: boolean; readonly parameterTypes: readonly TypeNode[] | null },
  context: Pick<PlanContext, 'metastore' | 'functions'>,
): { readonly dropped: readonly FunctionDefinition[]; readonly left: readonly FunctionDefinition[] } | null {
  const { functions } = context.metastore
  const overloads = functions.get(name.toUpperCase())
  if (overloads === undefined) {
    if (context.functions.find(name) !== undefined) {
      throw new StatementError(`Function ${name} is a built-in one and cannot be dropped.`)
    }
    if (ifExists) return null
    throw new StatementError(
      `Function ${name} does not exist.${suggestion(name, [...functions.keys()], { label: 'Existing' })}`,
    )
  }
  if (parameterTypes === null) return { dropped: overloads, left: [] }
  const wanted = parameterTypes.map((type) => formatType(resolveType(type, context))).join(', ')
  const isWanted = ({ parameters }: FunctionDefinition): boolean =>
    signatureText(parameters.map((parameter) => ({ ...parameter, isVariadic: false }))) === `(${wanted})`
  const dropped = overloads.filter(isWanted)
  if (dropped.length > 0) return { dropped, left: overloads.filter((overload) => !isWanted(overload)) }
  if (ifExists) return null
  throw new StatementError(
    `Function ${name} has no overload (${wanted}). It has: ${overloads.map(({ parameters }) => signatureText(parameters)).join(', ')}.`,
  )
}
