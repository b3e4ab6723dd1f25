/**
 * The inputs of a task that has several: records, decoded or as bytes, wait here until it is certain that none with a lower timestamp is still to come
 * from the others, as far as the broker has told. The lowest timestamp is next; among equal ones tables go before streams, so that a
 * row is there for the record that came with it. Source: Kafka Streams' PartitionGroup, KIP-353, KIP-695.
 */
import type { Clock } from '../../clock.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { Pace } from '../pace.ts'
import { KeptBytes } from './kept-bytes.ts'
import type { RecordCursor } from './record-cursor.ts'
import { isWatermark } from './watermark.ts'

export interface GroupOptions {
  readonly clock: Clock
  /** From this many waiting records on an input takes no more (`buffered.records.per.partition`). */
  readonly maxBuffered: number
  /**
   * How long to wait for new records of an input that is caught up, ms (`max.task.idle.ms`). For records that the broker is known to have
   * the wait has no limit. Negative: no waiting at all.
   */
  readonly maxIdleMs: number
  readonly pace: Pace
}

/** An input as the group sees it. */
export interface GroupInput {
  /** Whether its rows are looked up by records of the others: it goes before them where timestamps are equal. */
  readonly isTable: boolean
  /**
   * Whether a record that goes before one with `timestamp` is known, or has to be expected: it is on the broker and not fetched, or a task
   * upstream has not come as far.
   */
  mayPrecede(timestamp: number): boolean
  /** Whether the record at `offset` may be taken now. While a task repeats earlier work, later records must wait. */
  mayTake(offset: number): boolean
  process(record: StreamRecord, offset: number): void
  /** Processes a record that was kept as bytes. */
  processBytes(cursor: RecordCursor): void
  /** Called when there is room again after `add` has returned false. */
  onRoom(): void
}

export class PartitionGroup {
  readonly #options: GroupOptions
  readonly #queues: readonly InputQueue[]
  /** Wall-clock time since when records wait for an input that has none; null: they do not. */
  #emptySince: number | null = null

  constructor(inputs: readonly GroupInput[], options: GroupOptions) {
    this.#options = options
    this.#queues = inputs.map((input) => new InputQueue(input))
  }

  /** Puts a record behind those of its input. False: the input is full, and should receive no more than it must. */
  add(index: number, record: StreamRecord, offset: number): boolean {
    const queue = this.#queues[index]!
    queue.push(record, record.timestamp, offset)
    return this.#hasRoom(queue)
  }

  /** The same for a record of an internal topic, whose bytes are copied. */
  addBytes(index: number, cursor: RecordCursor): boolean {
    const queue = this.#queues[index]!
    queue.pushBytes(cursor)
    return this.#hasRoom(queue)
  }

  #hasRoom(queue: InputQueue): boolean {
    queue.isFull = queue.size >= this.#options.maxBuffered
    return !queue.isFull
  }

  /** Offset of the first record that waits, or -1. */
  headOffset(index: number): number {
    return this.#queues[index]!.headOffset
  }

  get size(): number {
    return this.#queues.reduce((sum, { size }) => sum + size, 0)
  }

  /** Processes what may be processed. After a slow record the others wait for the next run. */
  run(): void {
    const { pace } = this.#options
    const before = pace.slowEvaluations
    for (let queue = this.#next(); queue !== null && pace.slowEvaluations === before; queue = this.#next()) {
      queue.takeFirst()
      if (queue.isFull && queue.size <= this.#options.maxBuffered / 2) {
        queue.isFull = false
        queue.input.onRoom()
      }
    }
  }

  #next(): InputQueue | null {
    let first: InputQueue | null = null
    let isEmpty = false
    for (const queue of this.#queues) {
      if (queue.size === 0) isEmpty = true
      else if (queue.input.mayTake(queue.headOffset)) {
        if (first === null || queue.isBefore(first)) first = queue
      }
    }
    if (first === null) return null
    const { headTimestamp } = first
    if (!isEmpty || isWatermark(headTimestamp)) return first
    return this.#mayContinue(this.#isMissing(headTimestamp), isEmpty) ? first : null
  }

  /** Whether an input without records may still have one that goes before that time. */
  #isMissing(timestamp: number): boolean {
    return this.#queues.some(({ size, input }) => size === 0 && input.mayPrecede(timestamp))
  }

  #mayContinue(isMissing: boolean, isEmpty: boolean): boolean {
    const { maxIdleMs, clock } = this.#options
    if (maxIdleMs < 0) return true
    if (!isMissing && (!isEmpty || maxIdleMs === 0)) {
      this.#emptySince = null
      return true
    }
    if (isMissing) return false
    const now = clock.now()
    this.#emptySince ??= now
    return now - this.#emptySince >= maxIdleMs
  }
}

/** A power of two. */
const INITIAL_ROOM = 256

/** First in, first out, in a ring: the same places are used again, so that a record that comes and goes leaves nothing to collect. */
class InputQueue {
  readonly input: GroupInput
  isFull = false
  size = 0
  /** Null: the record is among those that are kept as bytes. */
  #records: (StreamRecord | null)[] = new Array(INITIAL_ROOM).fill(null)
  #offsets = new Float64Array(INITIAL_ROOM)
  #timestamps = new Float64Array(INITIAL_ROOM)
  /** Made for the first of them. */
  #bytes: KeptBytes | null = null
  #head = 0

  constructor(input: GroupInput) {
    this.input = input
  }

  get headOffset(): number {
    return this.size === 0 ? -1 : this.#offsets[this.#head]!
  }

  /** The first record's. */
  get headTimestamp(): number {
    return this.#timestamps[this.#head]!
  }

  isBefore(other: InputQueue): boolean {
    const own = this.headTimestamp
    const others = other.headTimestamp
    return own < others || (own === others && this.input.isTable && !other.input.isTable)
  }

  push(record: StreamRecord | null, timestamp: number, offset: number): void {
    if (this.size === this.#offsets.length) this.#grow()
    const place = (this.#head + this.size) & (this.#offsets.length - 1)
    this.#records[place] = record
    this.#offsets[place] = offset
    this.#timestamps[place] = timestamp
    this.size++
  }

  pushBytes(cursor: RecordCursor): void {
    this.#bytes ??= new KeptBytes()
    this.#bytes.add(cursor)
    this.push(null, cursor.timestamp, cursor.offset)
  }

  takeFirst(): void {
    const place = this.#head
    const record = this.#records[place]!
    this.#records[place] = null
    this.#head = (place + 1) & (this.#offsets.length - 1)
    this.size--
    if (record !== null) this.input.process(record, this.#offsets[place]!)
    else this.input.processBytes(this.#bytes!.take(this.#offsets[place]!, this.#timestamps[place]!))
  }

  #grow(): void {
    const room = this.#offsets.length
    const [records, offsets, timestamps] = [this.#records, this.#offsets, this.#timestamps]
    this.#records = new Array(2 * room).fill(null)
    this.#offsets = new Float64Array(2 * room)
    this.#timestamps = new Float64Array(2 * room)
    for (let i = 0; i < room; i++) {
      const from = (this.#head + i) & (room - 1)
      this.#records[i] = records[from]!
      this.#offsets[i] = offsets[from]!
      this.#timestamps[i] = timestamps[from]!
    }
    this.#head = 0
  }
}
