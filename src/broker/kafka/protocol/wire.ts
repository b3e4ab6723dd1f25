/**
 * Reads and writes the primitive types of Kafka's protocol, big-endian. "Compact" strings and arrays count from 1 in an unsigned varint,
 * 0 is null; messages that have them end each structure with tagged fields. Source: Kafka protocol guide, "Protocol Primitive Types".
 */

import { readInt64, writeInt64 } from '../../record-batch.ts'

export class WireReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4))
  }

  /** Exact for safe integers, as offsets, timestamps and producer ids are. */
  int64(): number {
    return readInt64(this.#bytes, this.#advance(8))
  }

  boolean(): boolean {
    return this.int8() !== 0
  }

  nullableString(): string | null {
    const length = this.int16()
    return length < 0 ? null : this.#bytes.toString('utf8', this.#advance(length), this.#at)
  }

  string(): string {
    return this.nullableString() ?? ''
  }

  /** A view; null and empty are the same here. */
  nullableBytes(): Buffer {
    const length = this.int32()
    return length <= 0 ? this.#bytes.subarray(0, 0) : this.#bytes.subarray(this.#advance(length), this.#at)
  }

  /** A null array is empty. */
  array<Item>(item: () => Item): Item[] {
    const items: Item[] = []
    for (let left = this.int32(); left > 0; left--) items.push(item())
    return items
  }

  /** Null and empty are the same here. */
  compactString(): string {
    const length = this.#unsignedVarint() - 1
    return length <= 0 ? '' : this.#bytes.toString('utf8', this.#advance(length), this.#at)
  }

  /** A null array is empty. */
  compactArray<Item>(item: () => Item): Item[] {
    const items: Item[] = []
    for (let left = this.#unsignedVarint() - 1; left > 0; left--) items.push(item())
    return items
  }

  /** Fields of later versions, which nobody here knows. */
  taggedFields(): void {
    for (let left = this.#unsignedVarint(); left > 0; left--) {
      this.#unsignedVarint()
      this.#advance(this.#unsignedVarint())
    }
  }

  #unsignedVarint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#advance(1))
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }

  /** The position before moving on by `count` bytes. */
  #advance(count: number): number {
    const at = this.#at
    this.#at += count
    return at
  }
}

const INITIAL_BYTES = 256

export class WireWriter {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES)
  #at = 0

  int8(value: number): this {
    const at = this.#reserve(1)
    this.#bytes.writeInt8(value, at)
    return this
  }

  int16(value: number): this {
    const at = this.#reserve(2)
    this.#bytes.writeInt16BE(value, at)
    return this
  }

  int32(value: number): this {
    const at = this.#reserve(4)
    this.#bytes.writeInt32BE(value, at)
    return this
  }

  int64(value: number): this {
    const at = this.#reserve(8)
    writeInt64(this.#bytes, at, value)
    return this
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0)
  }

  nullableString(value: string | null): this {
    if (value === null) return this.int16(-1)
    const length = Buffer.byteLength(value)
    this.int16(length)
    const at = this.#reserve(length)
    this.#bytes.write(value, at)
    return this
  }

  /** A null array is written for null. */
  array<Item>(items: readonly Item[] | null, write: (item: Item) => void): this {
    this.int32(items === null ? -1 : items.length)
    for (const item of items ?? []) write(item)
    return this
  }

  compactNullableString(value: string | null): this {
    if (value === null) return this.#unsignedVarint(0)
    const length = Buffer.byteLength(value)
    this.#unsignedVarint(length + 1)
    const at = this.#reserve(length)
    this.#bytes.write(value, at)
    return this
  }

  /** A null array is written for null. */
  compactArray<Item>(items: readonly Item[] | null, write: (item: Item) => void): this {
    this.#unsignedVarint(items === null ? 0 : items.length + 1)
    for (const item of items ?? []) write(item)
    return this
  }

  noTaggedFields(): this {
    return this.#unsignedVarint(0)
  }

  /** What was written since the start or the last `take`, to keep. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#at)
    this.#bytes = Buffer.allocUnsafe(INITIAL_BYTES)
    this.#at = 0
    return taken
  }

  #unsignedVarint(value: number): this {
    let rest = value
    while (rest > 0x7f) {
      const at = this.#reserve(1)
      this.#bytes[at] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    const at = this.#reserve(1)
    this.#bytes[at] = rest
    return this
  }

  #reserve(count: number): number {
    const at = this.#at
    this.#at += count
    if (this.#at > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    return at
  }
}
