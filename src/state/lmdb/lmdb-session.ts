/**
 * Session store in LMDB (session-bytes.ts). In memory: all sessions of a key or none, and which keys have one that ends at a time. What
 * expires is found by end, at once, and deleted with the next batch.
 */

import { compareKeys } from '../key.ts'
import { SortedMap } from '../sorted-map.ts'
import type { Session, SessionStore, StoredRow, StoreKey } from '../store.ts'
import { entryBytes } from './cache-budget.ts'
import { DirtyEntries, EvictionHand } from './cache-entries.ts'
import {
  type DurableStore,
  isEmpty,
  type LogChange,
  type Staged,
  type StoreSpace,
  type StoreSummary,
} from './durable-store.ts'
import { SessionEntry } from './session-entry.ts'
import { type KeyedBounds, StoredSessions } from './stored-sessions.ts'
import type { WriteBatch } from './write-batch.ts'

/** Memory of a session that was never encoded. */
const NEW_SESSION_BYTES = entryBytes(40)

export class LmdbSessionStore implements SessionStore, DurableStore {
  readonly kind = 'session'
  readonly store = this
  readonly #space: StoreSpace
  readonly #stored: StoredSessions
  readonly #entries = new Map<StoreKey, SessionEntry>()
  /** A single key mostly: a set for each end would cost more than all else in memory. */
  readonly #byEnd = new SortedMap<number, StoreKey | Set<StoreKey>>()
  /** LMDB has no key that is not in memory. */
  #isComplete: boolean
  /** What LMDB has with an earlier end is expired: it is in `#deletes` or in entries that are unwritten. */
  #expired = Number.NEGATIVE_INFINITY
  /** Sessions of keys that are not in memory, to be deleted with the next batch. */
  #deletes: KeyedBounds[] = []
  /** No session that is in LMDB alone ends earlier. */
  #firstStoredEnd: number
  #count: number
  readonly #dirty: DirtyEntries<SessionEntry>
  readonly #hand = new EvictionHand(this.#entries)

  /** `summary`: that of the last checkpoint; null if LMDB has nothing. */
  constructor(space: StoreSpace, summary: StoreSummary | null) {
    this.#space = space
    this.#stored = new StoredSessions(space)
    this.#dirty = new DirtyEntries(space.budget)
    this.#count = summary?.count ?? 0
    this.#isComplete = isEmpty(space)
    this.#firstStoredEnd = this.#isComplete ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    space.budget.register(this)
  }

  find(key: StoreKey, earliestEnd: number, latestStart: number): Session[] {
    const entry = this.#entryOf(key)
    if (entry === undefined) return []
    this.#makeRoom()
    return entry.sessions.filter(({ start, end }) => end >= earliestEnd && start <= latestStart)
  }

