/**
 * Where partials are found by group and pane: a hash table over the columns of the group. A Map by texts would look each text up in V8's table of
 * strings first, which is half of what a record costs here. Partials stay when they have left, since most groups come again.
 */
import { textCodec } from '../../state/key.ts'
import type { Column } from '../../types/schema.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'

export interface Partial {
  key: Row
  /** The values by which the group is found. */
  identity: Row
  pane: number
  hash: number
  states: Row
  /** Number of the period between two flushes in which its last record came, and how many came in it. */
  period: number
  records: number
  /** Earliest and latest time of its records, epoch ms. */
  start: number
  end: number
  /** Whether it has records that have not left. */
  isPending: boolean
}

const FIRST_SLOTS = 64

/** Values of these types are equal if `===` says so. */
const PLAIN: ReadonlySet<SqlType['kind']> = new Set([
  'STRING',
  'INTEGER',
  'BIGINT',
  'BOOLEAN',
  'DATE',
  'TIME',
  'TIMESTAMP',
])

export class PartialTable {
  /** The number of columns of a group. */
  readonly #width: number
  /** The values of a row by which its group is found, where they are not its first columns. */
  readonly #identityOf: ((row: Row) => Row) | null
  /** Place of a partial among `#partials`, plus one; 0: the slot is free. Twice as many slots as partials, a power of two. */
  #slots = new Int32Array(FIRST_SLOTS)
  /** Beyond `#size` they are free to be used again. */
  readonly #partials: Partial[] = []
  #size = 0

  /** `group`: its columns. */
  constructor(group: readonly Column[]) {
    const types = group.map(({ type }) => type)
    const { encode } = textCodec(types)
    this.#width = types.length
    this.#identityOf = types.every(({ kind }) => PLAIN.has(kind)) ? null : (row) => [encode(row)]
  }

  get size(): number {
    return this.#size
  }

  /** The partial, in the pane, of the group in the first columns of the row; it is made if there is none. */
  find(row: Row, pane: number): Partial {
    const identity = this.#identityOf === null ? row : this.#identityOf(row)
    const width = this.#identityOf === null ? this.#width : 1
    const hash = hashOf(identity, width, pane)
    const last = this.#slots.length - 1
    let slot = hash & last
    for (let place = this.#slots[slot]!; place !== 0; place = this.#slots[slot]!) {
      const partial = this.#partials[place - 1]!
      if (partial.hash === hash && partial.pane === pane && areSame(partial.identity, identity, width)) return partial
      slot = (slot + 1) & last
    }
    const key = row.length > this.#width ? row.slice(0, this.#width) : row
    return this.#insert(slot, { key, identity: identity === row ? key : identity, pane, hash })
  }

  /** Forgets all; none may be pending. */
  clear(): void {
    this.#slots.fill(0)
    this.#size = 0
  }

  #insert(slot: number, { key, identity, pane, hash }: Pick<Partial, 'key' | 'identity' | 'pane' | 'hash'>): Partial {
    let partial = this.#partials[this.#size]
    if (partial === undefined) {
      partial = { key, identity, pane, hash, states: [], period: -1, records: 0, start: 0, end: 0, isPending: false }
      this.#partials.push(partial)
    } else {
      partial.key = key
      partial.identity = identity
      partial.pane = pane
      partial.hash = hash
      partial.period = -1
      partial.records = 0
    }
    this.#size++
    this.#slots[slot] = this.#size
    if (this.#size * 2 > this.#slots.length) this.#grow()
    return partial
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const last = slots.length - 1
    for (let i = 0; i < this.#size; i++) {
      let slot = this.#partials[i]!.hash & last
      while (slots[slot] !== 0) slot = (slot + 1) & last
      slots[slot] = i + 1
    }
    this.#slots = slots
  }
}

function areSame(a: Row, b: Row, width: number): boolean {
  for (let i = 0; i < width; i++) if (a[i] !== b[i]) return false
  return true
}

function hashOf(identity: Row, width: number, pane: number): number {
  let hash = pane | 0
  for (let i = 0; i < width; i++) {
    hash = Math.imul(hash ^ hashOfValue(identity[i]!), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash
}

function hashOfValue(value: Value): number {
  if (typeof value === 'number') return (value | 0) ^ ((value / 2 ** 32) | 0)
  if (typeof value === 'string') {
    let hash = value.length
    for (let i = 0; i < value.length; i++) hash = (Math.imul(hash, 31) + value.charCodeAt(i)) | 0
    return hash
  }
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : Number(value === true)
}
