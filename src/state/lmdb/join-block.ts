/**
 * Blocks of a join buffer: rows of one shard that came between two commits, by arrival.
 *
 *   key    store id; segment number, block number: as numbers (key-bytes.ts); shard, 1 byte, before the block number; number of rows, 16 bits
 *   value  rows: length of the key's bytes, length of all of it, both 32 bits LE; key (not cut); the row (row-bytes.ts)
 */

import type { ByteBuffer } from '../../types/byte-buffer.ts'
import { NUMBER_BYTES, readNumber, writeNumber } from '../bytes/key-bytes.ts'
import type { RowBytes } from '../bytes/row-bytes.ts'
import type { StoredRow } from '../store.ts'

/**
 * A block of several rows is not larger: two pages of LMDB without their head, since it would take a third page for a byte more. Looking
 * one row up that is on the disk only reads its block.
 */
export const BLOCK_BYTES = 2 * 4096 - 16
/** As many as its key can count. */
export const BLOCK_ROWS = 65_535

/** The two lengths. */
const HEAD_BYTES = 8

export interface BlockKey {
  readonly segment: number
  readonly shard: number
  readonly block: number
  readonly rows: number
}

export function writeBlockKey(prefix: Buffer, { segment, shard, block, rows }: BlockKey, writer: ByteBuffer): void {
  writeShardKey(prefix, segment, shard, writer)
  writeNumber(block, writer)
  writer.writeUInt16(rows)
}

/** What the keys of all blocks of a shard start with. */
export function writeShardKey(prefix: Buffer, segment: number, shard: number, writer: ByteBuffer): void {
  writer.writeBytes(prefix)
  writeNumber(segment, writer)
  writer.writeByte(shard)
}

/** What the key of a block says: its segment, its number, and its number of rows. */
export const readBlockKey = (prefix: Buffer, key: Buffer): Pick<BlockKey, 'segment' | 'block' | 'rows'> => ({
  segment: readNumber(key, prefix.length),
  block: readNumber(key, prefix.length + NUMBER_BYTES + 1),
  rows: key.readUInt16BE(prefix.length + 2 * NUMBER_BYTES + 1),
})

/** `key`: the bytes of the whole key, `length` of them. */
export function writeBlockRow(rows: RowBytes, key: Buffer, length: number, row: StoredRow, writer: ByteBuffer): void {
  const start = writer.position
  writer.reserve(HEAD_BYTES + length)
  writer.buffer.writeUInt32LE(length, start)
  key.copy(writer.buffer, start + HEAD_BYTES, 0, length)
  writer.position = start + HEAD_BYTES + length
  rows.write(row, null, writer)
  writer.buffer.writeUInt32LE(writer.position - start, start + 4)
}

/** Places in the row of a block that starts at `row`: its key's start, its key's end (the stored row's start), and the next row. */
export const keyStart = (row: number): number => row + HEAD_BYTES
export const keyEnd = (bytes: Buffer, row: number): number => row + HEAD_BYTES + bytes.readUInt32LE(row)
export const blockRowEnd = (bytes: Buffer, row: number): number => row + bytes.readUInt32LE(row + 4)

/** Whether the row of a block that starts at `row` has the key that `bytes` hold in `[from, to)`. */
export function isKeyOf(buffer: Buffer, row: number, bytes: Buffer, from: number, to: number): boolean {
  const start = keyStart(row)
  if (keyEnd(buffer, row) - start !== to - from) return false
  for (let i = from, at = start; i < to; i++, at++) if (buffer[at] !== bytes[i]) return false
  return true
}
