/** Typed access to JSON whose numbers keep their text. Every function throws an Error that names what it was looking for. */
import { JsonNumber, type JsonValue } from '../../types/json-parse.ts'

export type JsonObject = ReadonlyMap<string, JsonValue>

export const isObject = (value: JsonValue | undefined): value is JsonObject => value instanceof Map

export function objectOf(value: JsonValue | undefined, what: string): JsonObject {
  if (isObject(value)) return value
  throw new Error(`${what} must be an object`)
}

/** The list; an empty one where there is none. */
export function listOf(value: JsonValue | undefined, what: string): readonly JsonValue[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw new Error(`${what} must be a list`)
}

export function textOf(value: JsonValue | undefined, what: string): string {
  if (typeof value === 'string') return value
  throw new Error(`${what} must be a text`)
}

/** The text; null where there is none. */
export const optionalText = (value: JsonValue | undefined, what: string): string | null =>
  value === undefined || value === null ? null : textOf(value, what)

/** The number; null where there is none. */
export function optionalNumber(value: JsonValue | undefined, what: string): number | null {
  if (value === undefined || value === null) return null
  if (value instanceof JsonNumber) return Number(value.text)
  throw new Error(`${what} must be a number`)
}

export const textsOf = (value: JsonValue | undefined, what: string): string[] =>
  listOf(value, what).map((item) => textOf(item, what))
