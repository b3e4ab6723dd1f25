/**
 * Stores whose keys start with a number: the start of a window, the number of a segment. Knows which of these LMDB may have although
 * they are not in memory, and deletes those that expire, which are one range at the beginning, with the next batch.
 */
import { ByteBuffer } from '../../types/byte-buffer.ts'
import { readNumber, writeNumber } from '../bytes/key-bytes.ts'
import { prefixEnd, type Staged, type StoreSpace } from './durable-store.ts'
import type { WriteBatch } from './write-batch.ts'

export class StoredNumbers {
  readonly #space: StoreSpace
  /** First and last of the numbers that may be in LMDB alone; there are none if `#first` > `#last`. */
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  /** What LMDB has below is expired, and is still to be deleted; -Infinity: nothing is. */
  #expired = Number.NEGATIVE_INFINITY
  #isExpiryStaged = false
  #hasEntries: boolean

  constructor(space: StoreSpace) {
    this.#space = space
    const { environment, prefix } = space
    const [first] = environment.chunk(prefix, prefixEnd(prefix), 1)
    this.#hasEntries = first !== undefined
    if (first === undefined) return
    this.#first = this.#numberOf(first.key)
    this.#last = this.#numberOf(environment.last(prefix, prefixEnd(prefix))!.key)
  }

  /** Whether everything that LMDB has is in memory too. */
  get isEmpty(): boolean {
    return this.#first > this.#last
  }

  /** The smallest that may be in LMDB alone; Infinity if none is. */
  get first(): number {
    return this.isEmpty ? Number.POSITIVE_INFINITY : this.#first
  }

  /** The largest; -Infinity if none is. */
  get last(): number {
    return this.isEmpty ? Number.NEGATIVE_INFINITY : this.#last
  }

  mayHave(number: number): boolean {
    return number >= this.#first && number <= this.#last
  }

  mayHaveBelow(number: number): boolean {
    return this.#first < number && !this.isEmpty
  }

  /** `number` is no longer in memory, but in LMDB. */
  add(number: number): void {
    this.#first = Math.min(this.#first, number)
    this.#last = Math.max(this.#last, number)
  }

  /** All that LMDB has below is gone. Returns how many entries these were. */
  expireBelow(number: number): number {
    if (!this.#hasEntries) return 0
    const { environment, prefix } = this.#space
    const from = this.#expired === Number.NEGATIVE_INFINITY ? prefix : this.keyOf(this.#expired)
    const count = number > this.#expired ? environment.countKeys(from, this.keyOf(number)) : 0
    this.#expired = Math.max(this.#expired, number)
    this.#first = Math.max(this.#first, number)
    this.#isExpiryStaged = false
    return count
  }

  /** The smallest number >= `from` that LMDB has; undefined if there is none up to `to`. Costs a look into LMDB. */
  next(from: number, to: number): number | undefined {
    const start = Math.max(from, this.#expired, this.#first)
    if (start > to) return undefined
    const { environment, prefix } = this.#space
    const [entry] = environment.chunk(this.keyOf(start), prefixEnd(prefix), 1)
    if (entry === undefined) return undefined
    const number = this.#numberOf(entry.key)
    return number <= to ? number : undefined
  }

  /** The smallest number > `after` that LMDB has. */
  nextAfter(after: number, to: number): number | undefined {
    if (after < this.#expired) return this.next(this.#expired, to)
    const { environment, prefix } = this.#space
    // What follows the number in a key never starts with 0xff.
    const start = Buffer.concat([this.keyOf(after), BEYOND])
    const [entry] = environment.chunk(start, prefixEnd(prefix), 1)
    if (entry === undefined) return undefined
    const number = this.#numberOf(entry.key)
    return number <= to ? number : undefined
  }

  /** What all keys with this number start with. */
  keyOf(number: number): Buffer {
    const writer = new ByteBuffer(this.#space.prefix.length + 8)
    writer.writeBytes(this.#space.prefix)
    writeNumber(number, writer)
    return writer.since(0)
  }

  /** Appends the deletes. First of all that a store stages: what is put below afterwards stays. */
  stage(batch: WriteBatch): Staged {
    this.#hasEntries = true
    if (this.#expired === Number.NEGATIVE_INFINITY || this.#isExpiryStaged) return NOTHING
    const expired = this.#expired
    batch.deleteRange(this.#space.prefix, this.keyOf(expired))
    this.#isExpiryStaged = true
    return {
      written: () => {
        if (this.#isExpiryStaged && this.#expired === expired) this.#expired = Number.NEGATIVE_INFINITY
      },
      abandoned: () => {
        this.#isExpiryStaged = false
      },
    }
  }

  #numberOf(key: Buffer): number {
    return readNumber(key, this.#space.prefix.length)
  }
}

const BEYOND = Buffer.of(0xff)
const NOTHING: Staged = { written: () => {}, abandoned: () => {} }
