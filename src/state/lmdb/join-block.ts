/**
 * Blocks of a join buffer: rows of one shard that came between two commits, by arrival.
 *
 *   key    store id; segment number, block number: as numbers (key-bytes.ts); shard, 1 byte, before the block number; number of rows, 16 bits
 *   value  rows: length of the key's bytes, length of all of it, both 32 bits LE; key (not cut); the row (row-bytes.ts)
 */

import type { ByteBuffer } from '../../types/byte-buffer.ts'
import { NUMBER_BYTES, readNumber, writeNumber } from '../bytes/key-bytes.ts'

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

/** Begins a row under the key whose bytes are the first `length` ones of `key`; what is written then is the row, until `endBlockRow`. Returns where it starts. */
export function beginBlockRow(key: Buffer, length: number, writer: ByteBuffer): number {
  const start = writer.position
  writer.reserve(HEAD_BYTES + length)
  const { buffer } = writer
  buffer.writeUInt32LE(length, start)
  // Mostly a few bytes: a call into the runtime would take longer.
  for (let i = 0; i < length; i++) buffer[start + HEAD_BYTES + i] = key[i]!
  writer.position = start + HEAD_BYTES + length
  return start
}

export function endBlockRow(start: number, writer: ByteBuffer): void {
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
