/**
 * Task inputs that read the same source of one topic partition: each record is read once, decoding the union of the columns that they
 * need, the filters' columns first; columns behind them are decoded only if some filter lets the record pass. Inputs come and go while
 * the group runs: one more costs its own filter, not those of the others.
 */

import { columnsOf, mapColumns } from '../../expressions/inspect.ts'
import { messageOf } from '../../expressions/message-of.ts'
import { compilePredicate } from '../../operators/evaluate.ts'
import type { OperatorContext } from '../../operators/operator.ts'
import type { FilterStep } from '../../operators/stateless/filter.ts'
import type { SourceColumn, SourceStep } from '../../operators/step.ts'
import type { Header, StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { ReadFault } from './bad-records.ts'
import { FilterIndex, type IndexedFilter } from './filter-index.ts'
import type { RecordCursor } from './record-cursor.ts'
import { SourceReader } from './source-reader.ts'
import type { TaskInput } from './task.ts'

/** Where the records of one input go. `deliver` may process a record at once (then the cursor's bytes are there) or keep it. */
export interface Subscription {
  readonly input: TaskInput
  /** Before the input's filter is asked: what the thread does now it does for this input. */
  readonly enter: () => void
  readonly deliver: (record: StreamRecord, offset: number, cursor: RecordCursor) => void
  /** Told of a record that the input cannot read. The cursor's bytes are there as long as the call lasts. */
  readonly refuse: (fault: ReadFault, cursor: RecordCursor) => void
  /** Told the time of records that the filter drops; null if nobody in the task looks at stream time. */
  readonly advance: ((timestamp: number) => void) | null
}

export interface SourceGroupOptions {
  readonly partition: number
  readonly headers: (cursor: RecordCursor) => readonly Header[] | null
}

/** A text that is equal for steps whose records can be read together. */
export function sourceIdentity(step: SourceStep): string {
  const { topic, keyFormat, valueFormat, window, key, value, headers, timestamp } = step
  return JSON.stringify([topic, keyFormat, valueFormat, window, key, value, headers, timestamp])
}

export class SourceGroup {
  readonly #options: SourceGroupOptions
  #subscribers: Subscriber[] = []
  /** The union, new ones last, so that what is compiled for the others stays right. */
  #columns: SourceColumn[] = []
  /** How many inputs need each column. */
  readonly #needs = new Map<string, number>()
  /** Null: the inputs have changed since the last record. */
  #reading: Reading | null = null
  /** Of the record that is being read. */
  #cursor: RecordCursor | null = null
  /** The record could not be read with the columns of all inputs. */
  #isRefused = false

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
    const { columns } = subscription.input.step as SourceStep
    for (const column of columns) {
      const origin = originText(column.from)
      const needs = this.#needs.get(origin) ?? 0
      if (needs === 0) this.#columns.push(column)
      this.#needs.set(origin, needs + 1)
    }
    this.#subscribers.push(this.#subscriber(subscription))
    this.#reading = null
  }

  /** Not while a record is being read. No effect if it is not there. */
  remove(subscription: Subscription): void {
    const index = this.#subscribers.findIndex((subscriber) => subscriber.subscription === subscription)
    if (index < 0) return
    this.#subscribers.splice(index, 1)
    this.#reading = null
    const { columns } = subscription.input.step as SourceStep
    const unused = new Set(columns.map(({ from }) => originText(from)).filter((origin) => this.#unneed(origin) === 0))
    if (unused.size > 0) this.#forgetColumns(unused)
  }

  /** Reads the cursor's record and delivers it to the inputs whose filters it passes; at least one input is there. */
  read(cursor: RecordCursor): void {
    this.#cursor = cursor
    const { reader, single, unfiltered, filters, advancing } = (this.#reading ??= this.#makeReading())
    this.#isRefused = false
    const record = reader.read(cursor)
    if (this.#isRefused) {
      this.#readAlone(cursor)
      return
    }
    const { timestamp } = reader
    if (timestamp >= 0) for (let i = 0; i < advancing.length; i++) advancing[i]!.subscription.advance!(timestamp)
    if (record === null) return
    if (single !== null) {
      if (record.value !== null || single.filter === null) single.deliver(record, cursor, false)
      return
    }
    for (let i = 0; i < unfiltered.length; i++) unfiltered[i]!.deliver(record, cursor, true)
    if (record.value === null) return
    const { matched } = filters
    for (let i = 0; i < matched.length; i++) matched[i]!.deliver(record, cursor, true)
  }

  /** A fault in a column that one input needs is nothing to the others: each reads the record by itself. */
  #readAlone(cursor: RecordCursor): void {
    for (const subscriber of this.#subscribers) subscriber.alone(this.#options).read(cursor)
  }

  #unneed(origin: string): number {
    const left = this.#needs.get(origin)! - 1
    if (left === 0) this.#needs.delete(origin)
    else this.#needs.set(origin, left)
    return left
  }

  /** The others' filters are compiled anew, as the columns move. */
  #forgetColumns(unused: ReadonlySet<string>): void {
    this.#columns = this.#columns.filter(({ from }) => !unused.has(originText(from)))
    this.#subscribers = this.#subscribers.map(({ subscription }) => this.#subscriber(subscription))
  }

  #subscriber(subscription: Subscription): Subscriber {
    return new Subscriber(subscription, this.#columns, () => this.#cursor?.offset ?? -1)
  }

  #makeReading(): Reading {
    const { partition, headers } = this.#options
    const subscribers = this.#subscribers
    for (const subscriber of subscribers) subscriber.unionWidth = this.#columns.length
    const inputs = subscribers.map(({ subscription }) => subscription.input)
    const unfiltered = subscribers.filter(({ filter }) => filter === null)
    const filtered = subscribers.filter((subscriber): subscriber is FilteredSubscriber => subscriber.filter !== null)
    const filters = new FilterIndex(filtered.map((subscriber) => subscriber.filter))
    const single = subscribers.length === 1 ? subscribers[0]! : null
    const reader = new SourceReader({
      step: { ...(inputs[0]!.step as SourceStep), columns: [...this.#columns] },
      partition,
      headers,
      predicate: predicateOf(single, unfiltered, filters),
      predicateColumns: [...new Set(filtered.flatMap(({ filter }) => columnsOf(filter.predicate)))],
      needsKey: inputs.some(({ needsKey }) => needsKey),
      dropsNulls: unfiltered.length === 0,
      onError: (target, { message, causes }, bytes) => {
        if (single === null) this.#isRefused = true
        else single.subscription.refuse({ message, causes, target, bytes }, this.#cursor!)
      },
      onBadTime: (error) => this.#badTime(error),
    })
    const advancing = subscribers.filter(({ subscription }) => subscription.advance !== null)
    return { reader, single, unfiltered, filters, advancing }
  }

  #badTime(error: unknown): void {
    const message = messageOf(error)
    for (const { subscription } of this.#subscribers) {
      subscription.refuse({ message, causes: [], target: 'value' }, this.#cursor!)
    }
  }
}

/** How records are read for the inputs that are there now. */
interface Reading {
  readonly reader: SourceReader
  /** The only input, which needs no distribution. */
  readonly single: Subscriber | null
  readonly unfiltered: readonly Subscriber[]
  readonly filters: FilterIndex<SubscriberFilter>
  /** Those that look at stream time. */
  readonly advancing: readonly Subscriber[]
}

/** What a record must pass to be decoded whole; null: there is an input that takes every record. */
function predicateOf(
  single: Subscriber | null,
  unfiltered: readonly Subscriber[],
  filters: FilterIndex<SubscriberFilter>,
): ((row: Row) => boolean) | null {
  if (single !== null) return single.filter?.matches ?? null
  if (filters.isEmpty) return null
  return (row) => filters.match(row) || unfiltered.length > 0
}

interface SubscriberFilter extends IndexedFilter {
  deliver(record: StreamRecord, cursor: RecordCursor, isShared: boolean): void
}

type FilteredSubscriber = Subscriber & { readonly filter: SubscriberFilter }

/** One input with its filter and columns in terms of the union row. */
class Subscriber {
  readonly subscription: Subscription
  readonly filter: SubscriberFilter | null
  /** Columns of the union row by now. */
  unionWidth: number
  readonly #columns: readonly number[]
  readonly #isPrefix: boolean
  #alone: SourceGroup | null = null

  constructor(subscription: Subscription, union: readonly SourceColumn[], offset: () => number) {
    const { step, filter, filterContext } = subscription.input
    const positions = new Map(union.map(({ from }, position) => [originText(from), position]))
    this.subscription = subscription
    this.#columns = (step as SourceStep).columns.map(({ from }) => positions.get(originText(from))!)
    this.#isPrefix = this.#columns.every((column, i) => column === i)
    this.unionWidth = union.length
    this.filter = filter === null ? null : this.#filter(filter, filterContext(offset))
  }

  deliver(record: StreamRecord, cursor: RecordCursor, isShared: boolean): void {
    this.subscription.deliver(this.#pick(record, isShared), cursor.offset, cursor)
  }

  /** A group of this input only. */
  alone(options: SourceGroupOptions): SourceGroup {
    return (this.#alone ??= new SourceGroup([this.subscription], options))
  }

  #filter(filter: FilterStep, context: OperatorContext): SubscriberFilter {
    const predicate = mapColumns(filter.predicate, (column) => this.#columns[column]!)
    const matches = compilePredicate({ predicate, text: filter.text }, context)
    const { enter } = this.subscription
    return {
      predicate,
      matches: (row) => {
        enter()
        return matches(row)
      },
      deliver: (record, cursor, isShared) => this.deliver(record, cursor, isShared),
    }
  }

  /** The record with this input's own columns: rows are not shared between queries. */
  #pick(record: StreamRecord, isShared: boolean): StreamRecord {
    const { value } = record
    const columns = this.#columns
    if (value === null || (!isShared && this.#isPrefix && columns.length === this.unionWidth)) return record
    const row: Row = new Array(columns.length)
    for (let i = 0; i < columns.length; i++) row[i] = value[columns[i]!]!
    return { ...record, value: row }
  }
}

const originText = (from: SourceColumn['from']): string =>
  from.part === 'system' ? `system ${from.name}` : `${from.part} ${from.index}`
