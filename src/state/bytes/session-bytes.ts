/**
 * Keys of a session store in LMDB, behind the store's id:
 *
 *   sessions  0x01, size and bytes of the key, start, end  ->  the row
 *   by end    0x02, end, start, size and bytes of the key  ->  nothing; the whole key if it was cut
 *
 * The second ones follow from the first: changelogs have the first only.
 */

import type { ByteBuffer } from '../../types/byte-buffer.ts'
import type { Session, StoreKey } from '../store.ts'
import { NUMBER_BYTES, readNumber, readText, writeNumber } from './key-bytes.ts'
import { readCutKey } from './row-bytes.ts'
import { readSizedKey, sizedKeyEnd, writeSizedKey } from './sized-key.ts'

export type Bounds = Pick<Session, 'start' | 'end'>

const BY_KEY = 0x01
const BY_END = 0x02

/** Returns whether the key was cut: its value has to hold it then. */
export function writeSessionKey(prefix: Buffer, key: StoreKey, bounds: Bounds, writer: ByteBuffer): boolean {
  const isCut = writeSessionsOf(prefix, key, writer)
  writeNumber(bounds.start, writer)
  writeNumber(bounds.end, writer)
  return isCut
}

/** What the keys of all sessions of one key start with. */
export function writeSessionsOf(prefix: Buffer, key: StoreKey, writer: ByteBuffer): boolean {
  writer.writeBytes(prefix)
  writer.writeByte(BY_KEY)
  return writeSizedKey(key, writer)
}

export function writeEndKey(prefix: Buffer, key: StoreKey, { start, end }: Bounds, writer: ByteBuffer): void {
  writeEnding(prefix, end, writer)
  writeNumber(start, writer)
  writeSizedKey(key, writer)
}

/** What the keys by end of all sessions that end at `end` start with. */
export function writeEnding(prefix: Buffer, end: number, writer: ByteBuffer): void {
  writer.writeBytes(prefix)
  writer.writeByte(BY_END)
  writeNumber(end, writer)
}

/** The key and bounds of a session, from the key that it is stored under and its value. */
export function readSessionKey(prefix: Buffer, bytes: Buffer, value: Buffer): { key: StoreKey } & Bounds {
  const at = prefix.length + 1
  const boundsAt = sizedKeyEnd(bytes, at)
  return {
    key: readSizedKey(bytes, at) ?? readCutKey(value),
    start: readNumber(bytes, boundsAt),
    end: readNumber(bytes, boundsAt + NUMBER_BYTES),
  }
}

export function readEndKey(prefix: Buffer, bytes: Buffer, value: Buffer): { key: StoreKey } & Bounds {
  const at = prefix.length + 1
  return {
    end: readNumber(bytes, at),
    start: readNumber(bytes, at + NUMBER_BYTES),
    key: readSizedKey(bytes, at + 2 * NUMBER_BYTES) ?? readText(value, 0, value.length),
  }
}

/** Bounds of all keys of sessions, or of all keys by end: `[from, to)`. */
export const sessionRange = (
  prefix: Buffer,
  kind: 'byKey' | 'byEnd',
): { readonly from: Buffer; readonly to: Buffer } => {
  const tag = kind === 'byKey' ? BY_KEY : BY_END
  return { from: Buffer.concat([prefix, Buffer.of(tag)]), to: Buffer.concat([prefix, Buffer.of(tag + 1)]) }
}

/** The key by end that goes with the key of a session, without the store's id. `key`: without it too. */
export function endKeyOf(key: Buffer): Buffer {
  const boundsAt = sizedKeyEnd(key, 1)
  const start = key.subarray(boundsAt, boundsAt + NUMBER_BYTES)
  const end = key.subarray(boundsAt + NUMBER_BYTES, boundsAt + 2 * NUMBER_BYTES)
  return Buffer.concat([Buffer.of(BY_END), end, start, key.subarray(1, boundsAt)])
}
