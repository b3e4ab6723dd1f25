/**
 * Records of a case to bytes, by the runner's own means and not by the engine's: its formats are what is under test. Source:
 * Throws CheckFailure for values that do not fit.
 */
import type { DataSource } from '../../metastore/data-source.ts'
import type { TopicRecord } from '../../runtime/task/test-driver.ts'
import type { FormatName, Side } from '../../serde/format.ts'
import { formatJsonValue, JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import type { Column } from '../../types/schema.ts'
import type { LocalSchemas } from '../local-schemas.ts'
import { CheckFailure } from './failure.ts'
import type { TestRecord, TestWindow } from './records.ts'
import { schemaBytes } from './schema-records.ts'

/** `source`: one that uses the record's topic. */
export function serializeRecord(record: TestRecord, source: DataSource, schemas: LocalSchemas): TopicRecord {
  const key = sideBytes(record.key, source, 'KEY', schemas)
  return {
    key: key === null ? null : withWindow(key, record.window, source),
    value: sideBytes(record.value, source, 'VALUE', schemas),
    timestamp: record.timestamp ?? 0,
    headers: record.headers,
  }
}

function sideBytes(value: JsonValue, source: DataSource, side: Side, schemas: LocalSchemas): Buffer | null {
  const { keyFormat, valueFormat, schema } = source
  const [{ format }, columns] = side === 'KEY' ? [keyFormat, schema.key] : [valueFormat, schema.value]
  const write = WRITERS[format]
  return write === null ? schemaBytes(value, source, side, schemas) : write(value, columns)
}

type Writer = (value: JsonValue, columns: readonly Column[]) => Buffer | null

/** Null: by the topic's schema. */
const WRITERS: { readonly [Name in FormatName]: Writer | null } = {
  JSON_SR: null,
  AVRO: null,
  PROTOBUF: null,
  PROTOBUF_NOSR: null,
  JSON: (value) => (value === null ? null : Buffer.from(formatJsonValue(value))),
  DELIMITED: (value) => textBytes(value, 'DELIMITED'),
  CSV: (value) => textBytes(value, 'CSV'),
  LINE: (value) => textBytes(value, 'LINE'),
  REGEX: (value) => textBytes(value, 'REGEX'),
  GROK: (value) => textBytes(value, 'GROK'),
  NONE: () => null,
  KAFKA: (value, [column]) => (value === null ? null : kafkaBytes(value, column)),
}

function textBytes(value: JsonValue, format: string): Buffer | null {
  if (value === null) return null
  if (typeof value === 'string') return Buffer.from(value)
  throw new CheckFailure(`the ${format} format takes texts, not ${formatJsonValue(value)}`)
}

function kafkaBytes(value: JsonValue, column: Column | undefined): Buffer | null {
  switch (column?.type.kind) {
    case undefined:
    case 'STRING':
    case 'BYTES':
      return textBytes(value, 'KAFKA')
    case 'INTEGER':
      return fixed(4, (bytes) => bytes.writeInt32BE(numberOf(value) | 0))
    case 'BIGINT':
      return fixed(8, (bytes) => bytes.writeBigInt64BE(BigInt.asIntN(64, integerPart(value))))
    case 'DOUBLE':
      return fixed(8, (bytes) => bytes.writeDoubleBE(numberOf(value)))
    default:
      throw new CheckFailure(`the KAFKA format does not take ${column!.type.kind}`)
  }
}

function fixed(size: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(size)
  write(bytes)
  return bytes
}

function numberOf(value: JsonValue): number {
  if (value instanceof JsonNumber) return Number(value.text)
  throw new CheckFailure(`expected a number, not ${formatJsonValue(value)}`)
}

const integerPart = (value: JsonValue): bigint =>
  value instanceof JsonNumber && value.isInteger() ? BigInt(value.text) : BigInt(Math.trunc(numberOf(value)))

/** A time window adds its start, a session window its end and its start. */
function withWindow(key: Buffer, window: TestWindow | null, { name, window: declared }: DataSource): Buffer {
  if (declared === null && window === null) return key
  const type = declared === null ? null : declared.type === 'SESSION' ? 'session' : 'time'
  if (window?.type !== type) {
    throw new CheckFailure(`keys of ${name} have a window of type ${type}, the record's has ${window?.type}`)
  }
  const bounds = window!.type === 'session' ? [window!.end, window!.start] : [window!.start]
  return Buffer.concat([key, ...bounds.map((bound) => fixed(8, (bytes) => bytes.writeBigInt64BE(BigInt(bound))))])
}
