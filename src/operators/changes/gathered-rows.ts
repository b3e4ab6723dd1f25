/**
 * Changes of the rows of partitions, gathered until they are taken together: a partition is then looked at once, however many changes it has, and rows
 * that came and left again in between were never there.
 */
import type { Header, StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { RowChange } from './ordered-rows.ts'
import type { RowInOrder } from './partition-rows.ts'

/** Beyond this many rows changes are to be taken at once: what is gathered stays bounded. */
const MAX_GATHERED = 100_000

export interface GatheredChanges {
  /** By place. A count of 0: as often in as out. */
  readonly rows: ReadonlyMap<string, RowChange<number>>
  /** Those of the record that came last. */
  readonly timestamp: number
  readonly headers: readonly Header[] | null
}

interface Gathered extends GatheredChanges {
  readonly rows: Map<string, Changing>
  timestamp: number
  headers: readonly Header[] | null
}

interface Changing extends RowChange<number> {
  count: number
  timestamp: number
}

export class GatheredRows {
  readonly #inOrder: (row: Row) => RowInOrder
  readonly #take: (prefix: string, changes: GatheredChanges) => void
  readonly #partitions = new Map<string, Gathered>()
  #count = 0

  /** `take`: called for each partition that has changed. */
  constructor(inOrder: (row: Row) => RowInOrder, take: (prefix: string, changes: GatheredChanges) => void) {
    this.#inOrder = inOrder
    this.#take = take
  }

  /** Gathers a row that the record puts in (1) or takes out (-1); returns how many rows of the partition are gathered. */
  add(prefix: string, row: Row, count: 1 | -1, { timestamp, headers }: StreamRecord): number {
    if (this.#count >= MAX_GATHERED) this.flush()
    let gathered = this.#partitions.get(prefix)
    if (gathered === undefined) {
      gathered = { rows: new Map(), timestamp, headers }
      this.#partitions.set(prefix, gathered)
    }
    gathered.timestamp = timestamp
    gathered.headers = headers
    const { rows } = gathered
    const { sort, place } = this.#inOrder(row)
    const known = rows.get(place)
    if (known === undefined) {
      rows.set(place, { row, sort, place, count, timestamp })
      this.#count++
    } else {
      known.count += count
      if (known.timestamp < timestamp) known.timestamp = timestamp
    }
    return rows.size
  }

  /** Takes the changes of one partition. */
  takeOne(prefix: string): void {
    const gathered = this.#partitions.get(prefix)
    if (gathered === undefined) return
    this.#partitions.delete(prefix)
    this.#count -= gathered.rows.size
    this.#take(prefix, gathered)
  }

  /** In the order in which partitions changed first. */
  flush(): void {
    if (this.#count === 0) return
    for (const [prefix, gathered] of this.#partitions) this.#take(prefix, gathered)
    this.#partitions.clear()
    this.#count = 0
  }
}
