/** All functions by name, and what SHOW FUNCTIONS and DESCRIBE FUNCTION say about them. */
import { StatementError } from '../errors.ts'
import { array, decimal, type SqlType, STRING } from '../types/sql-type.ts'
import type { FunctionCategory, FunctionDeclaration, Parameter } from './declaration.ts'
import type { FunctionDefinition } from './definition.ts'
import { adviceForUnknown } from './foreign-names.ts'
import { allParameters } from './resolve.ts'
import { formatPattern, parseParameter, parseTypePattern, resolvePattern, type TypePattern } from './type-text.ts'
import { type FunctionCaller, NO_USER_FUNCTIONS, type UserFunctions } from './user-functions.ts'

export interface FunctionListing {
  readonly name: string
  readonly type: 'SCALAR' | 'AGGREGATE' | 'TABLE'
  readonly category: FunctionCategory
}

export interface ArgumentDescription {
  readonly name: string
  readonly type: string
  readonly description: string
  readonly isVariadic: boolean
}

export interface VariantDescription {
  readonly arguments: readonly ArgumentDescription[]
  /** Types of `arguments`, which older clients read. */
  readonly argumentTypes: readonly string[]
  readonly returnType: string
  readonly description: string
}

/** Answer of DESCRIBE FUNCTION: ksqlDB's FunctionDescriptionList. */
export interface FunctionDescription {
  readonly name: string
  readonly description: string
  readonly author: string
  readonly version: string
  readonly path: string
  readonly type: FunctionListing['type']
  readonly functions: readonly VariantDescription[]
  /** The statements that made the overloads of a user-defined function. */
  readonly statements?: readonly string[]
}

export interface FunctionRegistry {
  /** By name in any case; undefined if there is none. */
  readonly find: (name: string) => FunctionDeclaration | undefined
  /** As `find`; throws a StatementError if there is none. */
  readonly get: (name: string) => FunctionDeclaration
  /** Ordered by name. */
  readonly list: () => readonly FunctionListing[]
  /** Throws a StatementError if there is no function of that name. */
  readonly describe: (name: string) => FunctionDescription
  /** Makes user-defined functions. */
  readonly users: UserFunctions
  /** This registry with these user-defined functions, which are called on behalf of `caller`. */
  readonly withUsers: (definitions: readonly FunctionDefinition[], caller: FunctionCaller) => FunctionRegistry
}

/** Throws an Error if a name is declared twice, in one kind or in two, or if a type text is wrong. */
export function createRegistry(
  declarations: readonly FunctionDeclaration[],
  users: UserFunctions = NO_USER_FUNCTIONS,
): FunctionRegistry {
  const functions = new Map<string, FunctionDeclaration>()
  for (const declaration of declarations) {
    const name = declaration.name.toUpperCase()
    const other = functions.get(name)
    if (other !== undefined) {
      throw new Error(`Function ${name} is declared twice: as ${other.kind} and as ${declaration.kind} function`)
    }
    checkTypes(declaration)
    functions.set(name, declaration)
  }
  return registryOf([functions], users)
}

/** `layers`: functions by name; the first that has a name counts. */
function registryOf(
  layers: readonly ReadonlyMap<string, FunctionDeclaration>[],
  users: UserFunctions,
): FunctionRegistry {
  const find = (name: string): FunctionDeclaration | undefined => {
    const key = name.toUpperCase()
    for (const layer of layers) {
      const found = layer.get(key)
      if (found !== undefined) return found
    }
    return undefined
  }
  const get = (name: string): FunctionDeclaration => {
    const found = find(name)
    if (found !== undefined) return found
    const advice = adviceForUnknown(name, new Set(layers.flatMap((layer) => [...layer.keys()])))
    throw new StatementError(`Can't find any functions with the name '${name}'.${advice}`)
  }
  const registry: FunctionRegistry = {
    find,
    get,
    list: () =>
      [...new Map(layers.toReversed().flatMap((layer) => [...layer])).values()]
        .map(({ name, kind, category }) => ({ name, type: TYPES[kind], category }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    describe: (name) => describe(get(name)),
    users,
    withUsers(definitions, caller) {
      if (definitions.length === 0 && layers.length === 1) return registry
      const own = users.declare(definitions, caller).map((declaration) => [declaration.name, declaration] as const)
      return registryOf([new Map(own), layers.at(-1)!], users)
    },
  }
  return registry
}

const TYPES = { scalar: 'SCALAR', aggregate: 'AGGREGATE', table: 'TABLE' } as const

/** Checks all type texts at start, so that a wrong one does not fail the first query that calls the function. */
function checkTypes(declaration: FunctionDeclaration): void {
  for (const variant of declaration.variants) {
    allParameters(variant).forEach(parseParameter)
    if (typeof variant.returns === 'string') parseTypePattern(variant.returns)
    if ('state' in variant && typeof variant.state === 'string') parseTypePattern(variant.state)
  }
}

function describe(declaration: FunctionDeclaration): FunctionDescription {
  return {
    name: declaration.name,
    description: `${declaration.description}${exampleSentence(declaration)}`,
    ...originOf(declaration),
    type: TYPES[declaration.kind],
    functions: declaration.variants.map(describeVariant),
    ...(declaration.definitions !== undefined && {
      statements: declaration.definitions.map(({ statement }) => `${statement};`),
    }),
  }
}

function originOf({ definitions }: FunctionDeclaration): Pick<FunctionDescription, 'author' | 'version' | 'path'> {
  const [first] = definitions ?? []
  if (first === undefined) return { author: 'Millrace', version: '', path: 'internal' }
  const versions = new Set(definitions!.map(({ version }) => version))
  return { author: first.author, version: [...versions].join(', '), path: 'CREATE FUNCTION' }
}

function exampleSentence({ example }: FunctionDeclaration): string {
  if (example === undefined) return ''
  const rows = example.over === undefined ? '' : ` over the rows ${formatRows(example.over)}`
  return ` For example, ${example.call}${rows} gives ${example.result}.`
}

/** Rows of an example: `(1), (2)`. */
export const formatRows = (rows: readonly string[]): string => rows.map((row) => `(${row})`).join(', ')

function describeVariant(variant: FunctionDeclaration['variants'][number]): VariantDescription {
  const described = allParameters(variant).map(describeArgument)
  return {
    arguments: described,
    argumentTypes: described.map(({ type }) => type),
    returnType: describeResult(variant),
    description: variant.description ?? '',
  }
}

function describeArgument(parameter: Parameter): ArgumentDescription {
  const { pattern, variadic } = parseParameter(parameter)
  return {
    name: parameter.name,
    type: formatPattern(pattern),
    description: parameter.description,
    isVariadic: variadic,
  }
}

/** A result that depends on the argument types shows as its bare kind, found with sample types: `DECIMAL`. */
function describeResult(variant: FunctionDeclaration['variants'][number]): string {
  if (typeof variant.returns === 'string') return formatPattern(parseTypePattern(variant.returns))
  const samples = variant.parameters.map((parameter) => sampleType(parseParameter(parameter).pattern))
  return variant.returns(samples).kind
}

function sampleType(pattern: TypePattern): SqlType {
  if (pattern.kind === 'decimal') return decimal(10, 2)
  if (pattern.kind === 'array') return array(sampleType(pattern.element))
  return resolvePattern(pattern, new Map()) ?? STRING
}
