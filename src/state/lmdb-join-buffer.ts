/**
 * Join buffer in LMDB. Keys: store id, segment number, size and bytes of the key, timestamp, sequence number. In memory: segments of time, in
 * each the rows of a key. Expiry drops whole segments; entries of a segment that is expired in part stay until all of it is, and the
 * floor hides them.
 */
import { ByteWriter } from './byte-writer.ts'
import { entryBytes } from './cache-budget.ts'
import {
  type DurableStore,
  type LogChange,
  prefixEnd,
  type Staged,
  type StoreSpace,
  type StoreSummary,
} from './durable-store.ts'
import { firstAfter, JoinEntry, JoinSegment, NEW_ROW_BYTES, type NumberedRow } from './join-segment.ts'
import { NUMBER_BYTES, readNumber, writeNumber } from './key-bytes.ts'
import { writeSizedKey } from './sized-key.ts'
import { SortedMap } from './sorted-map.ts'
import type { JoinBuffer, StoredRow, StoreKey } from './store.ts'
import { StoredNumbers } from './stored-numbers.ts'
import type { WriteBatch } from './write-batch.ts'

/** Segments that a full buffer has: more of them free memory sooner, fewer make fetches cheaper. */
const SEGMENTS = 16
const DEFAULT_RETENTION_MS = 86_400_000

interface StagedRows {
  readonly segment: JoinSegment
  readonly entry: JoinEntry
  readonly count: number
}

export class LmdbJoinBuffer implements JoinBuffer, DurableStore {
  readonly kind = 'joinBuffer'
  readonly store = this
  readonly #space: StoreSpace
  readonly #segmentMs: number
  readonly #segments = new SortedMap<number, JoinSegment>()
  readonly #stored: StoredNumbers
  #highest = Number.NEGATIVE_INFINITY
  #floor: number
  #sequence: number
  #count: number
  #dirty: { readonly segment: JoinSegment; readonly entry: JoinEntry }[] = []

  /** `summary`: of the last checkpoint; null: there is nothing in LMDB. */
  constructor(space: StoreSpace, summary: StoreSummary | null, retentionMs = DEFAULT_RETENTION_MS) {
    this.#space = space
    this.#segmentMs = Math.max(1, Math.ceil(retentionMs / SEGMENTS))
    this.#floor = summary?.floor ?? Number.NEGATIVE_INFINITY
    this.#sequence = summary?.sequence ?? 0
    this.#count = summary?.count ?? 0
    this.#stored = new StoredNumbers(space)
    this.#highest = this.#stored.last
    space.budget.register(this)
  }

