/** The partials of a task between two flushes, by pane and group. Their number and their size are bounded: what is full leaves. */
import { keyCodec } from '../../state/key.ts'
import type { StoreKey } from '../../state/store.ts'
import type { Process } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { KeyedRecord } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import type { AggregateCall } from './aggregate-call.ts'
import { type AggregateFunctions, compileAggregateFunctions } from './aggregate-functions.ts'
import type { PartialWindows } from './partial-windows.ts'

/** As many as a task at full speed meets in the time between two flushes; more would leave the processor's caches. */
const MAX_PARTIALS = 10_000
/** Characters of keys and states. */
const MAX_TEXT = 2 * 1024 * 1024

interface Partial {
  key: Row
  /** The row of its only record; null: it has several. */
  row: Row | null
  states: Row
  /** Earliest and latest time of its records, epoch ms. */
  start: number
  end: number
}

type Pane = Map<StoreKey, Partial>

export interface PartialGroupsOptions {
  readonly functions: readonly AggregateCall[]
  readonly input: StepSchema
  readonly windows: PartialWindows
  readonly context: OperatorContext
  readonly emit: Process
}

export class PartialGroups {
  readonly #aggregation: AggregateFunctions
  readonly #encode: (key: Row) => StoreKey
  readonly #windows: PartialWindows
  readonly #streamTime: () => number
  readonly #emit: Process
  /** NULLs in the place of a record's columns. */
  readonly #noRecord: Row
  /** States that may be long texts. */
  readonly #texts: readonly number[]
  readonly #panes = new Map<number, Pane>()
  /** The pane that was looked up last: neighbouring records mostly share one. */
  #lastStart = Number.NaN
  #last: Pane = new Map()
  #size = 0
  #text = 0
  #closesAt = Number.POSITIVE_INFINITY
  #heldTime = Number.POSITIVE_INFINITY

  constructor({ functions, input, windows, context, emit }: PartialGroupsOptions) {
    this.#aggregation = compileAggregateFunctions(functions, context)
    this.#encode = keyCodec(input.key.map(({ type }) => type)).encode
    this.#windows = windows
    this.#streamTime = context.streamTime
    this.#emit = emit
    this.#noRecord = new Array(input.value.length).fill(null)
    this.#texts = functions.flatMap(({ stateType: { kind } }, i) => (kind === 'STRING' || kind === 'BYTES' ? [i] : []))
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
  add(record: KeyedRecord): boolean {
    const { key, timestamp } = record
    const pane = this.#paneAt(this.#windows.paneOf(timestamp))
    const groupKey = this.#encode(key)
    const partial = pane.get(groupKey)
    if (partial === undefined) {
      pane.set(groupKey, { key, row: record.value, states: NO_STATES, start: timestamp, end: timestamp })
      this.#noteNew(timestamp, typeof groupKey === 'string' ? groupKey.length : 0)
      return true
    }
    const { gapMs } = this.#windows
    if (gapMs !== null && (timestamp < partial.start - gapMs || timestamp > partial.end + gapMs)) {
      // A session of the key of its own, and the other one is not likely to grow.
      this.#leave(partial)
      partial.row = record.value
      partial.start = timestamp
      partial.end = timestamp
      this.#noteCloses(timestamp)
      return true
    }
    this.#merge(partial, record.value!)
    if (timestamp < partial.start) {
      partial.start = timestamp
      this.#noteCloses(timestamp)
    }
    if (timestamp > partial.end) partial.end = timestamp
    return false
  }

  /** In the order in which the panes, and in them the groups, came first. */
  flush(): void {
    if (this.#size === 0) return
    for (const pane of this.#panes.values()) for (const partial of pane.values()) this.#leave(partial)
    this.#panes.clear()
    this.#lastStart = Number.NaN
    this.#size = 0
    this.#text = 0
    this.#closesAt = Number.POSITIVE_INFINITY
    this.#heldTime = Number.POSITIVE_INFINITY
  }

  #paneAt(start: number): Pane {
    if (this.#size >= MAX_PARTIALS || this.#text >= MAX_TEXT) this.flush()
    if (start === this.#lastStart) return this.#last
    let pane = this.#panes.get(start)
    if (pane === undefined) {
      pane = new Map()
      this.#panes.set(start, pane)
    }
    this.#lastStart = start
    this.#last = pane
    return pane
  }

  #noteNew(timestamp: number, keyLength: number): void {
    if (this.#size++ === 0) this.#heldTime = this.#streamTime()
    this.#text += keyLength
    this.#noteCloses(timestamp)
  }

  #noteCloses(timestamp: number): void {
    const closesAt = this.#windows.closesAt(timestamp)
    if (closesAt < this.#closesAt) this.#closesAt = closesAt
  }

  #merge(partial: Partial, row: Row): void {
    if (partial.row !== null) {
      partial.states = this.#aggregation.initialize()
      this.#aggregation.add(partial.states, partial.row)
      partial.row = null
    }
    this.#aggregation.add(partial.states, row)
    for (const i of this.#texts) this.#text += (partial.states[i] as string | Uint8Array | null)?.length ?? 0
  }

  #leave({ key, row, states, start, end }: Partial): void {
    this.#emit({
      key,
      window: null,
      value: row ?? this.#rowOf(states, start),
      oldValue: null,
      timestamp: end,
      headers: null,
    })
  }

  #rowOf(states: Row, start: number): Row {
    return this.#windows.gapMs === null ? [...this.#noRecord, ...states] : [...this.#noRecord, ...states, start]
  }
}

const NO_STATES: Row = []
