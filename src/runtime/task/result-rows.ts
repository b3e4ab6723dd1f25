/** What a subscriber of a query knows of its result after all changes so far. */
import type { StreamRecord } from '../../types/record.ts'
import type { Row, Value } from '../../types/value.ts'

export class ResultRows {
  readonly #kind: 'stream' | 'table' | 'bag'
  readonly #list: Row[] = []
  readonly #byKey = new Map<string, Row>()
  /** Rows of a bag with how often they stand in it. */
  readonly #bag = new Map<string, { readonly row: Row; count: number }>()

  /** Stream: each record is a row. Table: a record is the row of its key. Bag: a record is a row that leaves, one that enters, or both. */
  constructor(kind: 'stream' | 'table' | 'bag') {
    this.#kind = kind
  }

  take({ key, window, value, oldValue }: StreamRecord): void {
    switch (this.#kind) {
      case 'stream':
        if (value !== null) this.#list.push(value)
        return
      case 'table': {
        const text = textOf([...(key ?? []), window?.start ?? null, window?.end ?? null])
        if (value === null) this.#byKey.delete(text)
        else this.#byKey.set(text, value)
        return
      }
      case 'bag':
        if (oldValue !== null) this.#add(oldValue, -1)
        if (value !== null) this.#add(value, 1)
    }
  }

  all(): readonly Row[] {
    if (this.#kind === 'stream') return this.#list
    if (this.#kind === 'table') return [...this.#byKey.values()]
    return [...this.#bag.values()].flatMap(({ row, count }) => Array.from({ length: Math.max(0, count) }, () => row))
  }

  #add(row: Row, count: number): void {
    const text = textOf(row)
    const known = this.#bag.get(text)
    if (known === undefined) this.#bag.set(text, { row, count })
    else if (known.count + count === 0) this.#bag.delete(text)
    else known.count += count
  }
}

/** Equal for equal rows only. */
function textOf(row: readonly Value[]): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (typeof value === 'bigint') return { bigint: String(value) }
    if (value instanceof Map) return { map: [...value] }
    if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') }
    if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) }
    return value
  })
}
