/** JSON Pointers (RFC 6901): `/data/items`, `/meta/next`. */
import { formatJsonValue, JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import { OptionError } from '../options.ts'

/** The value that a pointer finds; undefined: there is none. */
export type Pointer = (document: JsonValue) => JsonValue | undefined

/** Throws an OptionError for a text that is no pointer. */
export function jsonPointer(text: string, option: string): Pointer {
  if (text !== '' && !text.startsWith('/')) {
    throw new OptionError(option, `The option '${option}' takes a JSON Pointer such as /data/items, not '${text}'.`)
  }
  const steps = text
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return (document) => steps.reduce(stepInto, document as JsonValue | undefined)
}

function stepInto(value: JsonValue | undefined, step: string): JsonValue | undefined {
  if (value instanceof Map) return (value as ReadonlyMap<string, JsonValue>).get(step)
  return Array.isArray(value) && /^(0|[1-9]\d*)$/.test(step) ? (value as readonly JsonValue[])[Number(step)] : undefined
}

/** The bare text of a string, number or boolean; the JSON of anything else; null: there is none, or it is null. */
export function pointedText(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return value
  return value instanceof JsonNumber ? value.text : formatJsonValue(value)
}
