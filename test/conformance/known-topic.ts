/** What checks may ask of a topic: its formats in the peer's words, and its partitions. Source: ksqlDB's functional test runner. */
import type { DataSource } from '../../src/metastore/data-source.ts'
import type { ResolvedSchema } from '../../src/registry/resolved-schema.ts'
import type { FormatSpec } from '../../src/serde/format.ts'
import { FORMATS } from '../../src/serde/index.ts'
import { isObject, type JsonObject, listOf, optionalNumber, optionalText } from '../../src/testing/json/json-access.ts'
import { formatJsonValue, type JsonValue, parseJsonValue } from '../../src/types/json-parse.ts'

export interface TopicFormat {
  readonly format: string
  readonly properties: { readonly [name: string]: string }
  readonly features: readonly string[]
  /** `size` in seconds; null for sessions. */
  readonly window: { readonly type: string; readonly size: number | null } | null
}

export interface KnownTopic {
  readonly name: string
  /** Null: in no format that a case can name. */
  readonly keyFormat: TopicFormat | null
  readonly valueFormat: TopicFormat | null
  readonly partitions: number | null
  /** The newest schemas of the topic's subjects; null: there is none. */
  readonly keySchema: ResolvedSchema | null
  readonly valueSchema: ResolvedSchema | null
}

export function keyFormatOf({ keyFormat, schema, window }: DataSource): TopicFormat {
  return {
    ...formatOf(keyFormat, schema.key.length),
    window: window === null ? null : { type: window.type, size: window.sizeMs === null ? null : window.sizeMs / 1000 },
  }
}

export const valueFormatOf = ({ valueFormat, schema }: DataSource): TopicFormat =>
  formatOf(valueFormat, schema.value.length)

/** UNWRAP_SINGLES shows where a single column could have been wrapped, too. */
function formatOf({ format, unwrapped, ...spec }: FormatSpec, columnCount: number): TopicFormat {
  const isUnwrapped = FORMATS[format].wrapping === 'optional' && columnCount === 1 && unwrapped
  return {
    format,
    properties: {
      ...(spec.delimiter !== undefined && { delimiter: spec.delimiter }),
      ...(spec.schemaName !== undefined && { fullSchemaName: spec.schemaName }),
      ...(spec.nullable !== undefined && { nullableRepresentation: spec.nullable.toLowerCase() }),
      ...(format === 'PROTOBUF' && { unwrapPrimitives: 'true' }),
    },
    features: isUnwrapped ? ['UNWRAP_SINGLES'] : [],
    window: null,
  }
}

/** What differs, or null. */
export function topicDifference(expected: JsonObject, topic: KnownTopic): string | null {
  const partitions = optionalNumber(expected.get('partitions'), 'partitions')
  if (partitions !== null && partitions !== topic.partitions) {
    return `expected ${partitions} partitions, got ${topic.partitions}`
  }
  return (
    schemaDifference('keySchema', expected.get('keySchema'), topic.keySchema) ??
    schemaDifference('valueSchema', expected.get('valueSchema'), topic.valueSchema) ??
    formatDifference('keyFormat', expected.get('keyFormat'), topic.keyFormat) ??
    formatDifference('valueFormat', expected.get('valueFormat'), topic.valueFormat)
  )
}

/** A .proto file is a text, and compared without its white space. */
function schemaDifference(what: string, json: JsonValue | undefined, actual: ResolvedSchema | null): string | null {
  if (json === undefined || json === null) return null
  if (actual === null) return `there is no ${what}`
  const isText = typeof json === 'string' && actual.type === 'PROTOBUF'
  const wanted = isText ? withoutSpace(json) : canonicalJson(json)
  const found = isText ? withoutSpace(actual.text) : canonicalJson(parseJsonValue(actual.text))
  return wanted === found ? null : `${what}: expected ${wanted}, got ${found}`
}

const withoutSpace = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/** Members in the order of their names. Which dialect a JSON Schema is in does not count. */
function canonicalJson(json: JsonValue): string {
  if (Array.isArray(json)) return `[${(json as JsonValue[]).map(canonicalJson).join()}]`
  if (!isObject(json)) return formatJsonValue(json)
  const members = [...json].filter(([name]) => name !== '$schema').sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${canonicalJson(value)}`).join()}}`
}

function formatDifference(what: string, json: JsonValue | undefined, actual: TopicFormat | null): string | null {
  const expected = readFormat(isObject(json) ? json : new Map())
  const [wanted, found] = [canonical(expected), actual === null ? 'none' : canonical(actual)]
  return wanted === found ? null : `${what}: expected ${wanted}, got ${found}`
}

function readFormat(json: JsonObject): TopicFormat {
  const properties = json.get('properties')
  const window = json.get('windowInfo')
  return {
    format: optionalText(json.get('format'), 'format') ?? 'none',
    properties: isObject(properties) ? Object.fromEntries(Array.from(properties, ([k, v]) => [k, String(v)])) : {},
    features: listOf(json.get('features'), 'features').map(String),
    window: isObject(window)
      ? { type: String(window.get('type')).toUpperCase(), size: optionalNumber(window.get('size'), 'size') }
      : null,
  }
}

const canonical = ({ format, properties, features, window }: TopicFormat): string =>
  JSON.stringify({ format, properties: Object.entries(properties).sort(), features: [...features].sort(), window })
