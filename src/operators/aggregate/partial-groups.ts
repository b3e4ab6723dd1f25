/** The partials of a task between two flushes. Their number and their size are bounded: what is full leaves. */
import type { Process, StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { StepSchema } from '../step.ts'
import { lengthOf, type PartialStates, textColumns } from './partial-states.ts'
import { type Partial, PartialTable } from './partial-table.ts'
import type { PartialWindows } from './partial-windows.ts'

/** As many as a task at full speed meets in the time between two flushes; more would leave the processor's caches. */
const MAX_PARTIALS = 10_000
/** Characters of keys and states. */
const MAX_TEXT = 2 * 1024 * 1024

export interface PartialGroupsOptions {
  readonly states: PartialStates
  readonly input: StepSchema
  /** How many first columns of a row are its group; null: the key of the record is. */
  readonly groupColumns: number | null
  readonly windows: PartialWindows
  readonly streamTime: () => number
  /**
   * Whether the first record of a group since the last flush leaves as it came, unless several came when the group was there last. For states that take
   * much memory: those of groups that hardly come again would spare no record, and live long enough to be moved to where garbage stays long.
   */
  readonly passesFirst: boolean
  readonly emit: Process
}

export class PartialGroups {
  readonly #states: PartialStates
  readonly #windows: PartialWindows
  readonly #passesFirst: boolean
  readonly #streamTime: () => number
  readonly #emit: Process
  readonly #table: PartialTable
  /** In the order in which they came. */
  readonly #pending: Partial[] = []
  readonly #groupColumns: number | null
  /** NULLs in the place of a record's columns, behind those of the group where they are in the row. */
  readonly #noRecord: Row
  readonly #textKeys: readonly number[]
  #text = 0
  #period = 0
  #closesAt = Number.POSITIVE_INFINITY
  #heldTime = Number.POSITIVE_INFINITY

  constructor({ states, input, groupColumns, windows, streamTime, passesFirst, emit }: PartialGroupsOptions) {
    this.#states = states
    this.#windows = windows
    this.#passesFirst = passesFirst
    this.#streamTime = streamTime
    this.#emit = emit
    const group = groupColumns === null ? input.key : input.value.slice(0, groupColumns)
    this.#table = new PartialTable(group)
    this.#groupColumns = groupColumns
    this.#noRecord = new Array(input.value.length - (groupColumns ?? 0)).fill(null)
    this.#textKeys = textColumns(group.map(({ type }) => type))
  }

  /** The stream time that closes a window of one of them; Infinity: there are none. */
  get closesAt(): number {
    return this.#closesAt
  }

  /** Stream time when the first of them came; Infinity: there are none. */
  get heldTime(): number {
    return this.#heldTime
  }

  /** Adds a record with a value, and with a key where that is its group. Whether it is the first of a partial, or leaves as it came. */
  add(record: StreamRecord): boolean {
    const { key, value, timestamp } = record
    if (this.#table.size >= MAX_PARTIALS || this.#text >= MAX_TEXT) this.#clear()
    const group = this.#groupColumns === null ? key! : value!
    const partial = this.#table.find(group, this.#windows.paneOf(timestamp))
    if (this.#passesFirst && this.#passes(partial)) {
      this.#emit(record)
      return true
    }
    const isNew = !partial.isPending || this.#isOtherSession(partial, timestamp)
    if (isNew) this.#begin(partial, timestamp)
    else this.#extend(partial, timestamp)
    this.#text += this.#states.add(partial.states, value!)
    return isNew
  }

  /** Counts a record of the group. Returns whether it leaves as it came. */
  #passes(partial: Partial): boolean {
    if (partial.period === this.#period) {
      partial.records++
      return false
    }
    if (partial.records === 0) this.#countKey(partial)
    const cameOnce = partial.records <= 1
    partial.period = this.#period
    partial.records = 1
    return cameOnce
  }

  #countKey({ key }: Partial): void {
    for (const i of this.#textKeys) this.#text += lengthOf(key[i]!)
  }

  /** In the order in which they came first. */
  flush(): void {
    this.#period++
    if (this.#pending.length === 0) return
    for (const partial of this.#pending) {
      this.#leave(partial)
      partial.isPending = false
    }
    this.#pending.length = 0
    this.#closesAt = Number.POSITIVE_INFINITY
    this.#heldTime = Number.POSITIVE_INFINITY
  }

  #clear(): void {
    this.flush()
    this.#table.clear()
    this.#text = 0
  }

  /** Whether the time is in a session of its own. That of the partial then leaves: it is not likely to grow. */
  #isOtherSession({ start, end }: Partial, timestamp: number): boolean {
    const { gapMs } = this.#windows
    return gapMs !== null && (timestamp < start - gapMs || timestamp > end + gapMs)
  }

  #begin(partial: Partial, timestamp: number): void {
    if (partial.isPending) this.#leave(partial)
    else {
      if (this.#pending.length === 0) this.#heldTime = this.#streamTime()
      this.#pending.push(partial)
      partial.isPending = true
      this.#countKey(partial)
    }
    this.#states.reset(partial.states)
    partial.start = timestamp
    partial.end = timestamp
    this.#noteCloses(timestamp)
  }

  #extend(partial: Partial, timestamp: number): void {
    if (timestamp > partial.end) partial.end = timestamp
    if (timestamp >= partial.start) return
    partial.start = timestamp
    this.#noteCloses(timestamp)
  }

  #noteCloses(timestamp: number): void {
    const closesAt = this.#windows.closesAt(timestamp)
    if (closesAt < this.#closesAt) this.#closesAt = closesAt
  }

  #leave({ key, states, start, end }: Partial): void {
    const group = this.#groupColumns === null ? [] : key
    const value = [...group, ...this.#noRecord, ...this.#states.take(states)]
    if (this.#windows.gapMs !== null) value.push(start)
    this.#emit({ key, window: null, value, oldValue: null, timestamp: end, headers: null })
  }
}
