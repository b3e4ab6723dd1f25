/**
 * Changes to an environment as bytes, taken at one moment and carried out later: puts and deletes of single keys, and deletes of ranges.
 * Keys start with the id of their store.
 */
import { ByteBuffer } from '../../types/byte-buffer.ts'
import { KeySort } from '../bytes/key-sort.ts'

export interface PartOptions {
  readonly limit: number
  readonly isAwaited?: () => boolean
  readonly atEnd?: Changes | null
}

/** What an environment can write in one transaction. */
export interface Changes {
  applyTo(target: BatchTarget): void
}

/** Places of a key and of its value, which follows it, in a buffer. */
export interface ChangeBytes {
  readonly keyStart: number
  readonly keyEnd: number
  /** -1: the key is deleted. */
  readonly valueEnd: number
}

export interface KeyRangeBytes {
  readonly from: Buffer
  readonly to: Buffer
}

export interface BatchTarget {
  put(key: Buffer, value: Buffer): void
  /** The same for a key and a value that lie one behind the other in `source`, in `[keyStart, keyEnd)` and `[keyEnd, valueEnd)`. */
  putFrom(source: Buffer, keyStart: number, keyEnd: number, valueEnd: number): void
  delete(key: Buffer): void
  /** Keys in `[from, to)`. */
  deleteRange(from: Buffer, to: Buffer): void
}

const PUT = 1
const DELETE = 2
const DELETE_RANGE = 3
/** Numbers that describe one change: kind, start and end of the key, end of the value (of the range's second key). */
const STRIDE = 4
/** Room at first. */
const FEW_CHANGES = 16
/** So many take 2 ms. With fewer the wait for the disk, once per transaction, would be the longer one. */
export const MIN_PART_CHANGES = 2048

/** A batch that had more is not kept. */
const MAX_SPARE_BYTES = 8 << 20
/** Memory of a former batch of this thread, for the next one: allocating it for each commit would cost more than filling it. */
let spare: ByteBuffer | null = null

export class WriteBatch implements Changes {
  /** What keys and values are written to, between `begin` and `endPut` or `endDelete`. */
  readonly bytes: ByteBuffer
  /** As many numbers as `#length` says; not a list, whose numbers the garbage collector would look at. */
  #changes = new Uint32Array(FEW_CHANGES * STRIDE)
  #length = 0
  #keyStart = 0
  #keyEnd = 0

  constructor(bytes = new ByteBuffer(4096)) {
    this.bytes = bytes
  }

  /** An empty one, in memory of one that was recycled if there is any. */
  static next(): WriteBatch {
    const bytes = spare ?? new ByteBuffer(4096)
    spare = null
    bytes.position = 0
    return new WriteBatch(bytes)
  }

  /** Gives the batch's memory to the next one. The batch must not be used afterwards. */
  recycle(): void {
    const { length } = this.bytes.buffer
    if (length <= MAX_SPARE_BYTES && length > (spare?.buffer.length ?? 0)) spare = this.bytes
  }

  /** The batch whose `content`, joined into one buffer, is `bytes`. */
  static fromBytes(bytes: Buffer): WriteBatch {
    const count = bytes.readUInt32LE(0)
    const content = bytes.subarray(4 + 4 * count)
    const writer = new ByteBuffer(content.length)
    writer.writeBytes(content)
    const batch = new WriteBatch(writer)
    batch.#changes = Uint32Array.from({ length: count }, (_, i) => bytes.readUInt32LE(4 + 4 * i))
    batch.#length = count
    return batch
  }

  get size(): number {
    return this.#length / STRIDE
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
    this.#add(PUT, this.#keyStart, this.#keyEnd, this.bytes.position)
  }

  /** The key is whole, and has no value any more. */
  endDelete(): void {
    this.#add(DELETE, this.#keyStart, this.bytes.position, this.bytes.position)
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
    this.#add(DELETE_RANGE, start, middle, this.bytes.position)
  }

