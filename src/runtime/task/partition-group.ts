/**
 * The inputs of a task that has several: decoded records wait here until it is certain that none with a lower timestamp is still to come
 * from the others, as far as the broker has told. The lowest timestamp is next; among equal ones tables go before streams, so that a
 * row is there for the record that came with it. Source: Kafka Streams' PartitionGroup, KIP-353, KIP-695.
 */
import type { Clock } from '../../clock.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { Pace } from '../pace.ts'
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
    queue.push(record, offset)
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
    const isMissing = this.#queues.some(({ size, input }) => size === 0 && input.mayPrecede(headTimestamp))
    return this.#mayContinue(isMissing, isEmpty) ? first : null
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

const COMPACT_AT = 1024

/** First in, first out, without a shift per record. */
class InputQueue {
  readonly input: GroupInput
  isFull = false
  #records: StreamRecord[] = []
  #offsets: number[] = []
  #head = 0

  constructor(input: GroupInput) {
    this.input = input
  }

  get size(): number {
    return this.#records.length - this.#head
  }

  get headOffset(): number {
    return this.#offsets[this.#head] ?? -1
  }

  /** The first record's. */
  get headTimestamp(): number {
    return this.#records[this.#head]!.timestamp
  }

  isBefore(other: InputQueue): boolean {
    const own = this.headTimestamp
    const others = other.headTimestamp
    return own < others || (own === others && this.input.isTable && !other.input.isTable)
  }

  push(record: StreamRecord, offset: number): void {
    this.#records.push(record)
    this.#offsets.push(offset)
  }

  takeFirst(): void {
    const record = this.#records[this.#head]!
    const offset = this.#offsets[this.#head]!
    this.#head++
    if (this.#head === this.#records.length) {
      this.#records = []
      this.#offsets = []
      this.#head = 0
    } else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#records.length) {
      this.#records = this.#records.slice(this.#head)
      this.#offsets = this.#offsets.slice(this.#head)
      this.#head = 0
    }
    this.input.process(record, offset)
  }
}
