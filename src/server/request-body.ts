/** Request bodies: JSON whatever their content type, numbers exact, unknown members ignored. */
import { RequestError } from '../errors.ts'
import { JsonNumber, type JsonValue, parseJsonValue } from '../types/json-parse.ts'

type Scalar = string | number | boolean | null

/**
 * What a member may hold, by its kind. `properties` and `variables`: objects of scalar values; `host`: `host:port`, also written as
 * `{ host, port }`; `object`: any object, plain. Null counts as absent.
 */
interface MemberValues {
  readonly text: string
  readonly integer: number
  readonly flag: boolean
  readonly properties: Readonly<Record<string, Scalar>>
  readonly variables: Readonly<Record<string, string>>
  readonly textList: readonly string[]
  readonly host: string
  readonly object: Readonly<Record<string, unknown>>
}

export type MemberKind = keyof MemberValues

export interface Member {
  readonly kind: MemberKind
  readonly required?: true
  /** What it is for, for the document of the API. */
  readonly description: string
}

/** Members by name; the schema of a route's body. */
export type BodyShape = Readonly<Record<string, Member>>

type Required<Shape extends BodyShape> = {
  [Name in keyof Shape]: Shape[Name] extends { readonly required: true } ? Name : never
}[keyof Shape]

/** A body of that shape, as it was read. */
export type BodyOf<Shape extends BodyShape> = {
  readonly [Name in Required<Shape>]: MemberValues[Shape[Name]['kind']]
} & { readonly [Name in Exclude<keyof Shape, Required<Shape>>]?: MemberValues[Shape[Name]['kind']] }

/** Body text as JSON. Throws a RequestError with the place for what is not JSON. */
export function parseBody(text: string): JsonValue {
  try {
    return parseJsonValue(text)
  } catch (error) {
    throw invalid((error as Error).message, error)
  }
}

/** Plain object with the members of `shape`, or a RequestError that names the first one at fault. */
export function readBody<Shape extends BodyShape>(body: unknown, shape: Shape): BodyOf<Shape> {
  if (!(body instanceof Map)) throw invalid(`expected an object with ${Object.keys(shape).join(', ')}`)
  const members: Record<string, unknown> = {}
  for (const name in shape) {
    const { kind, required } = shape[name]!
    const value: JsonValue = body.get(name) ?? null
    if (value !== null) members[name] = READERS[kind](value, name)
    else if (required) throw invalid(`the member '${name}' is missing`)
  }
  return members as BodyOf<Shape>
}

const READERS: { readonly [Kind in MemberKind]: (value: JsonValue, name: string) => MemberValues[Kind] } = {
  text: (value, name) => {
    if (typeof value === 'string') return value
    throw invalid(`'${name}' must be a string`)
  },
  integer: (value, name) => {
    if (value instanceof JsonNumber && value.isInteger()) return Number(value.text)
    throw invalid(`'${name}' must be a whole number`)
  },
  flag: (value, name) => {
    if (typeof value === 'boolean') return value
    throw invalid(`'${name}' must be true or false`)
  },
  properties: readScalars,
  variables: (value, name) =>
    Object.fromEntries(Object.entries(readScalars(value, name)).map(([key, scalar]) => [key, String(scalar)])),
  host: (value, name) => {
    if (typeof value === 'string') return value
    const { host, port } = readScalars(value, name)
    return `${host}:${port}`
  },
  object: (value, name) => {
    if (value instanceof Map) return plainObject(value)
    throw invalid(`'${name}' must be an object`)
  },
  textList: (value, name) => {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
    throw invalid(`'${name}' must be an array of strings`)
  },
}

const plainObject = (value: ReadonlyMap<string, JsonValue>): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]))

function plain(value: JsonValue): unknown {
  if (value instanceof Map) return plainObject(value)
  if (value instanceof JsonNumber) return Number(value.text)
  return Array.isArray(value) ? value.map(plain) : value
}

function readScalars(value: JsonValue, name: string): Readonly<Record<string, Scalar>> {
  if (!(value instanceof Map)) throw invalid(`'${name}' must be an object`)
  return Object.fromEntries([...value].map(([key, member]) => [key, readScalar(member, `${name}.${key}`)]))
}

/** A number that JavaScript cannot hold stays text. */
function readScalar(value: JsonValue, name: string): Scalar {
  if (value instanceof JsonNumber) {
    const number = Number(value.text)
    return String(number) === value.text ? number : value.text
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  throw invalid(`'${name}' must be a string, number or boolean`)
}

const invalid = (detail: string, cause?: unknown): RequestError =>
  new RequestError('BAD_REQUEST', `Invalid JSON in request: ${detail}`, { cause })
