/**
 * A partition's aborted transactions, so that a read-committed fetch can name those in its range. Entries of 24 bytes, big-endian:
 * int64 producer id, int64 offset of its first record, int64 offset of its abort marker. In the order of the markers.
 */

import { appendFileSync, readFileSync } from 'node:fs'
import { readInt64, writeInt64 } from '../record-batch.ts'
import { abortedPath, writeFileAtomically } from './layout.ts'

const ENTRY_BYTES = 24

export interface AbortedEntry {
  readonly producerId: number
  readonly firstOffset: number
  readonly markerOffset: number
}

/** Null if the file is missing or torn: it must then be rebuilt from the segments. */
export function readAborted(directory: string): AbortedEntry[] | null {
  let bytes: Buffer
  try {
    bytes = readFileSync(abortedPath(directory))
  } catch {
    return null
  }
  if (bytes.length % ENTRY_BYTES !== 0) return null
  const entries: AbortedEntry[] = []
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
    entries.push({
      producerId: readInt64(bytes, at),
      firstOffset: readInt64(bytes, at + 8),
      markerOffset: readInt64(bytes, at + 16),
    })
  }
  return entries
}

export function appendAborted(directory: string, entry: AbortedEntry): void {
  appendFileSync(abortedPath(directory), encode(entry))
}

export function writeAborted(directory: string, entries: readonly AbortedEntry[]): void {
  writeFileAtomically(abortedPath(directory), Buffer.concat(entries.map(encode)))
}

function encode({ producerId, firstOffset, markerOffset }: AbortedEntry): Buffer {
  const bytes = Buffer.allocUnsafe(ENTRY_BYTES)
  writeInt64(bytes, 0, producerId)
  writeInt64(bytes, 8, firstOffset)
  writeInt64(bytes, 16, markerOffset)
  return bytes
}
