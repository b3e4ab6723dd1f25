/** Records of a simulated topic read back for checking, by the runner's own means. Source: ksqlDB's functional test runner. */
import type { DataSource, KeyWindow } from '../../src/metastore/data-source.ts'
import type { TopicRecord } from '../../src/runtime/task/test-driver.ts'
import type { FormatName } from '../../src/serde/format.ts'
import { doubleToText } from '../../src/types/double-text.ts'
import { parseJsonValue } from '../../src/types/json-parse.ts'
import type { Header } from '../../src/types/record.ts'
import type { Column } from '../../src/types/schema.ts'
import { type Actual, actualJson, exactDecimal, integerOf } from './actual.ts'
import { CheckFailure } from './failure.ts'
import type { CaseWindow } from './read-case.ts'

export interface ActualRecord {
  readonly key: Actual
  /** Null: the key is not windowed. */
  readonly window: CaseWindow | null
  readonly value: Actual
  readonly timestamp: number
  readonly headers: readonly Header[]
}

/** `source`: one that uses the topic. `exact`: fractional JSON numbers keep their digits. Throws CheckFailure. */
export function deserializeRecord(record: TopicRecord, source: DataSource, exact: boolean): ActualRecord {
  const { keyFormat, valueFormat, schema } = source
  const { bytes, window } = splitKey(record.key, source.window)
  return {
    key: read(keyFormat.format, bytes, schema.key, exact),
    window,
    value: read(valueFormat.format, record.value, schema.value, exact),
    timestamp: record.timestamp,
    headers: record.headers,
  }
}

interface SplitKey {
  readonly bytes: Buffer | null
  readonly window: CaseWindow | null
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

function read(format: FormatName, bytes: Buffer | null, columns: readonly Column[], exact: boolean): Actual {
  if (bytes === null) return null
  try {
    return READERS[format](bytes, columns, exact)
  } catch (error) {
    throw new CheckFailure(`cannot read ${format} ${bytes.toString('latin1')}: ${(error as Error).message}`)
  }
}

type Reader = (bytes: Buffer, columns: readonly Column[], exact: boolean) => Actual

const READERS: { readonly [Name in FormatName]: Reader } = {
  JSON: (bytes, _columns, exact) => actualJson(parseJsonValue(bytes.toString()), exact),
  DELIMITED: (bytes) => bytes.toString(),
  NONE: () => null,
  KAFKA: (bytes, [column]) => kafkaValue(bytes, column),
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
