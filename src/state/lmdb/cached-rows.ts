/**
 * Rows by key under one prefix of an environment, behind a write-back cache: what is read stays in memory while there is room, what
 * changes stays there until it is written. A hit is one look into a map; nothing is encoded before `stage`.
 *
 * While nothing was evicted since the prefix was empty, the cache is complete: it also knows what is not there.
 */

import { isCut, writeKey } from '../bytes/key-bytes.ts'
import { SortedMap } from '../sorted-map.ts'
import type { KeyRange, StoredRow, StoreKey } from '../store.ts'
import { CacheEntry, entryBytes, NEW_ENTRY_BYTES } from './cache-budget.ts'
import { DirtyEntries, EvictionHand } from './cache-entries.ts'
import type { LogChange, StoreSpace } from './durable-store.ts'
import { after, RANGE_CHUNK, type RawEntry } from './lmdb-environment.ts'
import { PART_CHANGES } from './pending-batch.ts'
import { RowKeys } from './row-keys.ts'
import type { WriteBatch } from './write-batch.ts'

class RowEntry extends CacheEntry {
  readonly key: StoreKey
  /** Undefined: there is none, whatever LMDB has. */
  value: StoredRow | undefined
  /** Whether LMDB has an entry. */
  isStored: boolean
  /** Whether it has one when the batch that the entry was staged in last is written. */
  willBeStored: boolean
  /** Whether LMDB may have an entry of a batch that was abandoned: a large one is written in parts. */
  isInDoubt = false

  constructor(key: StoreKey, value: StoredRow | undefined, isStored: boolean) {
    super()
    this.key = key
    this.value = value
    this.isStored = isStored
    this.willBeStored = isStored
  }
}

/** Shared by all rows of one store. */
export interface RowsOwner {
  readonly space: StoreSpace
  entryCount: number
  /** These rows have changed, the first time since they were staged. */
  onDirty(rows: CachedRows): void
}

/** Called for each change that is staged, with the row that LMDB has until then, if any, and the new one. */
export type StagedChange = (
  key: StoreKey,
  before: StoredRow | undefined,
  after: StoredRow | undefined,
  batch: WriteBatch,
) => void

/** No key: keys are strings and numbers. */
const NO_KEY: unique symbol = Symbol('no key')

export class CachedRows {
  readonly #owner: RowsOwner
  readonly #space: StoreSpace
  /** Start of the rows' window, written before their keys; null if the store has no windows. */
  readonly start: number | null
  readonly #keys: RowKeys
  readonly #entries = new Map<StoreKey, RowEntry>()
  #isComplete: boolean
  #mayBeStored: boolean
  readonly #dirty: DirtyEntries<RowEntry>
  /** Entries that LMDB does not have yet, in key order: made when a range is first read, then kept up to date. */
  #unwritten: SortedMap<StoreKey, RowEntry> | null = null
  /** All entries in key order, while the cache is complete: made when a range between two keys is first read, then kept up to date. */
  #ordered: SortedMap<StoreKey, RowEntry> | null = null
  readonly #hand = new EvictionHand(this.#entries)
  /** The entry used last: a get is mostly followed by a put. */
  #lastKey: StoreKey | typeof NO_KEY = NO_KEY
  #lastEntry: RowEntry | undefined
  /** The key found missing in LMDB last. */
  #missedKey: StoreKey | typeof NO_KEY = NO_KEY
  #isDropped = false
  /** Called before a change is appended to its batch; null: nothing depends on the rows. */
  onStage: StagedChange | null = null

  /** `isComplete`: LMDB has none of these rows. */
  constructor(owner: RowsOwner, start: number | null, isComplete: boolean) {
    this.#owner = owner
    this.#space = owner.space
    this.#dirty = new DirtyEntries(owner.space.budget)
    this.start = start
    this.#keys = new RowKeys(owner.space.prefix, start)
    this.#isComplete = isComplete
    this.#mayBeStored = !isComplete
  }

