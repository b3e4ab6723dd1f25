/**
 * Blocks of a join buffer: rows of one shard that came between two commits, by arrival.
 *
 *   key    store id; segment number, block number: as numbers (key-bytes.ts); shard, 1 byte, before the block number; number of rows, 16 bits
 *   value  rows: 32 bits length of the key's bytes, key (not cut); the row (row-bytes.ts)
 */
import type { ByteWriter } from './byte-writer.ts'
import { NUMBER_BYTES, readNumber, readWholeKey, writeNumber, writeWholeKey } from './key-bytes.ts'
import type { RowBytes } from './row-bytes.ts'
import type { StoredRow, StoreKey } from './store.ts'

/** A block that is larger gets no more rows. Far below what a Kafka record may have. */
export const BLOCK_BYTES = 32_768
/** As many as its key can count. */
export const BLOCK_ROWS = 65_535

export interface BlockKey {
  readonly segment: number
  readonly shard: number
  readonly block: number
  readonly rows: number
}

export function writeBlockKey(prefix: Buffer, { segment, shard, block, rows }: BlockKey, writer: ByteWriter): void {
  writeShardKey(prefix, segment, shard, writer)
  writeNumber(block, writer)
  writer.writeUInt16(rows)
}

/** What the keys of all blocks of a shard start with. */
export function writeShardKey(prefix: Buffer, segment: number, shard: number, writer: ByteWriter): void {
  writer.writeBytes(prefix)
  writeNumber(segment, writer)
  writer.writeByte(shard)
}

/** Of the key of a block: its segment, and how many rows it has. */
export const readBlockKey = (prefix: Buffer, key: Buffer): Pick<BlockKey, 'segment' | 'rows'> => ({
  segment: readNumber(key, prefix.length),
  rows: key.readUInt16BE(prefix.length + 2 * NUMBER_BYTES + 1),
})

export function writeBlockRow(rows: RowBytes, key: StoreKey, row: StoredRow, writer: ByteWriter): void {
  const start = writer.position
  writer.writeUInt32(0)
  writeWholeKey(key, writer)
  writer.buffer.writeUInt32BE(writer.position - start - 4, start)
  rows.write(row, null, writer)
}

export function readBlock(rows: RowBytes, bytes: Buffer, onRow: (key: StoreKey, row: StoredRow) => void): void {
  const source: { buffer: Buffer; position: number } = { buffer: bytes, position: 0 }
  while (source.position < bytes.length) {
    const start = source.position + 4
    const end = start + bytes.readUInt32BE(source.position)
    source.position = end
    onRow(readWholeKey(bytes, start, end), rows.readFrom(source))
  }
}