  findEnded(from: number, to: number): Iterable<readonly [StoreKey, Session]> {
    const found: (readonly [StoreKey, Session])[] = []
    for (const [end, keys] of this.#byEnd.entries(from, to)) {
      for (const key of each(keys)) {
        for (const session of this.#entries.get(key)!.sessions) if (session.end === end) found.push([key, session])
      }
    }
    for (const bounds of this.#storedEnding(Math.max(from, this.#expired), to)) {
      const value = this.#stored.read(bounds)
      if (value !== undefined) found.push([bounds.key, { start: bounds.start, end: bounds.end, value }])
    }
    return found.sort(([keyA, a], [keyB, b]) => a.end - b.end || a.start - b.start || compareKeys(keyA, keyB))
  }

  put(key: StoreKey, start: number, end: number, value: StoredRow): void {
    const entry = this.#entryOf(key) ?? this.#addEntry(key, [])
    this.#markDirty(entry)
    if (!entry.insert({ start, end, value })) return
    this.#count++
    this.#resize(entry, NEW_SESSION_BYTES)
    this.#index(key, end)
    this.#makeRoom()
  }

  remove(key: StoreKey, start: number, end: number): void {
    const entry = this.#entryOf(key)
    const at = entry?.indexOf(start, end) ?? -1
    if (entry === undefined || at < 0) return
    this.#markDirty(entry)
    entry.removeAt(at)
    this.#count--
    this.#resize(entry, -Math.min(NEW_SESSION_BYTES, entry.bytes))
    if (!entry.endsAt(end)) this.#unindex(key, end)
  }

  *all(): Generator<readonly [StoreKey, Session]> {
    if (!this.#isComplete) yield* this.#stored.all(({ key, end }) => !this.#entries.has(key) && end >= this.#expired)
    for (const { key, sessions } of [...this.#entries.values()]) for (const session of sessions) yield [key, session]
  }

  expire(end: number): void {
    const first = this.#byEnd.firstKey()
    if (first !== undefined && first < end) this.#expireEntries(end)
    if (this.#isComplete || end <= this.#firstStoredEnd) return
    const gone = [...this.#storedEnding(this.#expired, end, false)]
    this.#deletes.push(...gone)
    this.#count -= gone.length
    this.#expired = Math.max(this.#expired, end)
    this.#firstStoredEnd = this.#stored.endAtOrAfter(end)
  }

  count(): number {
    return this.#count
  }

  evict(bytes: number): number {
    return this.#hand.evict(bytes, (entry) => this.#forget(entry))
  }

  stage(batch: WriteBatch, log: LogChange | null): Staged {
    const deletes = this.#deletes
    this.#deletes = []
    for (const { key, ...bounds } of deletes) this.#stored.writeDelete(key, bounds, batch, log)
    const staged = this.#dirty.take().map((entry) => {
      const before = entry.stored
      this.#write(entry, batch, log)
      return { entry, before }
    })
    const expired = this.#expired
    return {
      written: () => {
        if (this.#expired === expired) this.#expired = Number.NEGATIVE_INFINITY
        for (const { entry } of staged) this.#written(entry)
      },
      abandoned: () => {
        this.#deletes.push(...deletes)
        for (const { entry, before } of staged) this.#abandoned(entry, before)
      },
    }
  }

  summary(): StoreSummary {
    return { count: this.#count }
  }

  close(): void {
    const { budget } = this.#space
    budget.unregister(this)
    for (const entry of this.#entries.values()) {
      budget.usedBytes -= entry.bytes
      if (entry.isUnwritten) budget.unwrittenBytes -= entry.bytes
    }
    this.#entries.clear()
  }

  #entryOf(key: StoreKey): SessionEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined && !this.#isComplete) return this.#load(key)
    this.#space.usage.hits++
    if (entry !== undefined) entry.isUsed = true
    return entry
  }

  #load(key: StoreKey): SessionEntry | undefined {
    this.#space.usage.misses++
    const sessions = [...this.#stored.sessionsOf(key, ({ end }) => end >= this.#expired)]
    return sessions.length === 0 ? undefined : this.#addEntry(key, sessions)
  }

  #addEntry(key: StoreKey, sessions: Session[]): SessionEntry {
    const entry = new SessionEntry(key, sessions)
    this.#entries.set(key, entry)
    for (const { end } of sessions) this.#index(key, end)
    this.#resize(entry, sessions.length * NEW_SESSION_BYTES)
    return entry
  }

  /** Afterwards an entry that is clean may be no longer there: not between looking an entry up and changing it. */
  #makeRoom(): void {
    const { budget } = this.#space
    if (budget.usedBytes > budget.limitBytes) budget.makeRoom()
  }

  #index(key: StoreKey, end: number): void {
    const keys = this.#byEnd.get(end)
    if (keys === undefined) this.#byEnd.set(end, key)
    else if (typeof keys === 'object') keys.add(key)
    else if (keys !== key) this.#byEnd.set(end, new Set([keys, key]))
  }

  #unindex(key: StoreKey, end: number): void {
    const keys = this.#byEnd.get(end)
    if (typeof keys === 'object') keys.delete(key)
    if (keys === key || (typeof keys === 'object' && keys.size === 0)) this.#byEnd.delete(end)
  }

  /** Sessions in LMDB with end in `[from, to]`, or below `to`, of keys that are not in memory. */
  *#storedEnding(from: number, to: number, inclusive = true): Generator<KeyedBounds> {
    if (this.#isComplete || from > to) return
    for (const bounds of this.#stored.ending(from, to, inclusive)) if (!this.#entries.has(bounds.key)) yield bounds
  }

  #expireEntries(end: number): void {
    for (const [, keys] of this.#byEnd.takeBelow(end)) {
      for (const key of each(keys)) {
        const entry = this.#entries.get(key)!
        const before = entry.sessions.length
        for (let i = before - 1; i >= 0; i--) if (entry.sessions[i]!.end < end) entry.sessions.splice(i, 1)
        const dropped = before - entry.sessions.length
        if (dropped === 0) continue
        this.#count -= dropped
        this.#markDirty(entry)
      }
    }
  }

  #markDirty(entry: SessionEntry): void {
    if (!entry.isDirty) this.#dirty.add(entry)
  }

  #resize(entry: SessionEntry, bytes: number): void {
    entry.bytes += bytes
    this.#space.budget.usedBytes += bytes
    if (entry.isUnwritten) this.#space.budget.unwrittenBytes += bytes
  }

  #write(entry: SessionEntry, batch: WriteBatch, log: LogChange | null): void {
    entry.isDirty = false
    entry.staged++
    const { puts, deletes } = entry.takeChanges()
    for (const bounds of deletes) this.#stored.writeDelete(entry.key, bounds, batch, log)
    for (const session of puts) this.#stored.writePut(entry.key, session, batch, log)
  }

  #written(entry: SessionEntry): void {
    entry.staged--
    if (entry.isUnwritten || this.#entries.get(entry.key) !== entry) return
    this.#space.budget.unwrittenBytes -= entry.bytes
    if (entry.sessions.length > 0) return
    this.#space.budget.usedBytes -= entry.bytes
    this.#entries.delete(entry.key)
  }

  #abandoned(entry: SessionEntry, before: readonly Session[]): void {
    entry.staged--
    entry.stored = before
    if (entry.isDirty || this.#entries.get(entry.key) !== entry) return
    this.#dirty.addAgain(entry)
  }

  #forget(entry: SessionEntry): void {
    this.#entries.delete(entry.key)
    this.#space.budget.usedBytes -= entry.bytes
    this.#isComplete = false
    for (const { end } of entry.sessions) {
      this.#unindex(entry.key, end)
      this.#firstStoredEnd = Math.min(this.#firstStoredEnd, end)
    }
  }
}

const each = (keys: StoreKey | Set<StoreKey>): Iterable<StoreKey> => (typeof keys === 'object' ? keys : [keys])