  /** Number of entries in memory. */
  get cached(): number {
    return this.#entries.size
  }

  get isComplete(): boolean {
    return this.#isComplete
  }

  get(key: StoreKey): StoredRow | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined && !this.#isComplete) return this.#load(key)
    this.#space.usage.hits++
    if (entry === undefined) return undefined
    entry.isUsed = true
    this.#lastKey = key
    this.#lastEntry = entry
    return entry.value
  }

  put(key: StoreKey, value: StoredRow): void {
    const entry = key === this.#lastKey ? this.#lastEntry : this.#entries.get(key)
    if (entry === undefined) {
      const isStored = this.#isInLmdb(key)
      if (!isStored) this.#owner.entryCount++
      this.#insertDirty(new RowEntry(key, value, isStored))
      return
    }
    if (entry.value === undefined) this.#owner.entryCount++
    entry.value = value
    if (!entry.isDirty) this.#markDirty(entry)
  }

  delete(key: StoreKey): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) {
      if (!this.#isInLmdb(key)) return
      this.#owner.entryCount--
      this.#insertDirty(new RowEntry(key, undefined, true))
      return
    }
    if (entry.value === undefined) return
    this.#owner.entryCount--
    entry.value = undefined
    if (entry.isStored || entry.isInDoubt || entry.staged > 0) {
      if (!entry.isDirty) this.#markDirty(entry)
      return
    }
    this.#space.budget.unwrittenBytes -= entry.bytes
    entry.isDirty = false
    this.#remove(entry)
  }

  /**
   * Entries of the range, by key. May be read while rows change and are written: it continues behind the key that it gave last, and shows
   * each key at most once.
   */
  *entries(range: KeyRange = {}): Generator<readonly [StoreKey, StoredRow]> {
    // Operators read short ranges for each record: those of a complete cache need neither LMDB nor a merge.
    if (this.#isComplete && range.from !== undefined && range.to !== undefined) {
      for (const { key, value } of this.#cachedBetween(range.from, range.to)) {
        if (value !== undefined && isInRange(key, range)) yield [key, value]
      }
      return
    }
    const to = this.#keys.upperBound(range.to)
    let from: Buffer = this.#keys.lowerBound(range.from)
    let position: StoreKey | undefined
    for (;;) {
      const stored = this.#mayBeStored ? this.#space.environment.chunk(from, to) : []
      const isLast = stored.length < RANGE_CHUNK
      const merged = this.#merge(stored, position, isLast ? undefined : this.#keys.read(stored.at(-1)!), range)
      for (const entry of merged) if (isInRange(entry[0], range)) yield entry
      if (isLast) return
      from = after(stored.at(-1)!.key)
      position = this.#keys.read(stored.at(-1)!)
    }
  }

  /** The rows that LMDB does not have yet, by key. */
  *unwrittenRows(): Generator<readonly [StoreKey, StoredRow]> {
    for (const { key, value } of this.#unwrittenBetween(undefined, undefined))
      if (value !== undefined) yield [key, value]
  }

  /** The row of the key, which is given no place in the cache; undefined: there is none, or it is among the unwritten ones. */
  writtenRow(key: StoreKey): StoredRow | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return this.#stored(key)
    return entry.isUnwritten ? undefined : entry.value
  }

  /** Appends the changes since the last call. Returns the entries that they change. */
  stage(batch: WriteBatch, log: LogChange | null): RowEntry[] {
    const changed = this.#dirty.take()
    if (changed.length > PART_CHANGES) changed.sort(byKey)
    const staged: RowEntry[] = []
    for (const entry of changed) {
      if (!entry.isDirty) continue
      entry.isDirty = false
      entry.staged++
      this.onStage?.(entry.key, entry.isStored ? this.#stored(entry.key) : undefined, entry.value, batch)
      this.#write(entry, batch)
      log?.(batch.lastKey().subarray(this.#space.prefix.length), entry.value === undefined ? null : batch.lastValue())
      staged.push(entry)
    }
    return staged
  }

  written(entries: readonly RowEntry[]): void {
    // Not earlier: until then LMDB may have rows of these keys that are expired.
    this.#mayBeStored = true
    for (const entry of entries) {
      entry.staged--
      entry.isInDoubt = false
      entry.isStored = entry.staged > 0 || entry.willBeStored
      if (entry.isUnwritten || this.#isDropped) continue
      this.#space.budget.unwrittenBytes -= entry.bytes
      this.#unwritten?.delete(entry.key)
      if (entry.value === undefined) this.#remove(entry)
    }
  }

  abandoned(entries: readonly RowEntry[]): void {
    for (const entry of entries) {
      entry.staged--
      entry.isInDoubt = true
      if (entry.isDirty || this.#isDropped) continue
      if (this.#dirty.isEmpty) this.#owner.onDirty(this)
      this.#dirty.addAgain(entry)
    }
  }

  /** Frees clean entries of about that many bytes; returns how much it freed. */
  evict(bytes: number): number {
    return this.#hand.evict(bytes, (entry) => {
      this.#remove(entry)
      this.#isComplete = false
      this.#ordered = null
    })
  }

  /** Forgets everything, also what was not written, without deleting it from LMDB. */
  drop(): void {
    this.#isDropped = true
    for (const entry of this.#entries.values()) {
      this.#space.budget.usedBytes -= entry.bytes
      if (entry.isUnwritten) this.#space.budget.unwrittenBytes -= entry.bytes
    }
    this.#entries.clear()
    this.#ordered = null
    this.#dirty.take()
    this.#forgetLast()
  }

  /** How many entries there are beyond those that LMDB has; negative if there are fewer. */
  surplus(): number {
    let count = 0
    for (const { value, isStored } of this.#entries.values())
      count += (value === undefined ? 0 : 1) - (isStored ? 1 : 0)
    return count
  }

  #load(key: StoreKey): StoredRow | undefined {
    this.#space.usage.misses++
    const bytes = this.#space.environment.get(this.#keys.bytes(key))
    if (bytes === undefined) {
      this.#missedKey = key
      return undefined
    }
    const { length } = bytes
    const value = this.#space.rows.read(bytes)
    this.#insert(new RowEntry(key, value, true), entryBytes(length))
    this.#makeRoom()
    return value
  }

  /** As LMDB has it, whatever the cache has. */
  #stored(key: StoreKey): StoredRow | undefined {
    const bytes = this.#mayBeStored ? this.#space.environment.get(this.#keys.bytes(key)) : undefined
    return bytes === undefined ? undefined : this.#space.rows.read(bytes)
  }

  #isInLmdb(key: StoreKey): boolean {
    if (this.#isComplete || key === this.#missedKey) return false
    this.#space.usage.misses++
    return this.#space.environment.has(this.#keys.bytes(key))
  }

  #insertDirty(entry: RowEntry): void {
    this.#insert(entry, NEW_ENTRY_BYTES)
    this.#markDirty(entry)
    this.#makeRoom()
  }

  #insert(entry: RowEntry, bytes: number): void {
    entry.bytes = bytes
    this.#entries.set(entry.key, entry)
    this.#ordered?.set(entry.key, entry)
    this.#lastKey = entry.key
    this.#lastEntry = entry
    this.#missedKey = NO_KEY
    this.#space.budget.usedBytes += bytes
  }

  #makeRoom(): void {
    const { budget } = this.#space
    if (budget.usedBytes > budget.limitBytes) budget.makeRoom()
  }

  #remove(entry: RowEntry): void {
    this.#entries.delete(entry.key)
    this.#ordered?.delete(entry.key)
    this.#unwritten?.delete(entry.key)
    this.#space.budget.usedBytes -= entry.bytes
    if (entry === this.#lastEntry) this.#forgetLast()
  }

  #forgetLast(): void {
    this.#lastKey = NO_KEY
    this.#lastEntry = undefined
  }

  #markDirty(entry: RowEntry): void {
    if (entry.staged === 0) this.#unwritten?.set(entry.key, entry)
    if (this.#dirty.isEmpty) this.#owner.onDirty(this)
    this.#dirty.add(entry)
  }

  #write(entry: RowEntry, batch: WriteBatch): void {
    const { bytes } = batch
    batch.begin()
    this.#keys.writePrefix(bytes)
    const keyStart = bytes.position
    writeKey(entry.key, bytes)
    entry.willBeStored = entry.value !== undefined
    if (entry.value === undefined) {
      batch.endDelete()
      return
    }
    const cutKey = isCut(bytes, keyStart) ? (entry.key as string) : null
    batch.endKey()
    const valueStart = bytes.position
    this.#space.rows.write(entry.value, cutKey, bytes)
    this.#resize(entry, entryBytes(bytes.position - valueStart))
    batch.endPut()
    const { usage } = this.#space
    usage.writtenEntries++
    usage.writtenBytes += bytes.position - keyStart
  }

  #resize(entry: RowEntry, bytes: number): void {
    this.#space.budget.usedBytes += bytes - entry.bytes
    this.#space.budget.unwrittenBytes += bytes - entry.bytes
    entry.bytes = bytes
  }

  /** Stored and unwritten entries with key in `(position, last]`, by key. */
  #merge(
    stored: readonly RawEntry[],
    position: StoreKey | undefined,
    last: StoreKey | undefined,
    { from, to }: KeyRange,
  ): (readonly [StoreKey, StoredRow])[] {
    const merged: (readonly [StoreKey, StoredRow])[] = []
    const changed = this.#unwrittenBetween(position ?? from, last ?? to).filter(({ key }) => key !== position)
    let next = 0
    for (const raw of stored) {
      const key = this.#keys.read(raw)
      for (; next < changed.length && changed[next]!.key < key; next++) pushRow(merged, changed[next]!)
      const cached = this.#entries.get(key)
      if (cached?.isUnwritten === true) continue
      merged.push([key, cached?.value ?? this.#space.rows.read(raw.value)])
    }
    for (; next < changed.length; next++) pushRow(merged, changed[next]!)
    return merged
  }

  /** The entries as they are now: rows may change while they are read. */
  #cachedBetween(from: StoreKey, to: StoreKey): RowEntry[] {
    if (this.#ordered === null) {
      this.#ordered = new SortedMap()
      for (const entry of this.#entries.values()) this.#ordered.set(entry.key, entry)
    }
    return Array.from(this.#ordered.entries(from, to), ([, entry]) => entry)
  }

  #unwrittenBetween(from: StoreKey | undefined, to: StoreKey | undefined): RowEntry[] {
    if (this.#unwritten === null) {
      this.#unwritten = new SortedMap()
      for (const entry of this.#entries.values()) if (entry.isUnwritten) this.#unwritten.set(entry.key, entry)
    }
    const entries: RowEntry[] = []
    for (const [, entry] of this.#unwritten.entries(from, to)) entries.push(entry)
    return entries
  }
}

/** Large batches are written in parts: in key order, each part touches a region of the tree instead of a page for each key. */
const byKey = (a: RowEntry, b: RowEntry): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

function pushRow(rows: (readonly [StoreKey, StoredRow])[], { key, value }: RowEntry): void {
  if (value !== undefined) rows.push([key, value])
}

function isInRange(key: StoreKey, { from, fromInclusive = true, to, toInclusive = true }: KeyRange): boolean {
  if (from !== undefined && (fromInclusive ? key < from : key <= from)) return false
  return to === undefined || (toInclusive ? key <= to : key < to)
}
