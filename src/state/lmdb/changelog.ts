/**
 * What a changelog topic holds: for each changed entry its key and value as in LMDB, without the store's id, and after the changes of each
 * commit a mark, under a key that no entry has, that says how the store stood. Sessions are there without their index by end.
 */

import { ByteBuffer } from '../../types/byte-buffer.ts'
import { writeNumber } from '../bytes/key-bytes.ts'
import { cutKeyText } from '../bytes/row-bytes.ts'
import { endKeyOf } from '../bytes/session-bytes.ts'
import type { StoreDeclaration } from '../store.ts'
import type { StoreSummary } from './durable-store.ts'
import { segmentMs } from './lmdb-join-buffer.ts'
import type { KeyRangeBytes, WriteBatch } from './write-batch.ts'

export interface ChangelogMark {
  readonly summary: StoreSummary
  readonly streamTime: number
}

/** Entries' keys are longer. */
export const MARK_KEY = Buffer.of(0)

export const markValue = (mark: ChangelogMark): Buffer => Buffer.from(JSON.stringify(mark))

/** A record, as places in a buffer. */
export interface ChangelogRecord {
  readonly buffer: Buffer
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  /** -1: the value is null. */
  readonly valueEnd: number
}

/** Null for the record of an entry. */
export function readMark({ buffer, keyStart, keyEnd, valueStart, valueEnd }: ChangelogRecord): ChangelogMark | null {
  if (keyEnd - keyStart !== MARK_KEY.length || buffer[keyStart] !== MARK_KEY[0] || valueEnd < 0) return null
  return JSON.parse(buffer.toString('utf8', valueStart, valueEnd)) as ChangelogMark
}

/** Appends the entry of a record to a batch. `prefix`: the store's id. */
export function restoreEntry(
  { kind }: Pick<StoreDeclaration, 'kind'>,
  prefix: Buffer,
  record: ChangelogRecord,
  batch: WriteBatch,
): void {
  const { buffer, keyStart, keyEnd, valueStart, valueEnd } = record
  batch.begin()
  batch.bytes.writeRange(prefix, 0, prefix.length)
  batch.bytes.writeRange(buffer, keyStart, keyEnd)
  if (valueEnd < 0) batch.endDelete()
  else {
    batch.endKey()
    batch.bytes.writeRange(buffer, valueStart, valueEnd)
    batch.endPut()
  }
  if (kind === 'session') restoreEndKey(prefix, record, batch)
}

/** Appends the key by end of a session, which changelogs do not have. */
function restoreEndKey(prefix: Buffer, record: ChangelogRecord, batch: WriteBatch): void {
  const { buffer, keyStart, keyEnd, valueStart, valueEnd } = record
  const key = Buffer.concat([prefix, endKeyOf(buffer.subarray(keyStart, keyEnd))])
  if (valueEnd < 0) batch.delete(key)
  else batch.put(key, cutKeyText(buffer.subarray(valueStart, valueEnd)))
}

/**
 * The keys whose rows have expired by what a mark tells: windows and segments of join buffers have no deletes of their own in a changelog,
 * where retention removes them. Null: no rows expire so.
 */
export function expiredKeys(
  declaration: StoreDeclaration,
  prefix: Buffer,
  { floor }: StoreSummary,
): KeyRangeBytes | null {
  const { kind } = declaration
  if (floor === undefined || (kind !== 'window' && kind !== 'joinBuffer')) return null
  const first = new ByteBuffer(prefix.length + 8)
  first.writeBytes(prefix)
  writeNumber(kind === 'window' ? floor : Math.floor(floor / segmentMs(declaration)), first)
  return { from: prefix, to: first.since(0) }
}
