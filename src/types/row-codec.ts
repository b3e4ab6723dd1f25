/**
 * Rows as compact bytes for the engine's own use: internal topics, changelogs, stores. A codec is made once per schema; the bytes carry
 * no types. They are part of stored state: a change of the layout needs a new version byte.
 *
 *   row      a null bitmap, ceil(n / 8) bytes, bit i set: column i is NULL; then the columns that are not
 *   BOOLEAN  1 byte       INTEGER, DATE, TIME  int32 LE       DOUBLE  float64 LE
 *   BIGINT, TIMESTAMP     8 bytes: int64 LE
 *   STRING   varint length in bytes, UTF-8       BYTES  varint length, bytes       DECIMAL  scale byte, unscaled value as STRING
 *   ARRAY    varint length, then a row of that many elements       STRUCT  a row
 *   MAP      varint size, then a row of keys and a row of values
 */
import { fromBigInt } from './bigint64.ts'
import { Decimal } from './decimal.ts'
import type { SqlType } from './sql-type.ts'
import type { Row, Value } from './value.ts'

/** A growing buffer; the same shape as serde's. */
export interface RowSink {
  buffer: Buffer
  position: number
  reserve(count: number): void
}

/** Where reading continues. One object per codec use, so that nested reads need no tuples. */
export interface RowSource {
  readonly buffer: Buffer
  position: number
}

export interface RowCodec {
  write(row: readonly Value[], sink: RowSink): void
  /** `count`: columns that were written, if the bytes are from before others were appended; the row has no more. */
  read(source: RowSource, count?: number): Row
}

