/**
 * Window store in LMDB. Keys: store id, window start, key: by start first, so that what expires is one range at the beginning. In memory: a
 * map of rows for each start.
 */

import { SortedMap } from '../sorted-map.ts'
import type { StoredRow, StoreKey, WindowStore } from '../store.ts'
import { CachedRows, type RowsOwner } from './cached-rows.ts'
import type { DurableStore, LogChange, Staged, StoreSpace, StoreSummary } from './durable-store.ts'
import { StoredNumbers } from './stored-numbers.ts'
import type { WriteBatch } from './write-batch.ts'

export class LmdbWindowStore implements WindowStore, DurableStore, RowsOwner {
  readonly kind = 'window'
  readonly store = this
  readonly space: StoreSpace
  entryCount: number
  readonly #starts = new SortedMap<number, CachedRows>()
  readonly #stored: StoredNumbers
  /** Windows that start earlier are gone. */
  #floor: number
  #dirty: CachedRows[] = []
  /** The start used last and its rows: neighbouring records mostly share a window. */
  #lastStart = Number.NaN
  #lastRows: CachedRows | undefined

  /** `summary`: of the last checkpoint; null: there is nothing in LMDB. */
  constructor(space: StoreSpace, summary: StoreSummary | null) {
    this.space = space
    this.entryCount = summary?.count ?? 0
    this.#floor = summary?.floor ?? Number.NEGATIVE_INFINITY
    this.#stored = new StoredNumbers(space)
    space.budget.register(this)
  }

  get(key: StoreKey, start: number): StoredRow | undefined {
    return this.#rowsIfAny(start)?.get(key)
  }

  put(key: StoreKey, start: number, value: StoredRow): void {
    const rows = this.#rowsIfAny(start) ?? this.#addRows(start, true)
    rows.put(key, value)
  }

  delete(key: StoreKey, start: number): void {
    const rows = this.#rowsIfAny(start)
    if (rows === undefined) return
    rows.delete(key)
    this.#removeIfEmpty(rows)
  }

  *fetch(key: StoreKey, from: number, to: number): Generator<readonly [number, StoredRow]> {
    for (const start of this.#startsBetween(from, to)) {
      const row = this.get(key, start)
      if (row !== undefined) yield [start, row]
    }
  }

  *fetchAll(from: number, to: number): Generator<readonly [StoreKey, number, StoredRow]> {
    for (const start of this.#startsBetween(from, to)) {
      const rows = this.#starts.get(start) ?? new CachedRows(this, start, false)
      for (const [key, row] of rows.entries()) yield [key, start, row]
    }
  }

  expire(start: number): void {
    this.#floor = Math.max(this.#floor, start)
    const first = this.#starts.firstKey()
    if ((first === undefined || first >= start) && !this.#stored.mayHaveBelow(start)) return
    this.entryCount -= this.#stored.expireBelow(start)
    for (const [, rows] of this.#starts.takeBelow(start)) {
      this.entryCount -= rows.surplus()
      rows.drop()
    }
    this.#forgetLast()
  }

  count(): number {
    return this.entryCount
  }

  onDirty(rows: CachedRows): void {
    this.#dirty.push(rows)
  }

  evict(bytes: number): number {
    let freed = 0
    const emptied: CachedRows[] = []
    for (const [, rows] of this.#starts.entries()) {
      if (freed >= bytes) break
      freed += rows.evict(bytes - freed)
      if (rows.cached === 0) emptied.push(rows)
    }
    for (const rows of emptied) {
      if (!rows.isComplete) this.#stored.add(rows.start!)
      this.#remove(rows)
    }
    return freed
  }

  stage(batch: WriteBatch, log: LogChange | null): Staged {
    const expired = this.#stored.stage(batch)
    const changed = this.#dirty
    this.#dirty = []
    const staged = changed.map((rows) => ({ rows, entries: rows.stage(batch, log) }))
    return {
      written: () => {
        expired.written()
        for (const { rows, entries } of staged) {
          rows.written(entries)
          this.#removeIfEmpty(rows)
        }
      },
      abandoned: () => {
        expired.abandoned()
        for (const { rows, entries } of staged) rows.abandoned(entries)
      },
    }
  }

  summary(): StoreSummary {
    const floor = this.#floor === Number.NEGATIVE_INFINITY ? {} : { floor: this.#floor }
    return { count: this.entryCount, ...floor }
  }

  close(): void {
    this.space.budget.unregister(this)
    for (const [, rows] of this.#starts.entries()) rows.drop()
  }

  /** Undefined if there is none of that start, in memory or in LMDB. */
  #rowsIfAny(start: number): CachedRows | undefined {
    if (start !== this.#lastStart) {
      this.#lastRows = this.#starts.get(start)
      this.#lastStart = start
    }
    if (this.#lastRows !== undefined) return this.#lastRows
    return this.#stored.mayHave(start) ? this.#addRows(start, false) : undefined
  }

  #addRows(start: number, isComplete: boolean): CachedRows {
    const rows = new CachedRows(this, start, isComplete)
    this.#starts.set(start, rows)
    this.#lastStart = start
    this.#lastRows = rows
    return rows
  }

  /** Starts in `[from, to]` that are in memory or in LMDB, ascending. May be read while windows come and go. */
  *#startsBetween(from: number, to: number): Generator<number> {
    let start = this.#firstStart(from, to)
    while (start !== undefined) {
      yield start
      start = this.#startAfter(start, to)
    }
  }

  #firstStart(from: number, to: number): number | undefined {
    return smaller(this.#cachedStart(from, to, true), this.#stored.isEmpty ? undefined : this.#stored.next(from, to))
  }

  #startAfter(start: number, to: number): number | undefined {
    return smaller(
      this.#cachedStart(start, to, false),
      this.#stored.isEmpty ? undefined : this.#stored.nextAfter(start, to),
    )
  }

  #cachedStart(from: number, to: number, inclusive: boolean): number | undefined {
    for (const [start] of this.#starts.entries(from, to)) if (inclusive || start !== from) return start
    return undefined
  }

  #removeIfEmpty(rows: CachedRows): void {
    if (rows.cached === 0 && rows.isComplete && this.#starts.get(rows.start!) === rows) this.#remove(rows)
  }

  #remove(rows: CachedRows): void {
    this.#starts.delete(rows.start!)
    this.#forgetLast()
  }

  #forgetLast(): void {
    this.#lastStart = Number.NaN
    this.#lastRows = undefined
  }
}

const smaller = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)
