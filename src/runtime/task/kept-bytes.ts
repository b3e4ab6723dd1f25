/**
 * Records of an internal topic that wait in a task, as bytes: keys and values one after the other, first in, first out. A record becomes objects when its
 * turn comes, so that what waits is nothing that the garbage collector copies, and the fetched batch need not stay.
 */
import type { RecordCursor } from './record-cursor.ts'

const INITIAL_BYTES = 16_384
/** A power of two. */
const INITIAL_ROOM = 256
/** A larger buffer is given up when nothing waits. */
const MAX_IDLE_BYTES = 1 << 20
const NONE = -1

/** At the record that was taken last; its bytes stay until the next one is put in or taken. */
export class KeptBytes implements RecordCursor {
  buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  offset = -1
  timestamp = -1
  keyStart = 0
  keyEnd = NONE
  valueStart = 0
  valueEnd = NONE
  readonly headerCount = 0
  /** By record, in a ring: lengths of its key and its value; -1: it has none. */
  #keyLengths = new Int32Array(INITIAL_ROOM)
  #valueLengths = new Int32Array(INITIAL_ROOM)
  #first = 0
  #size = 0
  /** Where the bytes of the first record begin, and where the next ones go. */
  #head = 0
  #tail = 0

  /** Puts a copy of the cursor's record behind the others. */
  add({ buffer, keyStart, keyEnd, valueStart, valueEnd }: RecordCursor): void {
    if (this.#size === 0) this.#clear()
    if (this.#size === this.#keyLengths.length) this.#growRing()
    const place = (this.#first + this.#size++) & (this.#keyLengths.length - 1)
    this.#keyLengths[place] = this.#copy(buffer, keyStart, keyEnd)
    this.#valueLengths[place] = this.#copy(buffer, valueStart, valueEnd)
  }

  /** Takes the first record, which is there, and was at `offset` with `timestamp`. */
  take(offset: number, timestamp: number): RecordCursor {
    const key = this.#keyLengths[this.#first]!
    const value = this.#valueLengths[this.#first]!
    this.offset = offset
    this.timestamp = timestamp
    this.keyStart = this.#head
    this.keyEnd = key === NONE ? NONE : this.#head + key
    this.valueStart = this.#head + Math.max(key, 0)
    this.valueEnd = value === NONE ? NONE : this.valueStart + value
    this.#head = this.valueStart + Math.max(value, 0)
    this.#first = (this.#first + 1) & (this.#keyLengths.length - 1)
    this.#size--
    return this
  }

  #clear(): void {
    this.#head = 0
    this.#tail = 0
    if (this.buffer.length > MAX_IDLE_BYTES) this.buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  }

  #copy(source: Buffer, start: number, end: number): number {
    if (end < 0) return NONE
    const length = end - start
    if (this.#tail + length > this.buffer.length) this.#makeRoom(length)
    source.copy(this.buffer, this.#tail, start, end)
    this.#tail += length
    return length
  }

  /** Moves what waits to the beginning, of a larger buffer if it would fill more than half of this one. */
  #makeRoom(length: number): void {
    const kept = this.#tail - this.#head
    const needed = 2 * (kept + length)
    const target = needed > this.buffer.length ? Buffer.allocUnsafeSlow(2 * needed) : this.buffer
    this.buffer.copy(target, 0, this.#head, this.#tail)
    this.buffer = target
    this.#head = 0
    this.#tail = kept
  }

  #growRing(): void {
    const room = this.#keyLengths.length
    this.#keyLengths = unrolled(this.#keyLengths, this.#first)
    this.#valueLengths = unrolled(this.#valueLengths, this.#first)
    this.#first = 0
    this.#size = room
  }
}

/** The numbers of a full ring from `first` on, in one of twice the size. */
function unrolled(ring: Int32Array<ArrayBuffer>, first: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * ring.length)
  larger.set(ring.subarray(first))
  larger.set(ring.subarray(0, first), ring.length - first)
  return larger
}
