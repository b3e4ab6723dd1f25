/**
 * Changes to an environment as bytes, taken at one moment and carried out later: puts and deletes of single keys, and deletes of ranges.
 * Keys start with the id of their store.
 */
import { ByteWriter } from './byte-writer.ts'

export interface BatchTarget {
  put(key: Buffer, value: Buffer): void
  delete(key: Buffer): void
  /** Keys in `[from, to)`. */
  deleteRange(from: Buffer, to: Buffer): void
}

const PUT = 1
const DELETE = 2
const DELETE_RANGE = 3
/** Numbers that describe one change: kind, start and end of the key, end of the value (of the range's second key). */
const STRIDE = 4

export class WriteBatch {
  /** What keys and values are written to, between `begin` and `put` or `delete`. */
  readonly bytes = new ByteWriter(4096)
  readonly #changes: number[] = []
  #keyStart = 0
  #keyEnd = 0

  get size(): number {
    return this.#changes.length / STRIDE
  }

  get byteLength(): number {
    return this.bytes.position
  }

  /** What is written from here on is a key. */
  begin(): void {
    this.#keyStart = this.bytes.position
  }

  /** The key is whole; what is written from here on is its value. */
  endKey(): void {
    this.#keyEnd = this.bytes.position
  }

  /** The value is whole. */
  endPut(): void {
    this.#changes.push(PUT, this.#keyStart, this.#keyEnd, this.bytes.position)
  }

  /** The key is whole, and has no value any more. */
  endDelete(): void {
    this.#changes.push(DELETE, this.#keyStart, this.bytes.position, this.bytes.position)
  }

  delete(key: Uint8Array): void {
    this.begin()
    this.bytes.writeBytes(key)
    this.endDelete()
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.begin()
    this.bytes.writeBytes(key)
    this.endKey()
    this.bytes.writeBytes(value)
    this.endPut()
  }

  deleteRange(from: Uint8Array, to: Uint8Array): void {
    const start = this.bytes.position
    this.bytes.writeBytes(from)
    const middle = this.bytes.position
    this.bytes.writeBytes(to)
    this.#changes.push(DELETE_RANGE, start, middle, this.bytes.position)
  }

  /** The key of the change made last; a view that lives until the next change. */
  lastKey(): Buffer {
    return this.bytes.buffer.subarray(this.#changes.at(1 - STRIDE), this.#changes.at(2 - STRIDE))
  }

  /** The value of the put made last; a view that lives until the next change. */
  lastValue(): Buffer {
    return this.bytes.buffer.subarray(this.#changes.at(2 - STRIDE), this.#changes.at(3 - STRIDE))
  }

  /** Carries the changes out, in their order. */
  applyTo(target: BatchTarget): void {
    const { buffer } = this.bytes
    const changes = this.#changes
    for (let i = 0; i < changes.length; i += STRIDE) {
      const first = buffer.subarray(changes[i + 1]!, changes[i + 2]!)
      switch (changes[i]) {
        case PUT:
          target.put(first, buffer.subarray(changes[i + 2]!, changes[i + 3]!))
          break
        case DELETE:
          target.delete(first)
          break
        default:
          target.deleteRange(first, buffer.subarray(changes[i + 2]!, changes[i + 3]!))
      }
    }
  }
}