/** Bytes that lie in a buffer. */
export interface ByteRange {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

/** Reads some columns of the row at the source's position into `row`, column `i` at `offset + i`. The position is somewhere in the row afterwards. */
export type ColumnReader = (source: RowSource, row: Value[], offset: number) => void

interface ValueCodec {
  write(value: NonNullable<Value>, sink: RowSink): void
  read(source: RowSource): NonNullable<Value>
  /** Moves the position behind the value. */
  skip(source: RowSource): void
}

/** Texts that are copied from other bytes instead of being taken from the row. */
export interface CopiedTexts {
  /** By slot: where the texts of the present row lie in `buffer`; -1: the text is in the row. */
  readonly values: { readonly buffer: Buffer; readonly starts: Int32Array; readonly ends: Int32Array }
  /** For each column its slot; -1: it is never copied. */
  readonly slots: readonly number[]
  /** Bytes before and behind the UTF-8 of a text. */
  readonly margin: number
}

/** `copied`: texts that a written row need not hold. */
export function rowCodec(types: readonly SqlType[], copied: CopiedTexts | null = null): RowCodec {
  const codecs = types.map(valueCodec)
  return {
    write:
      copied === null
        ? (row, sink) => writeRow(row, codecs, sink)
        : (row, sink) => writeRowWithTexts(row, codecs, copied, sink),
    read: (source, count) => readRow(codecs, source, count),
  }
}

/** Whether a column of the row that starts at `start` is NULL. */
export const isNullAt = (buffer: Buffer, start: number, column: number): boolean =>
  (buffer[start + (column >> 3)]! & (1 << (column & 7))) !== 0

/** `columns`: those to read. The others are passed over, and what lies behind the last one is not looked at. */
export function columnReader(types: readonly SqlType[], columns: readonly number[]): ColumnReader {
  const codecs = types.map(valueCodec)
  const isRead = types.map((_, i) => columns.includes(i))
  const end = isRead.lastIndexOf(true) + 1
  return (source, row, offset) => {
    const { buffer, position: bitmap } = source
    source.position += (codecs.length + 7) >> 3
    for (let i = 0; i < end; i++) {
      const isNull = isNullAt(buffer, bitmap, i)
      if (isRead[i]) row[offset + i] = isNull ? null : codecs[i]!.read(source)
      else if (!isNull) codecs[i]!.skip(source)
    }
  }
}

/** Returns where the bitmap is. */
function writeBitmap(count: number, sink: RowSink): number {
  const bitmap = sink.position
  const bitmapBytes = (count + 7) >> 3
  sink.reserve(bitmapBytes)
  // Mostly one byte or two: `fill` would take longer.
  for (let i = bitmap; i < bitmap + bitmapBytes; i++) sink.buffer[i] = 0
  sink.position += bitmapBytes
  return bitmap
}

function writeRowWithTexts(
  row: readonly Value[],
  codecs: readonly ValueCodec[],
  { values, slots, margin }: CopiedTexts,
  sink: RowSink,
): void {
  const { buffer, starts, ends } = values
  const bitmap = writeBitmap(codecs.length, sink)
  for (let i = 0; i < codecs.length; i++) {
    const slot = slots[i]!
    if (slot >= 0 && starts[slot]! >= 0) {
      copyText(buffer, starts[slot]! + margin, ends[slot]! - margin, sink)
      continue
    }
    const value = row[i]
    if (value === null || value === undefined) sink.buffer[bitmap + (i >> 3)]! |= 1 << (i & 7)
    else codecs[i]!.write(value, sink)
  }
}

function copyText(bytes: Buffer, start: number, end: number, sink: RowSink): void {
  const length = end - start
  writeVarint(length, sink)
  sink.reserve(length)
  const { buffer, position } = sink
  if (length > SHORT_TEXT) bytes.copy(buffer, position, start, end)
  else for (let i = 0; i < length; i++) buffer[position + i] = bytes[start + i]!
  sink.position = position + length
}

function writeRow(row: readonly Value[], codecs: readonly ValueCodec[], sink: RowSink): void {
  const count = codecs.length
  const bitmap = writeBitmap(count, sink)
  for (let i = 0; i < count; i++) {
    const value = row[i]
    if (value === null || value === undefined) sink.buffer[bitmap + (i >> 3)]! |= 1 << (i & 7)
    else codecs[i]!.write(value, sink)
  }
}

function readRow(codecs: readonly ValueCodec[], source: RowSource, count = codecs.length): Row {
  const bitmap = source.position
  source.position += (count + 7) >> 3
  const row: Row = new Array(count)
  for (let i = 0; i < count; i++) {
    const isNull = isNullAt(source.buffer, bitmap, i)
    row[i] = isNull ? null : codecs[i]!.read(source)
  }
  return row
}

/** A row whose columns are all of one type. */
function writeElements(elements: readonly Value[], codec: ValueCodec, sink: RowSink): void {
  const { length } = elements
  const bitmap = sink.position
  const bitmapBytes = (length + 7) >> 3
  sink.reserve(bitmapBytes)
  sink.buffer.fill(0, bitmap, bitmap + bitmapBytes)
  sink.position += bitmapBytes
  for (let i = 0; i < length; i++) {
    const value = elements[i]
    if (value === null || value === undefined) sink.buffer[bitmap + (i >> 3)]! |= 1 << (i & 7)
    else codec.write(value, sink)
  }
}

function readElements(count: number, codec: ValueCodec, source: RowSource): Value[] {
  const bitmap = source.position
  source.position += (count + 7) >> 3
  const elements: Value[] = []
  for (let i = 0; i < count; i++) {
    const isNull = isNullAt(source.buffer, bitmap, i)
    elements.push(isNull ? null : codec.read(source))
  }
  return elements
}

const skipElements = (count: number, codec: ValueCodec, source: RowSource): void => skipAll(count, () => codec, source)

function skipAll(count: number, codecOf: (i: number) => ValueCodec, source: RowSource): void {
  const { buffer, position: bitmap } = source
  source.position += (count + 7) >> 3
  for (let i = 0; i < count; i++) if (!isNullAt(buffer, bitmap, i)) codecOf(i).skip(source)
}

function skipSized(source: RowSource): void {
  const length = readVarint(source)
  source.position += length
}

function valueCodec(type: SqlType): ValueCodec {
  switch (type.kind) {
    case 'BOOLEAN':
      return booleanCodec
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return int32Codec
    case 'BIGINT':
    case 'TIMESTAMP':
      return int64Codec
    case 'DOUBLE':
      return doubleCodec
    case 'STRING':
      return stringCodec
    case 'BYTES':
      return bytesCodec
    case 'DECIMAL':
      return decimalCodec
    case 'ARRAY':
      return arrayCodec(valueCodec(type.element))
    case 'MAP':
      return mapCodec(valueCodec(type.key), valueCodec(type.value))
    case 'STRUCT':
      return structCodec(type.fields.map((field) => valueCodec(field.type)))
  }
}

const booleanCodec: ValueCodec = {
  write(value, sink) {
    sink.reserve(1)
    sink.buffer[sink.position++] = value === true ? 1 : 0
  },
  read: (source) => source.buffer[source.position++] === 1,
  skip(source) {
    source.position += 1
  },
}

const int32Codec: ValueCodec = {
  write(value, sink) {
    sink.reserve(4)
    sink.position = sink.buffer.writeInt32LE(value as number, sink.position)
  },
  read(source) {
    const value = source.buffer.readInt32LE(source.position)
    source.position += 4
    return value
  },
  skip(source) {
    source.position += 4
  },
}

const TWO_32 = 2 ** 32

const int64Codec: ValueCodec = {
  write(value, sink) {
    sink.reserve(8)
    const at = sink.position
    if (typeof value === 'number') {
      const high = Math.floor(value / TWO_32)
      sink.buffer.writeInt32LE((value - high * TWO_32) | 0, at)
      sink.buffer.writeInt32LE(high, at + 4)
    } else {
      sink.buffer.writeBigInt64LE(value as bigint, at)
    }
    sink.position = at + 8
  },
  read(source) {
    const at = source.position
    source.position = at + 8
    const high = source.buffer.readInt32LE(at + 4)
    // Up to 2^52 in amount the sum is exact; beyond, the exact form decides.
    if (high >= -0x100000 && high < 0x100000) return high * TWO_32 + source.buffer.readUInt32LE(at)
    return fromBigInt(source.buffer.readBigInt64LE(at))
  },
  skip(source) {
    source.position += 8
  },
}

const doubleCodec: ValueCodec = {
  write(value, sink) {
    sink.reserve(8)
    sink.position = sink.buffer.writeDoubleLE(value as number, sink.position)
  },
  read(source) {
    const value = source.buffer.readDoubleLE(source.position)
    source.position += 8
    return value
  },
  skip(source) {
    source.position += 8
  },
}

/** Up to here a loop over the characters is faster than a call into the runtime. Measured: about 30 characters. */
const SHORT_TEXT = 24

const stringCodec: ValueCodec = {
  write(value, sink) {
    writeText(value as string, sink)
  },
  read: readText,
  skip: skipSized,
}

function writeText(text: string, sink: RowSink): void {
  const { length } = text
  if (length <= SHORT_TEXT && writeAscii(text, sink)) return
  const bytes = Buffer.byteLength(text)
  writeVarint(bytes, sink)
  sink.reserve(bytes)
  sink.buffer.utf8Write(text, sink.position, bytes)
  sink.position += bytes
}

/** False, with nothing written, if a character is not ASCII. */
function writeAscii(text: string, sink: RowSink): boolean {
  const { length } = text
  sink.reserve(length + 1)
  const { buffer, position } = sink
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return false
    buffer[position + 1 + i] = code
  }
  buffer[position] = length
  sink.position = position + 1 + length
  return true
}