  add(key: StoreKey, value: StoredRow): void {
    if (value.timestamp < this.#floor) return
    const segment = this.#segmentAt(this.#numberOf(value.timestamp))
    let entry = segment.entries.get(key)
    if (entry === undefined) {
      entry = new JoinEntry(key, [], segment.isComplete)
      segment.entries.set(key, entry)
    }
    const { budget } = this.#space
    if (!entry.isUnwritten) budget.unwrittenBytes += entry.bytes
    entry.bytes += NEW_ROW_BYTES
    budget.usedBytes += NEW_ROW_BYTES
    budget.unwrittenBytes += NEW_ROW_BYTES
    entry.add(value, this.#sequence++)
    this.#count++
    if (!entry.isDirty) {
      entry.isDirty = true
      this.#dirty.push({ segment, entry })
    }
    if (budget.usedBytes > budget.limitBytes) budget.makeRoom()
  }

  fetch(key: StoreKey, from: number, to: number): Iterable<StoredRow> {
    const lowest = Math.max(from, this.#floor)
    const found: StoredRow[] = []
    if (lowest > to) return found
    const known = Math.min(this.#segments.firstKey() ?? Number.POSITIVE_INFINITY, this.#stored.first)
    const last = Math.min(this.#numberOf(to), this.#highest)
    for (let number = Math.max(this.#numberOf(lowest), known); number <= last; number++) {
      const rows = this.#rowsOf(number, key)
      if (rows === undefined) continue
      for (let i = firstAfter(rows, lowest - 1); i < rows.length && rows[i]!.timestamp <= to; i++) found.push(rows[i]!)
    }
    return found
  }

  expire(timestamp: number): void {
    if (timestamp <= this.#floor) return
    this.#floor = timestamp
    const live = this.#numberOf(timestamp)
    const first = this.#segments.firstKey()
    if ((first === undefined || first >= live) && !this.#stored.mayHaveBelow(live)) return
    this.#count -= this.#stored.expireBelow(live)
    for (const [, segment] of this.#segments.takeBelow(live)) this.#drop(segment)
  }

  /** May count entries that are expired but not yet freed. */
  count(): number {
    return this.#count
  }

  evict(bytes: number): number {
    let freed = 0
    const emptied: JoinSegment[] = []
    for (const [, segment] of this.#segments.entries()) {
      if (freed >= bytes) break
      freed += segment.evict(bytes - freed)
      if (segment.entries.size === 0) emptied.push(segment)
    }
    for (const { number, isComplete } of emptied) {
      if (!isComplete) this.#stored.add(number)
      this.#segments.delete(number)
    }
    this.#space.budget.usedBytes -= freed
    return freed
  }

  stage(batch: WriteBatch, log: LogChange | null): Staged {
    const expired = this.#stored.stage(batch)
    const dirty = this.#dirty
    this.#dirty = []
    const staged = dirty
      .filter(({ segment }) => this.#isHeld(segment))
      .map(({ segment, entry }): StagedRows => {
        const count = this.#write(segment, entry, batch, log)
        return { segment, entry, count }
      })
    return {
      written: () => {
        expired.written()
        for (const rows of staged) this.#written(rows)
      },
      abandoned: () => {
        expired.abandoned()
        for (const rows of staged) this.#abandoned(rows)
      },
    }
  }

  summary(): StoreSummary {
    const floor = this.#floor === Number.NEGATIVE_INFINITY ? {} : { floor: this.#floor }
    return { count: this.#count, sequence: this.#sequence, ...floor }
  }

  close(): void {
    this.#space.budget.unregister(this)
    for (const [, segment] of this.#segments.takeBelow(Number.POSITIVE_INFINITY)) this.#drop(segment)
  }

  #numberOf(timestamp: number): number {
    return Math.floor(timestamp / this.#segmentMs)
  }

  #segmentAt(number: number): JoinSegment {
    return this.#segments.get(number) ?? this.#addSegment(number, !this.#stored.mayHave(number))
  }

  #addSegment(number: number, isComplete: boolean): JoinSegment {
    const segment = new JoinSegment(number, isComplete)
    this.#segments.set(number, segment)
    if (number > this.#highest) this.#highest = number
    return segment
  }

  #rowsOf(number: number, key: StoreKey): readonly StoredRow[] | undefined {
    const segment =
      this.#segments.get(number) ?? (this.#stored.mayHave(number) ? this.#addSegment(number, false) : undefined)
    const entry = segment?.entries.get(key)
    if (entry === undefined) return segment === undefined || segment.isComplete ? undefined : this.#load(segment, key)
    entry.isUsed = true
    if (!entry.isWhole) this.#complete(entry, number)
    return entry.rows
  }

  #complete(entry: JoinEntry, number: number): void {
    const stored = this.#readStored(number, entry.key)
    const before = entry.rows.length
    entry.complete(stored)
    this.#resize(entry, (entry.rows.length - before) * NEW_ROW_BYTES)
  }

  #load(segment: JoinSegment, key: StoreKey): readonly StoredRow[] | undefined {
    const stored = this.#readStored(segment.number, key)
    if (stored.length === 0) return undefined
    const entry = new JoinEntry(
      key,
      stored.map(({ value }) => value),
      true,
    )
    entry.bytes = stored.length * NEW_ROW_BYTES
    segment.entries.set(key, entry)
    const { budget } = this.#space
    budget.usedBytes += entry.bytes
    if (budget.usedBytes > budget.limitBytes) budget.makeRoom()
    return entry.rows
  }

  #readStored(number: number, key: StoreKey): NumberedRow[] {
    scratch.position = 0
    this.#writeKey(number, key, scratch)
    const prefix = Buffer.from(scratch.since(0))
    const rows: NumberedRow[] = []
    for (const entry of this.#space.environment.range(prefix, prefixEnd(prefix))) {
      const sequence = readNumber(entry.key, prefix.length + NUMBER_BYTES)
      rows.push({ value: this.#space.rows.read(entry.value), sequence })
    }
    return rows
  }

  #writeKey(number: number, key: StoreKey, writer: ByteWriter): void {
    writer.writeBytes(this.#space.prefix)
    writeNumber(number, writer)
    writeSizedKey(key, writer)
  }

  /** Returns how many rows it appended. */
  #write({ number }: JoinSegment, entry: JoinEntry, batch: WriteBatch, log: LogChange | null): number {
    const from = entry.stagedRows
    const { bytes } = batch
    for (let i = from; i < entry.unwritten.length; i++) {
      const { value, sequence } = entry.unwritten[i]!
      batch.begin()
      this.#writeKey(number, entry.key, bytes)
      writeNumber(value.timestamp, bytes)
      writeNumber(sequence, bytes)
      batch.endKey()
      const start = bytes.position
      this.#space.rows.write(value, null, bytes)
      batch.endPut()
      this.#resize(entry, entryBytes(bytes.position - start) - NEW_ROW_BYTES)
      log?.(batch.lastKey().subarray(this.#space.prefix.length), batch.lastValue())
    }
    entry.isDirty = false
    entry.staged++
    entry.stagedRows = entry.unwritten.length
    return entry.stagedRows - from
  }

  #resize(entry: JoinEntry, bytes: number): void {
    entry.bytes += bytes
    this.#space.budget.usedBytes += bytes
    if (entry.isUnwritten) this.#space.budget.unwrittenBytes += bytes
  }

  #written({ segment, entry, count }: StagedRows): void {
    entry.staged--
    entry.unwritten.splice(0, count)
    entry.stagedRows -= count
    if (!entry.isUnwritten && this.#isHeld(segment)) this.#space.budget.unwrittenBytes -= entry.bytes
  }

  #abandoned({ segment, entry, count }: StagedRows): void {
    entry.staged--
    entry.stagedRows -= count
    if (entry.isDirty || !this.#isHeld(segment)) return
    entry.isDirty = true
    this.#dirty.push({ segment, entry })
  }

  /** Whether the segment is not expired meanwhile. */
  #isHeld(segment: JoinSegment): boolean {
    return this.#segments.get(segment.number) === segment
  }

  #drop(segment: JoinSegment): void {
    const { budget } = this.#space
    for (const entry of segment.entries.values()) {
      this.#count -= entry.unwritten.length
      budget.usedBytes -= entry.bytes
      if (entry.isUnwritten) budget.unwrittenBytes -= entry.bytes
    }
    segment.entries.clear()
  }
}

const scratch = new ByteWriter(64)
