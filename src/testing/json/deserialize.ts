/** Records of a simulated topic read back for checking, by the runner's own means. Source: ksqlDB's functional test runner. */
import type { DataSource, KeyWindow } from '../../metastore/data-source.ts'
import type { TopicRecord } from '../../runtime/task/test-driver.ts'
import type { FormatName, Side } from '../../serde/format.ts'
import { doubleToText } from '../../types/double-text.ts'
import { parseJsonValue } from '../../types/json-parse.ts'
import type { Header } from '../../types/record.ts'
import type { Column } from '../../types/schema.ts'
import type { LocalSchemas } from '../local-schemas.ts'
import { type Actual, actualJson, exactDecimal, integerOf } from './actual.ts'
import { CheckFailure } from './failure.ts'
import type { TestWindow } from './records.ts'
import { schemaValue } from './schema-records.ts'

export interface ActualRecord {
  readonly key: Actual
  /** Null: the key is not windowed. */
  readonly window: TestWindow | null
  readonly value: Actual
  readonly timestamp: number
  readonly headers: readonly Header[]
}

export interface Deserialization {
  /** One that uses the topic. */
  readonly source: DataSource
  readonly schemas: LocalSchemas
  /** Fractional JSON numbers keep their digits. */
  readonly exact: boolean
}

/** Throws CheckFailure. */
export function deserializeRecord(record: TopicRecord, deserialization: Deserialization): ActualRecord {
  const { bytes, window } = splitKey(record.key, deserialization.source.window)
  return {
    key: read(bytes, 'KEY', deserialization),
    window,
    value: read(record.value, 'VALUE', deserialization),
    timestamp: record.timestamp,
    headers: record.headers,
  }
}

interface SplitKey {
  readonly bytes: Buffer | null
  readonly window: TestWindow | null
}

function splitKey(key: Buffer | null, window: KeyWindow | null): SplitKey {
  if (key === null || window === null) return { bytes: key, window: null }
  const start = Number(key.readBigInt64BE(key.length - 8))
  if (window.sizeMs !== null) {
    return { bytes: key.subarray(0, -8), window: { type: 'time', start, end: start + window.sizeMs } }
  }
  const end = Number(key.readBigInt64BE(key.length - 16))
  return { bytes: key.subarray(0, -16), window: { type: 'session', start, end } }
}

function read(bytes: Buffer | null, side: Side, { source, schemas, exact }: Deserialization): Actual {
  if (bytes === null) return null
  const { keyFormat, valueFormat, schema } = source
  const [{ format }, columns] = side === 'KEY' ? [keyFormat, schema.key] : [valueFormat, schema.value]
  const reader = READERS[format]
  try {
    return reader === null ? schemaValue(bytes, source, side, schemas) : reader(bytes, columns, exact)
  } catch (error) {
    throw new CheckFailure(`cannot read ${format} ${bytes.toString('latin1')}: ${(error as Error).message}`)
  }
}

type Reader = (bytes: Buffer, columns: readonly Column[], exact: boolean) => Actual

/** Null: by the topic's schema. */
const READERS: { readonly [Name in FormatName]: Reader | null } = {
  JSON: (bytes, _columns, exact) => actualJson(parseJsonValue(bytes.toString()), exact),
  DELIMITED: (bytes) => bytes.toString(),
  CSV: (bytes) => bytes.toString(),
  LINE: (bytes) => bytes.toString(),
  REGEX: (bytes) => bytes.toString(),
  GROK: (bytes) => bytes.toString(),
  NONE: () => null,
  KAFKA: (bytes, [column]) => kafkaValue(bytes, column),
  JSON_SR: null,
  AVRO: null,
  PROTOBUF: null,
  PROTOBUF_NOSR: null,
}

function kafkaValue(bytes: Buffer, column: Column | undefined): Actual {
  switch (column?.type.kind) {
    case 'INTEGER':
      return integerOf(BigInt(sized(bytes, 4).readInt32BE()))
    case 'BIGINT':
      return integerOf(sized(bytes, 8).readBigInt64BE())
    case 'DOUBLE': {
      const value = sized(bytes, 8).readDoubleBE()
      const decimal = exactDecimal(doubleToText(value))
      return decimal === null ? { kind: 'double', value } : { kind: 'decimal', value: decimal }
    }
    default:
      return bytes.toString()
  }
}

function sized(bytes: Buffer, size: number): Buffer {
  if (bytes.length === size) return bytes
  throw new Error(`${size} bytes expected`)
}