function readText(source: RowSource): string {
  const length = readVarint(source)
  const start = source.position
  source.position = start + length
  return source.buffer.utf8Slice(start, start + length)
}

const bytesCodec: ValueCodec = {
  write(value, sink) {
    const bytes = value as Uint8Array
    writeVarint(bytes.length, sink)
    sink.reserve(bytes.length)
    sink.buffer.set(bytes, sink.position)
    sink.position += bytes.length
  },
  read(source) {
    const length = readVarint(source)
    const start = source.position
    source.position = start + length
    return Uint8Array.from(source.buffer.subarray(start, start + length))
  },
  skip: skipSized,
}

const decimalCodec: ValueCodec = {
  write(value, sink) {
    const { unscaled, scale } = value as Decimal
    writeVarint(scale, sink)
    writeText(unscaled.toString(), sink)
  },
  read(source) {
    const scale = readVarint(source)
    return new Decimal(BigInt(readText(source)), scale)
  },
  skip(source) {
    readVarint(source)
    skipSized(source)
  },
}

const arrayCodec = (element: ValueCodec): ValueCodec => ({
  write(value, sink) {
    const elements = value as readonly Value[]
    writeVarint(elements.length, sink)
    writeElements(elements, element, sink)
  },
  read: (source) => readElements(readVarint(source), element, source),
  skip(source) {
    skipElements(readVarint(source), element, source)
  },
})

const mapCodec = (key: ValueCodec, element: ValueCodec): ValueCodec => ({
  write(value, sink) {
    const entries = value as ReadonlyMap<Value, Value>
    writeVarint(entries.size, sink)
    writeElements([...entries.keys()], key, sink)
    writeElements([...entries.values()], element, sink)
  },
  read(source) {
    const size = readVarint(source)
    const keys = readElements(size, key, source)
    const values = readElements(size, element, source)
    return new Map(keys.map((entry, i) => [entry, values[i]!]))
  },
  skip(source) {
    const size = readVarint(source)
    skipElements(size, key, source)
    skipElements(size, element, source)
  },
})

const structCodec = (fields: readonly ValueCodec[]): ValueCodec => ({
  write: (value, sink) => writeRow(value as readonly Value[], fields, sink),
  read: (source) => readRow(fields, source),
  skip: (source) => skipAll(fields.length, (i) => fields[i]!, source),
})

function writeVarint(value: number, sink: RowSink): void {
  sink.reserve(5)
  let rest = value
  while (rest > 0x7f) {
    sink.buffer[sink.position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  sink.buffer[sink.position++] = rest
}

function readVarint(source: RowSource): number {
  let value = 0
  let shift = 0
  for (;;) {
    const byte = source.buffer[source.position++]!
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return value
    shift += 7
  }
}
