/**
 * Task inputs that read the same source of one topic partition: each record is read once, decoding the union of the columns that they
 * need, the filters' columns first; columns behind them are decoded only if some filter lets the record pass. Inputs come and go while
 * the group runs: one more costs its own filter, not those of the others.
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
  readonly #options: SourceGroupOptions
  #subscribers: Subscriber[] = []
  #matched: boolean[] = []
  #columns: SourceColumn[] = []
  /** Null: the inputs have changed since the last record. */
  #reader: SourceReader | null = null
  #offset = -1

  /** All subscriptions are of sources with one `sourceIdentity`. */
  constructor(subscriptions: readonly Subscription[], options: SourceGroupOptions) {
    this.#options = options
    for (const subscription of subscriptions) this.add(subscription)
  }

  get size(): number {
    return this.#subscribers.length
  }

  /** Not while a record is being read. */
  add(subscription: Subscription): void {
    this.#addColumns(subscription)
    this.#subscribers.push(new Subscriber(subscription, this.#columns, () => this.#offset))
    this.#changed()
  }

  /** Not while a record is being read. No effect if it is not there. */
  remove(subscription: Subscription): void {
    this.#subscribers = this.#subscribers.filter((subscriber) => subscriber.subscription !== subscription)
    const rest = this.#subscribers.map((subscriber) => subscriber.subscription)
    if (unionColumns(rest).length < this.#columns.length) {
      this.#columns = []
      for (const other of rest) this.#addColumns(other)
      this.#subscribers = rest.map((other) => new Subscriber(other, this.#columns, () => this.#offset))
    }
    this.#changed()
  }

  /** Reads the cursor's record and delivers it to the inputs whose filters it passes; at least one input is there. */
  read(cursor: RecordCursor): void {
    this.#offset = cursor.offset
    const reader = (this.#reader ??= this.#makeReader())
    const record = reader.read(cursor)
    if (record === null) {
      if (reader.timestamp >= 0) this.#advanceAll(reader.timestamp)
      return
    }
    const subscribers = this.#subscribers
    const isShared = subscribers.length > 1
    for (let i = 0; i < subscribers.length; i++) {
      const subscriber = subscribers[i]!
      if (subscriber.matches !== null && (record.value === null || !this.#matched[i])) {
        subscriber.subscription.advance?.(record.timestamp)
        continue
      }
      subscriber.subscription.deliver(subscriber.pick(record, isShared), cursor.offset, cursor)
    }
  }

  #changed(): void {
    this.#matched = this.#subscribers.map(() => false)
    this.#reader = null
  }

  /** New columns come last, so that what is compiled for the others stays right. */
  #addColumns({ input }: Subscription): void {
    const { columns } = input.step as SourceStep
    this.#columns.push(...columns.filter((column) => indexOfOrigin(this.#columns, column) < 0))
  }

  #makeReader(): SourceReader {
    const { partition, headers, failOnBadTime } = this.#options
    const subscribers = this.#subscribers
    for (const subscriber of subscribers) subscriber.unionWidth = this.#columns.length
    const inputs = subscribers.map(({ subscription }) => subscription.input)
    return new SourceReader({
      step: { ...(inputs[0]!.step as SourceStep), columns: [...this.#columns] },
      partition,
      headers,
      predicate: subscribers.every(({ matches }) => matches === null) ? null : this.#predicate(),
      predicateColumns: [...new Set(subscribers.flatMap(({ filterColumns }) => filterColumns))],
      needsKey: inputs.some(({ needsKey }) => needsKey),
      onError: (target, { message, causes }, bytes) => {
        for (const input of inputs) {
          input.reportRead({ type: 'deserialization', message, causes, target, bytes }, this.#offset)
        }
      },
      onBadTime: (error) => this.#badTime(error, failOnBadTime),
    })
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
  readonly #isPrefix: boolean
  /** Columns of the union row by now. */
  unionWidth: number

  constructor(subscription: Subscription, union: readonly SourceColumn[], offset: () => number) {
    const { step, filter, filterContext } = subscription.input
    this.subscription = subscription
    this.#columns = (step as SourceStep).columns.map((column) => indexOfOrigin(union, column))
    this.#isPrefix = this.#columns.every((column, i) => column === i)
    this.unionWidth = union.length
    if (filter === null) {
      this.matches = null
      this.filterColumns = []
      return
    }
    const predicate = mapColumns(filter.predicate, (column) => this.#columns[column]!)
    this.matches = compilePredicate({ predicate, text: filter.text }, filterContext(offset))
    this.filterColumns = columnsOf(predicate)
  }

  /** The record with this input's own columns: rows are not shared between queries. */
  pick(record: StreamRecord, isShared: boolean): StreamRecord {
    const { value } = record
    const columns = this.#columns
    if (value === null || (!isShared && this.#isPrefix && columns.length === this.unionWidth)) return record
    const row: Row = new Array(columns.length)
    for (let i = 0; i < columns.length; i++) row[i] = value[columns[i]!]!
    return { ...record, value: row }
  }
}

const indexOfOrigin = (columns: readonly SourceColumn[], { from }: SourceColumn): number => {
  const text = originText(from)
  return columns.findIndex((column) => originText(column.from) === text)
}

const originText = (from: SourceColumn['from']): string =>
  from.part === 'system' ? `system ${from.name}` : `${from.part} ${from.index}`

const unionColumns = (subscriptions: readonly Subscription[]): readonly string[] => [
  ...new Set(
    subscriptions.flatMap(({ input }) => (input.step as SourceStep).columns.map(({ from }) => originText(from))),
  ),
]
