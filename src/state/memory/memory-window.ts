/** Window store in memory: a map of rows for each window start, so that expiry drops whole starts. */
import { compareKeys } from '../key.ts'
import { SortedMap } from '../sorted-map.ts'
import type { StoredRow, StoreKey, WindowStore } from '../store.ts'

export class MemoryWindowStore implements WindowStore {
  readonly kind = 'window'
  readonly #starts = new SortedMap<number, Map<StoreKey, StoredRow>>()
  #count = 0
  /** The start used last and its rows: neighbouring records mostly share a window. */
  #lastStart = Number.NaN
  #lastRows: Map<StoreKey, StoredRow> | undefined

  get(key: StoreKey, start: number): StoredRow | undefined {
    return this.#rowsAt(start)?.get(key)
  }

  put(key: StoreKey, start: number, value: StoredRow): void {
    let rows = this.#rowsAt(start)
    if (rows === undefined) {
      rows = new Map()
      this.#starts.set(start, rows)
      this.#lastRows = rows
    }
    const before = rows.size
    rows.set(key, value)
    this.#count += rows.size - before
  }

  delete(key: StoreKey, start: number): void {
    const rows = this.#rowsAt(start)
    if (rows === undefined || !rows.delete(key)) return
    this.#count--
    if (rows.size > 0) return
    this.#starts.delete(start)
    this.#forgetLast()
  }

  *fetch(key: StoreKey, from: number, to: number): Generator<readonly [number, StoredRow]> {
    for (const [start, rows] of this.#starts.entries(from, to)) {
      const row = rows.get(key)
      if (row !== undefined) yield [start, row]
    }
  }

  *fetchAll(from: number, to: number): Generator<readonly [StoreKey, number, StoredRow]> {
    for (const [start, rows] of [...this.#starts.entries(from, to)]) {
      for (const key of [...rows.keys()].sort(compareKeys)) {
        const row = rows.get(key)
        if (row !== undefined) yield [key, start, row]
      }
    }
  }

  expire(start: number): void {
    const first = this.#starts.firstKey()
    if (first === undefined || first >= start) return
    for (const [, rows] of this.#starts.takeBelow(start)) this.#count -= rows.size
    this.#forgetLast()
  }

  count(): number {
    return this.#count
  }

  #rowsAt(start: number): Map<StoreKey, StoredRow> | undefined {
    if (start !== this.#lastStart) {
      this.#lastRows = this.#starts.get(start)
      this.#lastStart = start
    }
    return this.#lastRows
  }

  #forgetLast(): void {
    this.#lastStart = Number.NaN
    this.#lastRows = undefined
  }
}
