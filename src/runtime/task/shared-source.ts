/**
 * A source of one topic partition that several task inputs share: each record is read once, decoding the union of the columns that they
 * need, the filters' columns first; the other columns are decoded only if some filter lets the record pass. Inputs come and go while
 * records are read: one more costs its own filter, not those of the others.
 */

import { messageOf } from '../../errors.ts'
import { columnsOf, mapColumns } from '../../expressions/inspect.ts'
import type { OperatorContext } from '../../operators/operator-context.ts'
import { compileFilter, type FilterStep, filterExpressions } from '../../operators/stateless/filter.ts'
import type { SourceColumn, SourceStep } from '../../operators/step.ts'
import type { WriterSchemas } from '../../serde/format.ts'
import type { Header, StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { ReadFault } from './bad-records.ts'
import { FilterIndex, type IndexedFilter, isSure } from './filter-index.ts'
import type { TaskPassage } from './passed-columns.ts'
import type { RecordCursor } from './record-cursor.ts'
import { SourceReader } from './source-reader.ts'
import type { TaskEntry } from './task.ts'

/**
 * An input of a task, as readers of its topic partition see it. `takeRecord` may process a record at once or keep it; a cursor and its
 * bytes are valid during a call.
 */
export interface TaskInput {
  readonly entry: TaskEntry
  /** Whether the task looks at stream time that records dropped by the filter advance too. */
  readonly needsStreamTime: boolean
  /** Whether a record is kept beyond the call that delivers it, so that its bytes may be gone when it is processed. */
  readonly keepsRecords: boolean
  /** Called before the input's filter runs: the thread works for this input's query. */
  beginFilter(): void
  /** Takes a record that passed the filter. */
  takeRecord(record: StreamRecord, offset: number, cursor: RecordCursor): void
  /** Takes a record that the input cannot read. */
  takeBadRecord(fault: ReadFault, cursor: RecordCursor): void
  /** Takes the time of the record at `offset`. */
  advanceStreamTime(timestamp: number, offset: number): void
}

export interface SharedSourceOptions {
  readonly partition: number
  readonly headers: (cursor: RecordCursor) => readonly Header[] | null
  /** Schemas that records were written with. */
  readonly writerSchemas: WriterSchemas
  /** Whether all columns are decoded, also those whose bytes the input's task could copy. Default: false. */
  readonly decodesAll?: boolean
}

/** A text that is equal for steps whose records can be read together. */
export function sourceIdentity(step: SourceStep): string {
  const { topic, keyFormat, valueFormat, window, key, value, headers, timestamp } = step
  return JSON.stringify([topic, keyFormat, valueFormat, window, key, value, headers, timestamp])
}

export class SharedSource {
  readonly #options: SharedSourceOptions
  #views = new Map<TaskInput, InputView>()
  /** The union of the columns, new ones last, so that compiled filters stay right. */
  #columns: SourceColumn[] = []
  /** How many inputs need each column. */
  readonly #needs = new Map<string, number>()
  /** Null: the inputs have changed since the last record, by more than a filter. */
  #reading: Reading | null = null
  /** At the record that is being read. */
  #cursor: RecordCursor | null = null
  /** Whether the record cannot be read with the columns of all inputs. */
  #isBad = false

  /** All inputs read sources with one `sourceIdentity`. */
  constructor(inputs: readonly TaskInput[], options: SharedSourceOptions) {
    this.#options = options
    for (const input of inputs) this.add(input)
  }

  get size(): number {
    return this.#views.size
  }

  /** Must not be called while a record is being read. */
  add(input: TaskInput): void {
    const { columns } = input.entry.step as SourceStep
    const width = this.#columns.length
    for (const column of columns) {
      const origin = originText(column.from)
      const needs = this.#needs.get(origin) ?? 0
      if (needs === 0) this.#columns.push(column)
      this.#needs.set(origin, needs + 1)
    }
    const view = this.#viewOf(input)
    this.#views.set(input, view)
    if (this.#columns.length > width || !joins(view, this.#reading)) this.#reading = null
  }

  /** Idempotent. Must not be called while a record is being read. */
  remove(input: TaskInput): void {
    const view = this.#views.get(input)
    if (view === undefined) return
    this.#views.delete(input)
    if (this.#views.size === 1 || !leaves(view, this.#reading)) this.#reading = null
    const { columns } = input.entry.step as SourceStep
    const unused = new Set(columns.map(({ from }) => originText(from)).filter((origin) => this.#unneed(origin) === 0))
    if (unused.size > 0) this.#forgetColumns(unused)
  }

  /**
   * Reads the cursor's record and delivers it to the inputs whose filters it passes; at least one input is there. Throws SchemaNotLoaded
   * before it delivers to any, or after it has delivered to some: the record is then to be read again, and inputs that have it take it once.
   */
  read(cursor: RecordCursor): void {
    this.#cursor = cursor
    const { reader, single, unfiltered, filters, advancing } = (this.#reading ??= this.#makeReading())
    this.#isBad = false
    const record = reader.read(cursor)
    if (this.#isBad) {
      this.#readAlone(cursor)
      return
    }
    const { timestamp } = reader
    if (timestamp >= 0) {
      for (let i = 0; i < advancing.length; i++) advancing[i]!.input.advanceStreamTime(timestamp, cursor.offset)
    }
    if (record === null) return
    if (single !== null) {
      if (record.value !== null || single.filter === null) single.deliver(record, cursor, false)
      return
    }
    for (let i = 0; i < unfiltered.length; i++) unfiltered[i]!.deliver(record, cursor, true)
    if (record.value === null) return
    const { matched } = filters
    for (let i = 0; i < matched.length; i++) matched[i]!.view.deliver(record, cursor, true)
  }

  /** A fault in a column of one input does not concern the others: each input reads the record by itself. */
  #readAlone(cursor: RecordCursor): void {
    for (const view of this.#views.values()) view.alone(this.#options).read(cursor)
  }

  #unneed(origin: string): number {
    const left = this.#needs.get(origin)! - 1
    if (left === 0) this.#needs.delete(origin)
    else this.#needs.set(origin, left)
    return left
  }

  /** Compiles the filters of the others again, as the columns move. */
  #forgetColumns(unused: ReadonlySet<string>): void {
    this.#columns = this.#columns.filter(({ from }) => !unused.has(originText(from)))
    this.#views = new Map([...this.#views.keys()].map((input) => [input, this.#viewOf(input)]))
    this.#reading = null
  }

  #viewOf(input: TaskInput): InputView {
    return new InputView(input, this.#columns, () => this.#cursor?.offset ?? -1)
  }

  #makeReading(): Reading {
    const { partition, headers, writerSchemas, decodesAll = false } = this.#options
    const views = [...this.#views.values()]
    for (const view of views) view.unionWidth = this.#columns.length
    // The reader before this one may have passed values of its last record; this one clears only what it passes itself.
    for (const { input } of views) input.entry.passage?.values.clear()
    const entries = views.map(({ input }) => input.entry)
    const unfiltered = views.filter(({ filter }) => filter === null)
    const filtered = views.filter((view): view is FilteredView => view.filter !== null)
    const filters = new FilterIndex(filtered.map((view) => view.filter))
    const single = views.length === 1 ? views[0]! : null
    const predicateColumns = new Set(filtered.flatMap(({ filter }) => filter.columns))
    const needsKey = entries.some((entry) => entry.needsKey)
    const reader = new SourceReader({
      step: { ...(entries[0]!.step as SourceStep), columns: [...this.#columns] },
      partition,
      headers,
      writerSchemas,
      predicate: predicateOf(single, unfiltered, filters),
      predicateColumns: [...predicateColumns],
      needsKey,
      dropsNulls: unfiltered.length === 0,
      passage: !decodesAll && single?.hasAllColumns === true ? passageOf(single.input) : null,
      onError: (target, { message, causes }, bytes) => {
        if (single === null) this.#isBad = true
        else single.input.takeBadRecord({ message, causes, target, bytes }, this.#cursor!)
      },
      onBadTime: (error) => this.#badTime(error),
    })
    const advancing = views.filter(({ input }) => input.needsStreamTime)
    return { reader, single, unfiltered, filters, advancing, predicateColumns, needsKey }
  }

  #badTime(error: unknown): void {
    const message = messageOf(error)
    for (const input of this.#views.keys()) {
      input.takeBadRecord({ message, causes: [], target: 'value' }, this.#cursor!)
    }
  }
}

const passageOf = ({ entry, keepsRecords }: TaskInput): TaskPassage | null => (keepsRecords ? null : entry.passage)

/** How records are read for the present inputs. */
interface Reading {
  readonly reader: SourceReader
  /** The only input, which gets records without distribution. */
  readonly single: InputView | null
  readonly unfiltered: readonly InputView[]
  readonly filters: FilterIndex<InputFilter>
  /** Inputs whose tasks need the time of dropped records. */
  readonly advancing: readonly InputView[]
  /** What the reader was made for: a filter on other columns, or an input that needs the key, makes another necessary. */
  readonly predicateColumns: ReadonlySet<number>
  readonly needsKey: boolean
}

/** Adds the filter of one more input to the others, where nothing else changes. False: it is not so. */
function joins({ input, filter }: InputView, reading: Reading | null): boolean {
  if (reading === null || reading.single !== null || reading.filters.isEmpty || filter === null) return false
  if (input.needsStreamTime || (input.entry.needsKey && !reading.needsKey)) return false
  if (!filter.columns.every((column) => reading.predicateColumns.has(column))) return false
  input.entry.passage?.values.clear()
  reading.filters.add(filter)
  return true
}

/** Takes the filter of an input away from the others, where nothing else changes. False: it is not so. */
function leaves({ input, filter }: InputView, reading: Reading | null): boolean {
  if (reading === null || reading.single !== null || filter === null || input.needsStreamTime) return false
  reading.filters.remove(filter)
  return !reading.filters.isEmpty
}

/** The condition under which a record is decoded whole; null: some input takes every record. */
function predicateOf(
  single: InputView | null,
  unfiltered: readonly InputView[],
  filters: FilterIndex<InputFilter>,
): ((row: Row) => boolean) | null {
  if (single !== null) return single.filter?.matches ?? null
  if (filters.isEmpty) return null
  return (row) => filters.match(row) || unfiltered.length > 0
}

interface InputFilter extends IndexedFilter {
  /** The columns of the union row that it reads. */
  readonly columns: readonly number[]
  readonly view: InputView
}

type FilteredView = InputView & { readonly filter: InputFilter }

/** An input with its filter and columns in terms of the union row. */
class InputView {
  readonly input: TaskInput
  readonly filter: InputFilter | null
  /** Number of columns of the union row. */
  unionWidth: number
  readonly #columns: readonly number[]
  readonly #isPrefix: boolean
  #alone: SharedSource | null = null

  constructor(input: TaskInput, union: readonly SourceColumn[], offset: () => number) {
    const { step, filter, filterContext } = input.entry
    const positions = new Map(union.map(({ from }, position) => [originText(from), position]))
    this.input = input
    this.#columns = (step as SourceStep).columns.map(({ from }) => positions.get(originText(from))!)
    this.#isPrefix = this.#columns.every((column, i) => column === i)
    this.unionWidth = union.length
    this.filter = filter === null ? null : this.#filter(filter, filterContext(offset))
  }

  /** Whether the union row is the input's own. */
  get hasAllColumns(): boolean {
    return this.#isPrefix && this.#columns.length === this.unionWidth
  }

  deliver(record: StreamRecord, cursor: RecordCursor, isShared: boolean): void {
    this.input.takeRecord(this.#pick(record, isShared), cursor.offset, cursor)
  }

  /** A source for this input only. It passes no values, since the next record may be read together with the others and would find them. */
  alone(options: SharedSourceOptions): SharedSource {
    return (this.#alone ??= new SharedSource([this.input], { ...options, decodesAll: true }))
  }

  #filter(filter: FilterStep, context: OperatorContext): InputFilter {
    const place = (column: number) => this.#columns[column]!
    const predicate = mapColumns(filter.predicate, place)
    const wanted = filter.wanted && { ...filter.wanted, index: place(filter.wanted.index) }
    const mapped = { ...filter, predicate, ...(wanted && { wanted }) }
    // Filters that are found by a value are evaluated only while they are alone: thousands of them need not be compiled.
    let matches = wanted === undefined && isSure(predicate) ? null : compileFilter(mapped, context)
    const { input } = this
    return {
      predicate: wanted === undefined ? predicate : null,
      columns: filterExpressions(mapped).flatMap((expression) => columnsOf(expression)),
      matches: (row) => {
        input.beginFilter()
        matches ??= compileFilter(mapped, context)
        return matches(row)
      },
      view: this,
    }
  }

  /** The record with this input's own columns: rows are not shared between queries. */
  #pick(record: StreamRecord, isShared: boolean): StreamRecord {
    const { value } = record
    const columns = this.#columns
    if (value === null || (!isShared && this.hasAllColumns)) return record
    const row: Row = new Array(columns.length)
    for (let i = 0; i < columns.length; i++) row[i] = value[columns[i]!]!
    return { ...record, value: row }
  }
}

const originText = (from: SourceColumn['from']): string =>
  from.part === 'system' ? `system ${from.name}` : `${from.part} ${from.index}`
