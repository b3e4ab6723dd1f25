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
import type { WriteBatch } from './write-batch.ts'

export interface ChangelogMark {
  readonly summary: StoreSummary
  readonly streamTime: number
}

/** Entries' keys are longer. */
export const MARK_KEY = Buffer.of(0)

export const markValue = (mark: ChangelogMark): Buffer => Buffer.from(JSON.stringify(mark))

/** Null for the record of an entry. */
export function readMark(key: Buffer, value: Buffer | null): ChangelogMark | null {
  return key.length === 1 && key[0] === 0 && value !== null ? (JSON.parse(value.toString()) as ChangelogMark) : null
}

/** Appends the entry of a changelog record to a batch. `prefix`: the store's id. */
export function restoreEntry(
  { kind }: Pick<StoreDeclaration, 'kind'>,
  prefix: Buffer,
  { key, value }: { readonly key: Buffer; readonly value: Buffer | null },
  batch: WriteBatch,
): void {
  write(prefix, key, value, batch)
  if (kind === 'session') write(prefix, endKeyOf(key), value === null ? null : cutKeyText(value), batch)
}

/**
 * Appends the expiry that a mark tells of: windows and segments of join buffers have no deletes of their own in a changelog, where
 * retention removes them.
 */
export function restoreExpiry(
  declaration: StoreDeclaration,
  prefix: Buffer,
  { floor }: StoreSummary,
  batch: WriteBatch,
): void {
  const { kind } = declaration
  if (floor === undefined || (kind !== 'window' && kind !== 'joinBuffer')) return
  const first = new ByteBuffer(prefix.length + 8)
  first.writeBytes(prefix)
  writeNumber(kind === 'window' ? floor : Math.floor(floor / segmentMs(declaration)), first)
  batch.deleteRange(prefix, first.since(0))
}

function write(prefix: Uint8Array, key: Uint8Array, value: Uint8Array | null, batch: WriteBatch): void {
  batch.begin()
  batch.bytes.writeBytes(prefix)
  batch.bytes.writeBytes(key)
  if (value === null) {
    batch.endDelete()
    return
  }
  batch.endKey()
  batch.bytes.writeBytes(value)
  batch.endPut()
}
