/**
 * The KAFKA format: one column in the layout of Kafka's own serializers. INTEGER 4 bytes, BIGINT 8 bytes, DOUBLE 8 bytes IEEE 754, all
 * big-endian; STRING UTF-8; BYTES as they are; NULL is a null payload. Source: ksqlDB's KafkaSerdeFactory.
 */
import { fromBigInt, type Int64 } from '../types/bigint64.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'
import {
  type ByteSink,
  CHECK_ONLY,
  type ColumnsReader,
  type ColumnsWriter,
  type Format,
  type ReaderOptions,
  type WriterOptions,
} from './format.ts'
import { listColumns, NULL_READER, NULL_WRITER } from './none.ts'
import { readUtf8, writeUtf8 } from './text.ts'

interface Layout {
  /** Length of every payload; null if it varies. */
  readonly size: number | null
  /** Kafka's deserializer, as its errors name it. */
  readonly deserializer: string
  read(bytes: Buffer, start: number, end: number): Value
  write(value: Value, out: ByteSink): void
}

const LAYOUTS: { readonly [kind in SqlType['kind']]?: Layout } = {
  INTEGER: {
    size: 4,
    deserializer: 'IntegerDeserializer',
    read: (bytes, start) => bytes.readInt32BE(start),
    write(value, out) {
      out.reserve(4)
      out.position = out.buffer.writeInt32BE(value as number, out.position)
    },
  },
  BIGINT: {
    size: 8,
    deserializer: 'LongDeserializer',
    read: readInt64,
    write: (value, out) => writeInt64(value as Int64, out),
  },
  DOUBLE: {
    size: 8,
    deserializer: 'DoubleDeserializer',
    read: (bytes, start) => bytes.readDoubleBE(start),
    write(value, out) {
      out.reserve(8)
      out.position = out.buffer.writeDoubleBE(value as number, out.position)
    },
  },
  STRING: {
    size: null,
    deserializer: 'StringDeserializer',
    read: readUtf8,
    write: (value, out) => writeUtf8(value as string, out),
  },
  BYTES: {
    size: null,
    deserializer: 'BytesDeserializer',
    read: (bytes, start, end) => new Uint8Array(bytes.subarray(start, end)),
    write(value, out) {
      const bytes = value as Uint8Array
      out.reserve(bytes.length)
      out.buffer.set(bytes, out.position)
      out.position += bytes.length
    },
  },
}

export const kafka: Format = {
  name: 'KAFKA',
  wrapping: 'never',
  supportsKey: true,
  isCanonical: true,
  takesDelimiter: false,
  isWritable: true,
  lineProperty: null,
  schemas: null,
  holdsNested: false,
  canBeUnreadable: (columns) => columns.some(({ type }) => LAYOUTS[type.kind]?.size !== null),
  refusal(columns, _spec, side) {
    const [column] = columns
    if (column === undefined) return null
    if (columns.length > 1) {
      return `The 'KAFKA' format only supports a single field. Got: [${listColumns(columns, side)}]`
    }
    return LAYOUTS[column.type.kind] === undefined
      ? `The 'KAFKA' format does not support type '${column.type.kind}'`
      : null
  },
  reader(options) {
    const [column] = options.columns
    return column === undefined ? NULL_READER : columnReader(layoutOf(column.type), options)
  },
  writer(options) {
    const [column] = options.columns
    return column === undefined ? NULL_WRITER : columnWriter(layoutOf(column.type), options)
  },
}

function layoutOf(type: SqlType): Layout {
  const layout = LAYOUTS[type.kind]
  if (layout === undefined) throw new Error(`The 'KAFKA' format does not support type '${type.kind}'`)
  return layout
}

function columnReader({ size, deserializer, read }: Layout, { topic, wanted }: ReaderOptions): ColumnsReader {
  const target = wanted[0]?.target ?? CHECK_ONLY
  return {
    isNull: false,
    open(bytes, start, end, row) {
      if (size !== null && end - start !== size) {
        const cause = `Size of data received by ${deserializer} is not ${size}`
        return { message: `Error deserializing KAFKA message from topic: ${topic}`, causes: [cause] }
      }
      if (target !== CHECK_ONLY) row[target] = read(bytes, start, end)
      return null
    },
    finish: () => null,
  }
}

function columnWriter({ write }: Layout, { sources }: WriterOptions): ColumnsWriter {
  const source = sources[0]!
  return {
    write(row, out) {
      const value = row[source]!
      if (value === null) return false
      write(value, out)
      return true
    },
  }
}

const TWO_32 = 2 ** 32

/** Eight bytes from `start` on, big-endian. */
export function readInt64(bytes: Buffer, start: number): Int64 {
  const high = bytes.readInt32BE(start)
  // Below 2^20 the value is a safe integer.
  if (high < 0x100000 && high >= -0x100000) return high * TWO_32 + bytes.readUInt32BE(start + 4)
  return fromBigInt(bytes.readBigInt64BE(start))
}

/** Eight bytes, big-endian. */
export function writeInt64(value: Int64, out: ByteSink): void {
  out.reserve(8)
  const { buffer, position } = out
  if (typeof value === 'number') {
    buffer.writeInt32BE(Math.floor(value / TWO_32), position)
    buffer.writeInt32BE(value | 0, position + 4)
  } else buffer.writeBigInt64BE(value, position)
  out.position = position + 8
}