  /** The key of the change made last; a view that lives until the next change. */
  lastKey(): Buffer {
    return this.bytes.buffer.subarray(this.#changes[this.#length - 3], this.#changes[this.#length - 2])
  }

  /** The value of the put made last; a view that lives until the next change. */
  lastValue(): Buffer {
    return this.bytes.buffer.subarray(this.#changes[this.#length - 2], this.#changes[this.#length - 1])
  }

  /** Appends the put or delete whose bytes are in `source`. */
  addChange(source: Buffer, { keyStart, keyEnd, valueEnd }: ChangeBytes): void {
    this.begin()
    const end = Math.max(keyEnd, valueEnd)
    this.bytes.writeRange(source, keyStart, end)
    if (valueEnd < 0) this.endDelete()
    else this.#add(PUT, this.#keyStart, this.#keyStart + keyEnd - keyStart, this.bytes.position)
  }

  /** Visits the puts and deletes in their order; `valueEnd` is -1 for a delete. Not for batches that delete ranges. */
  eachChange(visit: (source: Buffer, keyStart: number, keyEnd: number, valueEnd: number) => void): void {
    const { buffer } = this.bytes
    const changes = this.#changes
    for (let i = 0; i < this.#length; i += STRIDE) {
      visit(buffer, changes[i + 1]!, changes[i + 2]!, changes[i] === PUT ? changes[i + 3]! : -1)
    }
  }

  /** Drops the changes and keeps the memory. */
  clear(): void {
    this.#length = 0
    this.bytes.position = 0
  }

  /** Carries the changes out, in their order. */
  applyTo(target: BatchTarget): void {
    this.#apply(0, this.#length, target)
  }

  /** Deletes of ranges that are among the changes. */
  ranges(): KeyRangeBytes[] {
    const ranges: KeyRangeBytes[] = []
    for (let i = 0; i < this.#length; i += STRIDE) {
      if (this.#changes[i] === DELETE_RANGE) ranges.push(this.#rangeAt(i))
    }
    return ranges
  }

  /**
   * Puts and deletes in the order of their keys, of each key the last one; ranges stay between those that came before and after them. The
   * result is the same, and neighbours lie on the same pages.
   */
  sort(): void {
    const length = this.#length
    const former = this.#changes
    this.#changes = new Uint32Array(former.length)
    this.#length = 0
    for (let from = 0; from < length; ) {
      let to = from
      while (to < length && former[to] !== DELETE_RANGE) to += STRIDE
      this.#addSorted(former, from, to)
      if (to < length) this.#add(former[to]!, former[to + 1]!, former[to + 2]!, former[to + 3]!)
      from = to + STRIDE
    }
  }

  /** Adds the changes in `[from, to)`, none of them a range. */
  #addSorted(changes: Uint32Array, from: number, to: number): void {
    const count = (to - from) / STRIDE
    const starts = new Uint32Array(count)
    const ends = new Uint32Array(count)
    for (let i = 0, at = from; i < count; i++, at += STRIDE) {
      starts[i] = changes[at + 1]!
      ends[i] = changes[at + 2]!
    }
    new KeySort(this.bytes.buffer, starts, ends).eachLast((i) => {
      const at = from + i * STRIDE
      this.#add(changes[at]!, changes[at + 1]!, changes[at + 2]!, changes[at + 3]!)
    })
  }

  /**
   * The changes in their order: each range for itself, the others at most `limit` together. A part ends early, after `MIN_PART_CHANGES` or more, once
   * `isAwaited` while it is applied; the next one begins there. So each part is to be applied before the next one is taken. `atEnd` is carried out
   * with the last part, or behind a range.
   */
  *parts({ limit, isAwaited = () => false, atEnd = null }: PartOptions): Generator<Changes | KeyRangeBytes> {
    const length = this.#length
    let isEnded = false
    for (let from = 0; from < length; ) {
      if (this.#changes[from] === DELETE_RANGE) {
        yield this.#rangeAt(from)
        from += STRIDE
        continue
      }
      let to = from
      while (to < length && to < from + limit * STRIDE && this.#changes[to] !== DELETE_RANGE) to += STRIDE
      const start = from
      let end = to
      yield {
        applyTo: (target) => {
          end = this.#applyUntil(start, to, target, isAwaited)
          isEnded = end === length
          if (isEnded) atEnd?.applyTo(target)
        },
      }
      from = end
    }
    if (!isEnded && atEnd !== null) yield atEnd
  }

  /** The whole batch in parts: number of numbers and numbers; keys and values, a view that lives until the next change. */
  content(): readonly Buffer[] {
    const changes = this.#changes
    const head = Buffer.alloc(4 + 4 * this.#length)
    head.writeUInt32LE(this.#length)
    for (let i = 0; i < this.#length; i++) head.writeUInt32LE(changes[i]!, 4 + 4 * i)
    return [head, this.bytes.since(0)]
  }

  #add(kind: number, start: number, middle: number, end: number): void {
    const length = this.#length
    let changes = this.#changes
    if (length === changes.length) {
      const larger = new Uint32Array(Math.max(2 * length, FEW_CHANGES * STRIDE))
      larger.set(changes)
      this.#changes = changes = larger
    }
    changes[length] = kind
    changes[length + 1] = start
    changes[length + 2] = middle
    changes[length + 3] = end
    this.#length = length + STRIDE
  }

  #rangeAt(i: number): KeyRangeBytes {
    const { buffer } = this.bytes
    const [start, middle, end] = [this.#changes[i + 1]!, this.#changes[i + 2]!, this.#changes[i + 3]!]
    return { from: buffer.subarray(start, middle), to: buffer.subarray(middle, end) }
  }

  /** Where it ended. */
  #applyUntil(from: number, to: number, target: BatchTarget, isAwaited: () => boolean): number {
    const step = MIN_PART_CHANGES * STRIDE
    for (let at = from; at < to; at += step) {
      if (at > from && isAwaited()) return at
      this.#apply(at, Math.min(to, at + step), target)
    }
    return to
  }

  #apply(from: number, to: number, target: BatchTarget): void {
    const { buffer } = this.bytes
    const changes = this.#changes
    for (let i = from; i < to; i += STRIDE) {
      const [start, middle, end] = [changes[i + 1]!, changes[i + 2]!, changes[i + 3]!]
      switch (changes[i]) {
        case PUT:
          target.putFrom(buffer, start, middle, end)
          break
        case DELETE:
          target.delete(buffer.subarray(start, middle))
          break
        default:
          target.deleteRange(buffer.subarray(start, middle), buffer.subarray(middle, end))
      }
    }
  }
}
