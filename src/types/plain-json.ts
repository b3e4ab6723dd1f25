/**
 * JSON as plain JavaScript values, read by JSON.parse, but without loss: a number with so many digits that a double may not hold it stays
 * text. Several times as fast as json-parse.ts, which keeps the order and spelling of everything.
 */
import { JsonNumber } from './json-parse.ts'

export type PlainJson = null | boolean | string | number | JsonNumber | readonly PlainJson[] | PlainObject

/** Members of one name keep the last value; names that look like integers come first. */
export interface PlainObject {
  readonly [name: string]: PlainJson
}

/** A double keeps 15 significant digits, so a number that it may not hold has at least 16 of them, a point among them or not. */
const MANY_DIGITS = /[\d.]{16}/

/** Throws a SyntaxError for what is not JSON. */
export function parsePlainJson(text: string): PlainJson {
  return MANY_DIGITS.test(text) ? (JSON.parse(text, keepDigits) as PlainJson) : (JSON.parse(text) as PlainJson)
}

/** The third argument of a reviver (ECMAScript's JSON.parse source text access), which TypeScript's library does not have yet. */
interface Source {
  readonly source?: string
}

const keepDigits = (_name: string, value: unknown, context?: Source): unknown =>
  typeof value === 'number' && MANY_DIGITS.test(context!.source!) ? new JsonNumber(context!.source!) : value

export const isPlainObject = (value: PlainJson): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
