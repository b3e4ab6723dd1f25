/**
 * Task inputs that read the same source of one topic partition: each record is read once, decoding the union of the columns that they
 * need, the filters' columns first; columns behind them are decoded only if some filter lets the record pass.
 */
import { columnsOf, mapColumns } from '../expressions/inspect.ts'
import { compilePredicate } from '../operators/evaluate.ts'
import type { SourceColumn, SourceStep } from '../operators/step.ts'
import type { Header, StreamRecord } from '../types/record.ts'
import type { Row } from '../types/value.ts'
import type { RecordCursor } from './record-cursor.ts'
import { SourceReader } from './source-reader.ts'
import type { TaskInput } from './task.ts'

/** Where the records of one input go. `deliver` may process a record at once (then the cursor's bytes are there) or keep it. */
export interface Subscription {
  readonly input: TaskInput
  readonly deliver: (record: StreamRecord, offset: number, cursor: RecordCursor) => void
  /** Told the time of records that the filter drops; null if nobody in the task looks at stream time. */
  readonly advance: ((timestamp: number) => void) | null
}

export interface SourceGroupOptions {
  readonly partition: number
  readonly headers: (cursor: RecordCursor) => readonly Header[] | null
  /** Whether a record without a valid time stops the query instead of being dropped. */
  readonly failOnBadTime: boolean
}

/** A text that is equal for steps whose records can be read together. */
export function sourceIdentity(step: SourceStep): string {
  const { topic, keyFormat, valueFormat, window, key, value, headers, timestamp } = step
  return JSON.stringify([topic, keyFormat, valueFormat, window, key, value, headers, timestamp])
}

export class SourceGroup {
  readonly #subscribers: readonly Subscriber[]
  readonly #reader: SourceReader
  readonly #matched: boolean[]
  readonly #share: boolean

  /** All `subscriptions` are of sources with one `sourceIdentity`; at least one. */
  constructor(subscriptions: readonly Subscription[], options: SourceGroupOptions) {
    const union = unionStep(subscriptions.map(({ input }) => input.step as SourceStep))
    this.#subscribers = subscriptions.map((subscription) => new Subscriber(subscription, union))
    this.#matched = subscriptions.map(() => false)
    this.#share = subscriptions.length > 1
    this.#reader = new SourceReader({
      step: union,
      partition: options.partition,
      headers: options.headers,
      predicate: this.#subscribers.every(({ matches }) => matches === null) ? null : this.#predicate(),
      predicateColumns: [...new Set(this.#subscribers.flatMap(({ filterColumns }) => filterColumns))],
      needsKey: subscriptions.some(({ input }) => input.needsKey),
      onError: (target, { message, causes }, bytes) => {
        for (const { input } of subscriptions) {
          input.reportRead({ type: 'deserialization', message, causes, target, bytes }, this.#offset)
        }
      },
      onBadTime: (error) => this.#badTime(error, options.failOnBadTime),
    })
  }

  #offset = -1

  /** Reads the cursor's record and delivers it to the inputs whose filters it passes. */
  read(cursor: RecordCursor): void {
    this.#offset = cursor.offset
    const record = this.#reader.read(cursor)
    if (record === null) {
      if (this.#reader.timestamp >= 0) this.#advanceAll(this.#reader.timestamp)
      return
    }
    const subscribers = this.#subscribers
    for (let i = 0; i < subscribers.length; i++) {
      const subscriber = subscribers[i]!
      if (subscriber.matches !== null && !this.#matches(i, record)) {
        subscriber.subscription.advance?.(record.timestamp)
        continue
      }
      const own = this.#share ? subscriber.pick(record) : record
      subscriber.subscription.deliver(own, cursor.offset, cursor)
    }
  }

  #matches(index: number, { value }: StreamRecord): boolean {
    return value !== null && this.#matched[index]!
  }

  /** True if any filter matches; notes which. A subscriber without a filter takes every record. */
  #predicate(): (row: Row) => boolean {
    const matched = this.#matched
    const subscribers = this.#subscribers
    return (row) => {
      let any = false
      for (let i = 0; i < subscribers.length; i++) {
        const { matches } = subscribers[i]!
        const holds = matches === null || matches(row)
        matched[i] = holds
        if (holds) any = true
      }
      return any
    }
  }

  #advanceAll(timestamp: number): void {
    for (const { subscription } of this.#subscribers) subscription.advance?.(timestamp)
  }

  #badTime(error: unknown, fatal: boolean): void {
    const message = error instanceof Error ? error.message : String(error)
    if (fatal) {
      throw new Error(
        `Fatal user code error in TimestampExtractor callback for record at offset ${this.#offset}: ${message}`,
        { cause: error },
      )
    }
    for (const { subscription } of this.#subscribers) {
      subscription.input.reportRead({ type: 'deserialization', message, causes: [], target: 'value' }, this.#offset)
    }
  }
}

/** One input with its filter and columns in terms of the union row. */
class Subscriber {
  readonly subscription: Subscription
  readonly matches: ((row: Row) => boolean) | null
  readonly filterColumns: readonly number[]
  readonly #columns: readonly number[]
  readonly #isWhole: boolean

  constructor(subscription: Subscription, union: SourceStep) {
    const { step, filter, filterContext } = subscription.input
    this.subscription = subscription
    this.#columns = (step as SourceStep).columns.map((column) => indexOfOrigin(union.columns, column))
    this.#isWhole = this.#columns.length === union.columns.length && this.#columns.every((column, i) => column === i)
    if (filter === null) {
      this.matches = null
      this.filterColumns = []
      return
    }
    const predicate = mapColumns(filter.predicate, (column) => this.#columns[column]!)
    this.matches = compilePredicate({ predicate, text: filter.text }, filterContext)
    this.filterColumns = columnsOf(predicate)
  }

  /** The record with this input's own columns: rows are not shared between queries. */
  pick(record: StreamRecord): StreamRecord {
    const { value } = record
    if (value === null) return record
    const row = this.#isWhole ? value.slice() : this.#columns.map((column) => value[column]!)
    return { ...record, value: row }
  }
}

const indexOfOrigin = (columns: readonly SourceColumn[], { from }: SourceColumn): number => {
  const text = JSON.stringify(from)
  return columns.findIndex((column) => JSON.stringify(column.from) === text)
}

/** A source step with every column that one of the steps has. */
function unionStep(steps: readonly SourceStep[]): SourceStep {
  const [first] = steps
  if (steps.length === 1) return first!
  const columns = new Map(steps.flatMap((step) => step.columns).map((column) => [JSON.stringify(column.from), column]))
  return { ...first!, columns: [...columns.values()] }
}
