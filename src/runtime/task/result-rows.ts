/** What a subscriber of a query knows of its result after all changes so far. */
import { eachRow, rowTexts } from '../../operators/changes/row-changes.ts'
import { hasKey, type RecordKeys, recordKeys } from '../../operators/record-key.ts'
import type { StepSchema } from '../../operators/step.ts'
import type { ResultKind } from '../../plan/queries/snapshot-query.ts'
import type { StoreKey } from '../../state/store.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'

export interface ResultRows {
  take(record: StreamRecord): void
  /** How many rows there are. */
  readonly size: number
  all(): readonly Row[]
}

/** No rows yet. `schema`: what the records have. */
export function resultRows(kind: ResultKind, schema: StepSchema): ResultRows {
  switch (kind) {
    case 'stream':
      return new StreamRows()
    case 'table':
      return new TableRows(recordKeys(schema))
    case 'bag':
      return new BagRows(rowTexts(schema))
  }
}

class StreamRows implements ResultRows {
  readonly #rows: Row[] = []

  take({ value }: StreamRecord): void {
    if (value !== null) this.#rows.push(value)
  }

  get size(): number {
    return this.#rows.length
  }

  all(): readonly Row[] {
    return this.#rows
  }
}

class TableRows implements ResultRows {
  readonly #keys: RecordKeys
  readonly #rows = new Map<StoreKey, Row>()

  constructor(keys: RecordKeys) {
    this.#keys = keys
  }

  take(record: StreamRecord): void {
    if (!hasKey(record)) return
    const key = this.#keys.encode(record.key, record.window)
    if (record.value === null) this.#rows.delete(key)
    else this.#rows.set(key, record.value)
  }

  get size(): number {
    return this.#rows.size
  }

  all(): readonly Row[] {
    return [...this.#rows.values()]
  }
}

class BagRows implements ResultRows {
  readonly #textOf: (row: Row) => string
  /** Rows with how often they stand in the bag. */
  readonly #counts = new Map<string, { readonly row: Row; count: number }>()
  /** Those that leave before they have entered count as less than none. */
  size = 0

  constructor(textOf: (row: Row) => string) {
    this.#textOf = textOf
  }

  take(record: StreamRecord): void {
    eachRow(record, (row, count) => this.#add(row, count))
  }

  all(): readonly Row[] {
    return [...this.#counts.values()].flatMap(({ row, count }) => new Array<Row>(Math.max(0, count)).fill(row))
  }

  #add(row: Row, count: number): void {
    this.size += count
    const text = this.#textOf(row)
    const known = this.#counts.get(text)
    if (known === undefined) this.#counts.set(text, { row, count })
    else if (known.count + count === 0) this.#counts.delete(text)
    else known.count += count
  }
}
