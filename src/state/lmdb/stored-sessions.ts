/** The sessions that LMDB has: by key, and again by end, so that what ends at a time is found at once (session-bytes.ts). */

import { ByteBuffer } from '../../types/byte-buffer.ts'
import { writeText } from '../bytes/key-bytes.ts'
import {
  type Bounds,
  readEndKey,
  readSessionKey,
  sessionRange,
  writeEnding,
  writeEndKey,
  writeSessionKey,
  writeSessionsOf,
} from '../bytes/session-bytes.ts'
import type { Session, StoredRow, StoreKey } from '../store.ts'
import { type LogChange, prefixEnd, type StoreSpace } from './durable-store.ts'
import type { WriteBatch } from './write-batch.ts'

export type KeyedBounds = { readonly key: StoreKey } & Bounds

export class StoredSessions {
  readonly #space: StoreSpace

  constructor(space: StoreSpace) {
    this.#space = space
  }

  /** Sessions of one key for which `isWanted` holds. */
  *sessionsOf(key: StoreKey, isWanted: (bounds: KeyedBounds) => boolean): Generator<Session> {
    scratch.position = 0
    writeSessionsOf(this.#space.prefix, key, scratch)
    const from = Buffer.from(scratch.since(0))
    for (const [, session] of this.#sessions(from, prefixEnd(from), isWanted)) yield session
  }

  /** Sessions of all keys for which `isWanted` holds, by key. */
  all(isWanted: (bounds: KeyedBounds) => boolean): Iterable<readonly [StoreKey, Session]> {
    const { from, to } = sessionRange(this.#space.prefix, 'byKey')
    return this.#sessions(from, to, isWanted)
  }

  /** Rows of sessions that are not wanted are not decoded. */
  *#sessions(
    from: Buffer,
    to: Buffer,
    isWanted: (bounds: KeyedBounds) => boolean,
  ): Generator<readonly [StoreKey, Session]> {
    const { environment, prefix, rows } = this.#space
    for (const raw of environment.range(from, to)) {
      const bounds = readSessionKey(prefix, raw.key, raw.value)
      const { key, start, end } = bounds
      if (isWanted(bounds)) yield [key, { start, end, value: rows.read(raw.value) }]
    }
  }

  /** Sessions with end in `[from, to]`, or below `to` if not `inclusive`. */
  *ending(from: number, to: number, inclusive = true): Generator<KeyedBounds> {
    const { environment, prefix } = this.#space
    const range = { from: this.#endingAt(from), to: this.#endingAt(to) }
    for (const raw of environment.range(range.from, inclusive ? prefixEnd(range.to) : range.to))
      yield readEndKey(prefix, raw.key, raw.value)
  }

  /** The earliest end that is not before `end`; Infinity if there is none. */
  endAtOrAfter(end: number): number {
    const { environment, prefix } = this.#space
    const [raw] = environment.chunk(this.#endingAt(end), sessionRange(prefix, 'byEnd').to, 1)
    return raw === undefined ? Number.POSITIVE_INFINITY : readEndKey(prefix, raw.key, raw.value).end
  }

  #endingAt(end: number): Buffer {
    scratch.position = 0
    writeEnding(this.#space.prefix, end, scratch)
    return Buffer.from(scratch.since(0))
  }

  /** The row of a session; undefined if LMDB does not have it. */
  read({ key, ...bounds }: KeyedBounds): StoredRow | undefined {
    scratch.position = 0
    writeSessionKey(this.#space.prefix, key, bounds, scratch)
    const bytes = this.#space.environment.get(scratch.since(0))
    return bytes === undefined ? undefined : this.#space.rows.read(bytes)
  }

  /** Appends a session to the batch, under its key and under its end. */
  writePut(key: StoreKey, session: Session, batch: WriteBatch, log: LogChange | null): void {
    const { prefix, rows, usage } = this.#space
    const { bytes } = batch
    const start = bytes.position
    batch.begin()
    const cutKey = writeSessionKey(prefix, key, session, bytes) ? (key as string) : null
    batch.endKey()
    rows.write(session.value, cutKey, bytes)
    batch.endPut()
    log?.(batch.lastKey().subarray(prefix.length), batch.lastValue())
    batch.begin()
    writeEndKey(prefix, key, session, bytes)
    batch.endKey()
    if (cutKey !== null) writeText(cutKey, bytes)
    batch.endPut()
    usage.writtenEntries++
    usage.writtenBytes += bytes.position - start
  }

  /** Appends the deletion of a session to the batch. */
  writeDelete(key: StoreKey, bounds: Bounds, batch: WriteBatch, log: LogChange | null): void {
    const { prefix } = this.#space
    batch.begin()
    writeEndKey(prefix, key, bounds, batch.bytes)
    batch.endDelete()
    batch.begin()
    writeSessionKey(prefix, key, bounds, batch.bytes)
    batch.endDelete()
    log?.(batch.lastKey().subarray(prefix.length), null)
  }
}

const scratch = new ByteBuffer(64)
