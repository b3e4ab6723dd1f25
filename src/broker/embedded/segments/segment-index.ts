/**
 * A segment's sparse index, a hint where to start looking: about one entry per 256 KiB of batches, each 28 bytes big-endian:
 *
 *   uint32 offset of the batch at `position` - the segment's base offset   (last entry of a closed segment: the end)
 *   uint32 position in the .log file
 *   int64  highest timestamp of the segment's records before `position`, -1: none
 *   int64  wall-clock time of the last append before `position`, -1: none
 *   uint32 CRC-32C of the 24 bytes before
 *
 * It can be rebuilt from the segment, so it is written without being forced to the disk. The checksum keeps a damaged entry from
 * sending a reader past records, or retention to a segment that is not old.
 */

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { crc32c } from '../../../types/crc32c.ts'
import { readInt64, writeInt64 } from '../../record-batch.ts'
import { namingFile } from './storage-error.ts'

export const INDEX_INTERVAL_BYTES = 256 * 1024
const CHECKED_BYTES = 24
const ENTRY_BYTES = CHECKED_BYTES + 4

export interface IndexEntry {
  readonly offset: number
  readonly position: number
  readonly maxTimestamp: number
  readonly appendedAt: number
}

/** All entries, ascending. Null if the file is missing, torn or damaged. */
export function readIndex(path: string, base: number): IndexEntry[] | null {
  const bytes = readIfThere(path)
  if (bytes === null || bytes.length % ENTRY_BYTES !== 0) return null
  const entries: IndexEntry[] = []
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
    if (bytes.readUInt32BE(at + CHECKED_BYTES) !== crc32c(bytes, at, at + CHECKED_BYTES)) return null
    entries.push({
      offset: base + bytes.readUInt32BE(at),
      position: bytes.readUInt32BE(at + 4),
      maxTimestamp: readInt64(bytes, at + 8),
      appendedAt: readInt64(bytes, at + 16),
    })
  }
  return entries
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch {
    return null
  }
}

export function appendIndexEntry(path: string, base: number, entry: IndexEntry): void {
  namingFile(path, () => appendFileSync(path, encodeEntry(base, entry)))
}

export function writeIndex(path: string, base: number, entries: readonly IndexEntry[]): void {
  namingFile(path, () => writeFileSync(path, Buffer.concat(entries.map((entry) => encodeEntry(base, entry)))))
}

function encodeEntry(base: number, { offset, position, maxTimestamp, appendedAt }: IndexEntry): Buffer {
  const bytes = Buffer.allocUnsafe(ENTRY_BYTES)
  bytes.writeUInt32BE(offset - base, 0)
  bytes.writeUInt32BE(position, 4)
  writeInt64(bytes, 8, maxTimestamp)
  writeInt64(bytes, 16, appendedAt)
  bytes.writeUInt32BE(crc32c(bytes, 0, CHECKED_BYTES), CHECKED_BYTES)
  return bytes
}

/** Position of a batch boundary at or before `offset`. */
export function positionBefore(entries: readonly IndexEntry[], offset: number): number {
  return lastEntryWhere(entries, (entry) => entry.offset <= offset)?.position ?? 0
}

/** Position of a batch boundary before which all timestamps are below `timestamp`. */
export function positionBeforeTimestamp(entries: readonly IndexEntry[], timestamp: number): number {
  return lastEntryWhere(entries, (entry) => entry.maxTimestamp < timestamp)?.position ?? 0
}

/** `holds` is true for a prefix of the entries. */
function lastEntryWhere(entries: readonly IndexEntry[], holds: (entry: IndexEntry) => boolean): IndexEntry | undefined {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(entries[middle]!)) low = middle + 1
    else high = middle
  }
  return entries[low - 1]
}
