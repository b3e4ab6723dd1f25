/**
 * The rows of partitions in blocks, in the order of their places: an entry of the store holds up to `BLOCK_ROWS` of them, since an entry for each would
 * cost a key that repeats the row, an object in memory, a write and a record of the changelog.
 *
 * State: the rows of a block as a list in no order, each with its count and its time. Its key is the partition and the place from which on rows belong to
 * it, nothing for the first one. A block that is full gives its upper half to a new one, and one without rows is no entry.
 *
 * Memory: the places where blocks begin, of the partitions that were used last.
 */
import { prefixRange } from '../../state/key.ts'
import type { KeyValueStore, StoredRow } from '../../state/store.ts'
import type { Row } from '../../types/value.ts'
import type { Counted } from './bag.ts'
import type { PlacedRows } from './placed-rows.ts'

/** A block is read and written whole. */
const BLOCK_ROWS = 64

/** Places in memory for one task of an operator. A partition that has more is alone there. */
const MAX_PLACES = 50_000

export interface RowBlocksOptions {
  readonly store: KeyValueStore
  /** The number of columns of a row. */
  readonly width: number
  /** The text by which rows of a partition are in order; equal rows have equal ones, and the other way round. */
  readonly placeOf: (row: Row) => string
  /** Compares as many columns as the first row has. */
  readonly areEqual: (a: Row, b: Row) => boolean
  /** Default: `MAX_PLACES`. */
  readonly maxPlaces?: number
}

export class RowBlocks implements PlacedRows {
  readonly #options: RowBlocksOptions
  readonly #store: KeyValueStore
  readonly #width: number
  readonly #maxPlaces: number
  /** Where the blocks of a partition begin, ascending; the first at no place, whether it is there or not. */
  readonly #places = new Map<string, string[]>()
  #count = 0

  constructor(options: RowBlocksOptions) {
    this.#options = options
    this.#store = options.store
    this.#width = options.width
    this.#maxPlaces = options.maxPlaces ?? MAX_PLACES
  }

  add(prefix: string, place: string, row: Row, change: number, timestamp: number): number {
    const places = this.#placesOf(prefix)
    const at = lastUpTo(places, place)
    const key = prefix + places[at]!
    const stored = this.#store.get(key)
    const rows = stored === undefined ? [] : rowsOf(stored)
    const count = this.#change(rows, row, change, timestamp)
    if (rows.length === 0) {
      this.#store.delete(key)
      this.#drop(prefix, places, at)
      return count
    }
    this.#store.put(key, { row: rows as Row, timestamp: Math.max(timestamp, stored?.timestamp ?? 0) })
    if (rows.length > BLOCK_ROWS) this.#split(prefix, places, at)
    return count
  }

  *under(prefix: string): Iterable<Counted> {
    for (const place of this.#placesOf(prefix)) {
      const stored = this.#store.get(prefix + place)
      if (stored === undefined) continue
      for (const row of this.#inOrder(rowsOf(stored))) {
        yield {
          row: row.slice(0, this.#width),
          count: row[this.#width] as number,
          timestamp: row[this.#width + 1] as number,
        }
      }
    }
  }

  forget(prefix: string, bound: string): void {
    const places = this.#placesOf(prefix)
    const last = lastUpTo(places, bound)
    for (let at = places.length - 1; at > last; at--) {
      this.#store.delete(prefix + places[at]!)
      this.#drop(prefix, places, at)
    }
    const key = prefix + places[last]!
    const stored = this.#store.get(key)
    if (stored === undefined) return
    const { placeOf } = this.#options
    const kept = rowsOf(stored).filter((row) => placeOf(row) <= bound)
    if (kept.length === 0) {
      this.#store.delete(key)
      this.#drop(prefix, places, last)
    } else if (kept.length < stored.row.length) {
      this.#store.put(key, { row: kept as Row, timestamp: stored.timestamp })
    }
  }

  clear(): void {
    this.#places.clear()
    this.#count = 0
  }

  /** Changes the count of a row in the list; returns it as it is then. */
  #change(rows: Row[], row: Row, change: number, timestamp: number): number {
    const { areEqual } = this.#options
    const at = rows.findIndex((other) => areEqual(row, other))
    if (at < 0) {
      if (change !== 0) rows.push([...row, change, timestamp])
      return change
    }
    const known = rows[at]!
    const count = (known[this.#width] as number) + change
    if (count === 0) {
      rows[at] = rows.at(-1)!
      rows.pop()
      return 0
    }
    rows[at] = [...row, count, Math.max(timestamp, known[this.#width + 1] as number)]
    return count
  }

  #split(prefix: string, places: string[], at: number): void {
    const key = prefix + places[at]!
    const { row, timestamp } = this.#store.get(key)!
    const rows = this.#inOrder(row as Row[])
    const middle = rows.length >> 1
    const place = this.#options.placeOf(rows[middle]!)
    this.#store.put(key, { row: rows.slice(0, middle) as Row, timestamp })
    this.#store.put(prefix + place, { row: rows.slice(middle) as Row, timestamp })
    places.splice(at + 1, 0, place)
    this.#count++
    this.#forgetOthers(prefix)
  }

  #inOrder(rows: readonly Row[]): readonly Row[] {
    if (rows.length < 2) return rows
    const { placeOf } = this.#options
    return rows
      .map((row) => ({ row, place: placeOf(row) }))
      .sort((a, b) => (a.place < b.place ? -1 : 1))
      .map(({ row }) => row)
  }

  /** The block at that index is gone. */
  #drop(prefix: string, places: string[], at: number): void {
    if (at > 0) {
      places.splice(at, 1)
      this.#count--
    } else if (places.length === 1) {
      this.#places.delete(prefix)
      this.#count--
    }
  }

  #placesOf(prefix: string): string[] {
    const known = this.#places.get(prefix)
    if (known !== undefined) {
      // The last in the map is the one that was used last.
      this.#places.delete(prefix)
      this.#places.set(prefix, known)
      return known
    }
    const places = ['']
    for (const [key] of this.#store.entries(prefixRange(prefix))) {
      if (key !== prefix) places.push((key as string).slice(prefix.length))
    }
    this.#places.set(prefix, places)
    this.#count += places.length
    this.#forgetOthers(prefix)
    return places
  }

  #forgetOthers(prefix: string): void {
    for (const [other, { length }] of this.#places) {
      if (this.#count <= this.#maxPlaces) return
      if (other === prefix) continue
      this.#places.delete(other)
      this.#count -= length
    }
  }
}

const rowsOf = ({ row }: StoredRow): Row[] => row as Row[]

/** The index of the last place that is not above `place`. The first is below all. */
function lastUpTo(places: readonly string[], place: string): number {
  let [low, high] = [0, places.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (places[middle]! <= place) low = middle
    else high = middle - 1
  }
  return low
}
