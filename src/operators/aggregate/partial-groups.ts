/** The partials of a task between two flushes. Their number and their size are bounded: what is full leaves. */
import type { Process } from '../../types/record.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { KeyedRecord } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import type { AggregateCall } from './aggregate-call.ts'
import { type AggregateFunctions, compileAggregateFunctions } from './aggregate-functions.ts'
import { type Partial, PartialTable } from './partial-table.ts'
import type { PartialWindows } from './partial-windows.ts'

/** As many as a task at full speed meets in the time between two flushes; more would leave the processor's caches. */
const MAX_PARTIALS = 10_000
/** Characters of keys and states. */
const MAX_TEXT = 2 * 1024 * 1024

export interface PartialGroupsOptions {
  readonly functions: readonly AggregateCall[]
  readonly input: StepSchema
  readonly windows: PartialWindows
  readonly context: OperatorContext
  readonly emit: Process
}

export class PartialGroups {
  readonly #aggregation: AggregateFunctions
  readonly #windows: PartialWindows
  readonly #streamTime: () => number
  readonly #emit: Process
  readonly #table: PartialTable
  /** In the order in which they came. */
  readonly #pending: Partial[] = []
  /** NULLs in the place of a record's columns. */
  readonly #noRecord: Row
  /** States that may be long texts. */
  readonly #textStates: readonly number[]
  readonly #textKeys: readonly number[]
  #text = 0
  #closesAt = Number.POSITIVE_INFINITY
  #heldTime = Number.POSITIVE_INFINITY

  constructor({ functions, input, windows, context, emit }: PartialGroupsOptions) {
    this.#aggregation = compileAggregateFunctions(functions, context)
    this.#windows = windows
    this.#streamTime = context.streamTime
    this.#emit = emit
    this.#table = new PartialTable(input.key)
    this.#noRecord = new Array(input.value.length).fill(null)
    this.#textStates = textColumns(functions.map(({ stateType }) => stateType))
    this.#textKeys = textColumns(input.key.map(({ type }) => type))
  }

  /** The stream time that closes a window of one of them; Infinity: there are none. */
  get closesAt(): number {
    return this.#closesAt
  }

  /** Stream time when the first of them came; Infinity: there are none. */
  get heldTime(): number {
    return this.#heldTime
  }

  /** Whether it is the first record of a partial. */
  add({ key, value, timestamp }: KeyedRecord): boolean {
    if (this.#table.size >= MAX_PARTIALS || this.#text >= MAX_TEXT) this.#clear()
    const partial = this.#table.find(key, this.#windows.paneOf(timestamp))
    const isNew = !partial.isPending || this.#isOtherSession(partial, timestamp)
    if (isNew) this.#begin(partial, timestamp)
    else this.#extend(partial, timestamp)
    this.#aggregation.add(partial.states, value!)
    for (const i of this.#textStates) this.#text += lengthOf(partial.states[i]!)
    return isNew
  }

  /** In the order in which they came first. */
  flush(): void {
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
      for (const i of this.#textKeys) this.#text += lengthOf(partial.key[i]!)
    }
    this.#aggregation.reset(partial.states)
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
    const value = [...this.#noRecord, ...states]
    if (this.#windows.gapMs !== null) value.push(start)
    this.#emit({ key, window: null, value, oldValue: null, timestamp: end, headers: null })
  }
}

const textColumns = (types: readonly SqlType[]): number[] =>
  types.flatMap(({ kind }, i) => (kind === 'STRING' || kind === 'BYTES' ? [i] : []))

const lengthOf = (value: Value): number => (value as string | Uint8Array | null)?.length ?? 0
