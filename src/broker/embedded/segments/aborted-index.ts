/**
 * A partition's aborted transactions, so that a read-committed fetch can name those in its range. Entries of 24 bytes, big-endian:
 * int64 producer id, int64 offset of its first record, int64 offset of its abort marker. In the order of the markers.
 */

import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { crc32c } from '../../../types/crc32c.ts'
import { readInt64, writeInt64 } from '../../record-batch.ts'
import { abortedPath, writeFileAtomically } from './data-layout.ts'
import { namingFile } from './storage-error.ts'

const ENTRY_BYTES = 24

export interface AbortedEntry {
  readonly producerId: number
  readonly firstOffset: number
  readonly markerOffset: number
}

/** There is no file before the first abort. A torn last entry is left out. */
export function readAborted(directory: string): AbortedEntry[] {
  const path = abortedPath(directory)
  if (!existsSync(path)) return []
  const bytes = readFileSync(path)
  const entries: AbortedEntry[] = []
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    entries.push({
      producerId: readInt64(bytes, at),
      firstOffset: readInt64(bytes, at + 8),
      markerOffset: readInt64(bytes, at + 16),
    })
  }
  return entries
}

export function appendAborted(directory: string, entry: AbortedEntry): void {
  const path = abortedPath(directory)
  namingFile(path, () => appendFileSync(path, encode(entry)))
}

/** Not forced to the disk: like the segments, it is synced before a checkpoint relies on it. */
export function writeAborted(directory: string, entries: readonly AbortedEntry[]): void {
  writeFileAtomically(abortedPath(directory), Buffer.concat(entries.map(encode)), { flush: false })
}

/** What a checkpoint remembers of the entries whose marker is before `offset`, to find out later whether the file still has them. */
export function summarize(entries: readonly AbortedEntry[], offset: number): { count: number; checksum: number } {
  const before = entries.filter(({ markerOffset }) => markerOffset < offset)
  return { count: before.length, checksum: crc32c(Buffer.concat(before.map(encode))) }
}

function encode({ producerId, firstOffset, markerOffset }: AbortedEntry): Buffer {
  const bytes = Buffer.allocUnsafe(ENTRY_BYTES)
  writeInt64(bytes, 0, producerId)
  writeInt64(bytes, 8, firstOffset)
  writeInt64(bytes, 16, markerOffset)
  return bytes
}
