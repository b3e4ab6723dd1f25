/**
 * Rows of stores as bytes, the same in LMDB and in changelogs:
 *
 *   value  version byte; if its key was cut: 32 bits length of the key's text, the text; timestamp, 64 bits IEEE 754 LE;
 *          in a store that may grow: number of columns, 16 bits LE; row (row-codec.ts)
 *
 * The version is 1, with bit 7 set if a key follows. A change of the layout needs another one.
 */
import {
  type ByteRange,
  columnReader,
  type RowCodec,
  type RowSink,
  type RowSource,
  rowCodec,
} from '../../types/row-codec.ts'
import { array, type SqlType, struct } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { RowScreen, StoreDeclaration, StoredRow } from '../store.ts'
import { readText, writeText } from './key-bytes.ts'

const VERSION = 1
const HAS_KEY = 0x80
/** Where the row is, behind version and timestamp, if its key was not cut. */
const ROW_AT = 9

export interface RowBytes {
  /** `cutKey`: the key, if its bytes do not hold all of it; else null. */
  write(value: StoredRow, cutKey: string | null, sink: RowSink): void
  /** Throws an Error if the bytes are of a version that this one does not know. */
  read(bytes: Buffer): StoredRow
  /** The same from the source's position, which is behind the row afterwards. The row's key is not cut. */
  readFrom(source: { buffer: Buffer; position: number }): StoredRow
  /** Writes a row without a cut key whose columns are bytes already. Not for lists, nor where the store may grow. */
  writePacked(row: ByteRange, timestamp: number, sink: RowSink): void
  /** As `readFrom`, but null for rows that the screen does not accept; the position is anywhere afterwards. Not for lists, nor where the store may grow. */
  screened(screen: RowScreen): (source: RowSource) => StoredRow | null
  /** Only the timestamp of the row there, whose key is not cut. */
  timestampAt(bytes: Buffer, position: number): number
}

/** The codec for rows of a store with this declaration. In a store that may grow, a row has the columns of the time when it was written. */
export function rowBytes(declaration: Pick<StoreDeclaration, 'types' | 'isList' | 'mayGrow'>): RowBytes {
  const { types, isList = false, mayGrow = false } = declaration
  const codec = isList ? listCodec(types) : mayGrow ? growingCodec(types) : rowCodec(types)
  const source: { buffer: Buffer; position: number } = { buffer: Buffer.alloc(0), position: 0 }
  return {
    write({ row, timestamp }, cutKey, sink) {
      writeHead(cutKey, sink)
      sink.reserve(8)
      sink.position = sink.buffer.writeDoubleLE(timestamp, sink.position)
      codec.write(row, sink)
    },
    read(bytes) {
      const start = headEnd(bytes)
      source.buffer = bytes
      source.position = start + 8
      return { row: codec.read(source), timestamp: bytes.readDoubleLE(start) }
    },
    readFrom(from) {
      const { buffer, position } = from
      checkVersion(buffer[position]!)
      from.position = position + ROW_AT
      return { row: codec.read(from), timestamp: buffer.readDoubleLE(position + 1) }
    },
    writePacked({ buffer, start, end }, timestamp, sink) {
      writeHead(null, sink)
      sink.reserve(8 + end - start)
      const position = sink.buffer.writeDoubleLE(timestamp, sink.position)
      buffer.copy(sink.buffer, position, start, end)
      sink.position = position + end - start
    },
    screened({ columns, accepts }) {
      const readColumns = columnReader(types, columns)
      const some: Row = new Array(types.length).fill(null)
      return (from) => {
        const { buffer, position } = from
        checkVersion(buffer[position]!)
        from.position = position + ROW_AT
        readColumns(from, some, 0)
        if (!accepts(some)) return null
        from.position = position + ROW_AT
        return { row: codec.read(from), timestamp: buffer.readDoubleLE(position + 1) }
      }
    },
    timestampAt: (bytes, position) => bytes.readDoubleLE(position + 1),
  }
}

/** The bytes of the key of a value whose key was cut; empty for others. */
export const cutKeyText = (bytes: Buffer): Buffer =>
  (bytes[0]! & HAS_KEY) === 0 ? NOTHING : bytes.subarray(5, 5 + bytes.readUInt32LE(1))

const NOTHING = Buffer.alloc(0)

/** The whole key of a value whose key was cut. */
export function readCutKey(bytes: Buffer): string {
  return readText(bytes, 5, 5 + bytes.readUInt32LE(1))
}

/** Appends what stands before a row: `cutKey` as in `RowBytes.write`. */
export function writeHead(cutKey: string | null, sink: RowSink): void {
  sink.reserve(5)
  sink.buffer[sink.position++] = cutKey === null ? VERSION : VERSION | HAS_KEY
  if (cutKey === null) return
  const at = sink.position
  sink.position += 4
  writeText(cutKey, sink)
  sink.buffer.writeUInt32LE(sink.position - at - 4, at)
}

/** Where the timestamp is. */
function headEnd(bytes: Buffer): number {
  const version = bytes[0]!
  checkVersion(version)
  return (version & HAS_KEY) === 0 ? 1 : 5 + bytes.readUInt32LE(1)
}

function checkVersion(byte: number): void {
  const version = byte & ~HAS_KEY
  if (version === VERSION) return
  throw new Error(`State of format version ${version} cannot be read: this server knows version ${VERSION}`)
}

/** A list of rows is one column: an array of structs. */
function listCodec(types: readonly SqlType[]): RowCodec {
  const codec = rowCodec([array(struct(types.map((type, i) => ({ name: `C${i}`, type }))))])
  return {
    write: (rows, sink) => codec.write([rows as Value], sink),
    read: (source) => codec.read(source)[0] as Row,
  }
}

/** Before a row, the number of its columns. */
function growingCodec(types: readonly SqlType[]): RowCodec {
  const codec = rowCodec(types)
  return {
    write(row, sink) {
      sink.reserve(2)
      sink.position = sink.buffer.writeUInt16LE(types.length, sink.position)
      codec.write(row, sink)
    },
    read(source) {
      const count = source.buffer.readUInt16LE(source.position)
      source.position += 2
      return codec.read(source, count)
    },
  }
}
