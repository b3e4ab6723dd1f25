/** A CREATE STREAM that fits the first rows of a file. */
import { isReservedWord } from '../../../grammar/tokens.ts'
import { JsonNumber, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import { quoteName } from '../../types/sql-type.ts'

/** What the values of a field have in common. Null: only NULL was met. */
type Inferred =
  | null
  | { readonly kind: 'BOOLEAN' | 'INT' | 'BIGINT' | 'DOUBLE' | 'STRING' }
  | { readonly kind: 'ARRAY'; readonly element: Inferred }
  | { readonly kind: 'STRUCT'; readonly fields: ReadonlyMap<string, Inferred> }

export interface CreateOptions {
  readonly topic: string
  /** Name of the stream. */
  readonly name: string
  /** The field that becomes the key column; null: no key. */
  readonly key: string | null
  readonly partitions: number
  /** Whether texts that look like numbers or booleans are such: CSV has only texts. */
  readonly readsTexts: boolean
}

/** `rows`: JSON objects as text; those that cannot be read count for nothing. */
export function createStatement(rows: readonly string[], options: CreateOptions): string {
  const row = rows.reduce<Inferred>((common, text) => merge(common, inferText(text, options.readsTexts)), null)
  const fields = row?.kind === 'STRUCT' ? [...row.fields] : []
  const isKey = ([name]: readonly [string, Inferred]) => name === options.key
  const columns = [...fields.filter(isKey), ...fields.filter((field) => !isKey(field))].map(
    ([name, type]) => `  ${columnName(name)} ${typeText(type)}${name === options.key ? ' KEY' : ''}`,
  )
  return (
    `CREATE STREAM ${columnName(options.name)} (\n${columns.join(',\n')}\n) WITH (kafka_topic='${options.topic.replaceAll("'", "''")}', ` +
    `value_format='JSON', partitions=${options.partitions});`
  )
}

function inferText(text: string, readsTexts: boolean): Inferred {
  try {
    return infer(parseJsonValue(text), readsTexts)
  } catch {
    return null
  }
}

const INT_MAX = 2_147_483_647n
const INTEGER = /^-?(?:0|[1-9]\d{0,17})$/
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function infer(value: JsonValue, readsTexts: boolean): Inferred {
  if (value === null) return null
  if (typeof value === 'boolean') return { kind: 'BOOLEAN' }
  if (value instanceof JsonNumber) return inferNumber(value.text)
  if (typeof value === 'string') {
    if (!readsTexts) return { kind: 'STRING' }
    if (/^(?:true|false)$/i.test(value)) return { kind: 'BOOLEAN' }
    return NUMBER.test(value) ? inferNumber(value) : { kind: 'STRING' }
  }
  if (value instanceof Map) {
    const members = [...(value as ReadonlyMap<string, JsonValue>)]
    return { kind: 'STRUCT', fields: new Map(members.map(([name, member]) => [name, infer(member, readsTexts)])) }
  }
  const elements = value as readonly JsonValue[]
  return {
    kind: 'ARRAY',
    element: elements.reduce<Inferred>((common, element) => merge(common, infer(element, readsTexts)), null),
  }
}

function inferNumber(text: string): Inferred {
  if (!INTEGER.test(text)) return { kind: 'DOUBLE' }
  const value = BigInt(text)
  return { kind: value <= INT_MAX && value >= -INT_MAX - 1n ? 'INT' : 'BIGINT' }
}

const NUMBERS = ['INT', 'BIGINT', 'DOUBLE'] as const

/** The narrowest type that takes both; STRING where nothing else does. */
function merge(one: Inferred, other: Inferred): Inferred {
  if (one === null || other === null) return one ?? other
  if (one.kind === 'STRUCT' && other.kind === 'STRUCT') {
    const names = new Set([...one.fields.keys(), ...other.fields.keys()])
    const member = (name: string) => merge(one.fields.get(name) ?? null, other.fields.get(name) ?? null)
    return { kind: 'STRUCT', fields: new Map([...names].map((name) => [name, member(name)])) }
  }
  if (one.kind === 'ARRAY' && other.kind === 'ARRAY')
    return { kind: 'ARRAY', element: merge(one.element, other.element) }
  if (one.kind === other.kind) return one
  const ranks = [one.kind, other.kind].map((kind) => (NUMBERS as readonly string[]).indexOf(kind))
  return ranks.includes(-1) ? { kind: 'STRING' } : { kind: NUMBERS[Math.max(...ranks)]! }
}

function typeText(type: Inferred): string {
  if (type === null) return 'STRING'
  switch (type.kind) {
    case 'ARRAY':
      return `ARRAY<${typeText(type.element)}>`
    case 'STRUCT':
      return type.fields.size === 0
        ? 'STRING'
        : `STRUCT<${[...type.fields].map(([name, member]) => `${columnName(name)} ${typeText(member)}`).join(', ')}>`
    default:
      return type.kind
  }
}

/** As it is where it can be a name; else in back-quotes and upper case, which the field finds too. */
const columnName = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) && !isReservedWord(name) ? name : quoteName(name.toUpperCase())
