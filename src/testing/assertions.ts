/** The assertions of a test, over what its topics hold. */
import { StatementError } from '../errors.ts'
import type { DataSource } from '../metastore/data-source.ts'
import type { TopicRecord } from '../runtime/task/test-driver.ts'
import type {
  AssertError,
  AssertNullValues,
  AssertRows,
  AssertSource,
  AssertValues,
} from '../sql/ast/test-statements.ts'
import type { Row } from '../types/value.ts'
import { assertSource } from './assert-source.ts'
import { assertedColumns, assertRecord, assertSameRows, expectedRow, pick } from './assert-values.ts'
import { FailedAssertion } from './failed-assertion.ts'
import type { Pipeline } from './pipeline.ts'
import { type MakeReadingDriver, type RowReader, rowReader } from './read-rows.ts'
import type { StatementCatalogue } from './statement-catalogue.ts'

export type Assertion = AssertSource | AssertValues | AssertNullValues | AssertRows | AssertError

export interface AssertionsOptions {
  readonly catalogue: StatementCatalogue
  readonly pipeline: Pipeline
  /** Entries of the processing log so far; grows. */
  readonly errors: readonly string[]
  readonly makeDriver: MakeReadingDriver
}

export class Assertions {
  readonly #options: AssertionsOptions
  readonly #readers = new WeakMap<DataSource, RowReader>()
  /** Records that assertions have read, by topic. */
  readonly #read = new Map<string, number>()
  #errorsRead = 0

  constructor(options: AssertionsOptions) {
    this.#options = options
  }

  /** Throws FailedAssertion, and StatementError for an assertion that means nothing. */
  check(statement: Assertion): void {
    switch (statement.kind) {
      case 'assertStream':
      case 'assertTable':
        assertSource(statement, this.#sourceOf(statement.name), this.#options.catalogue.context)
        return
      case 'assertValues':
      case 'assertNullValues':
        this.#assertRecord(statement)
        return
      case 'assertRows':
        this.#assertRows(statement)
        return
      case 'assertError':
        this.#assertError(statement.part)
        return
    }
  }

  #sourceOf(name: string): DataSource {
    const source = this.#options.catalogue.metastore.sources.get(name)
    if (source === undefined) throw new StatementError(`Exception while preparing statement: ${name} does not exist.`)
    return source
  }

  #assertRecord(statement: AssertValues | AssertNullValues): void {
    const { target } = statement
    const source = this.#sourceOf(target)
    const reader = this.#reader(source)
    const isTombstone = statement.kind === 'assertNullValues'
    const keys = reader.keyColumns
    const names = isTombstone && statement.columns.length === 0 ? keys : statement.columns
    const columns = assertedColumns(names, reader.columns, target)
    const expected = isTombstone ? statement.key : statement.values
    const values = expectedRow(expected, columns, this.#options.catalogue.context)
    const actual = reader.read(this.#nextRecord(source))
    if (actual === null) {
      throw new FailedAssertion(`The record of ${target} cannot be read. ${this.#options.errors.at(-1) ?? ''}`)
    }
    assertRecord(actual, { values, isTombstone }, columns, reader.columns)
  }

  #nextRecord({ topic, name }: DataSource): TopicRecord {
    const records = this.#options.pipeline.records(topic)
    const index = this.#read.get(topic) ?? 0
    const record = records[index]
    if (record === undefined) {
      const count = records.length === 1 ? '1 record' : `${records.length} records`
      throw new FailedAssertion(`Expected another record in ${name}, but its topic ${topic} has only ${count}.`)
    }
    this.#read.set(topic, index + 1)
    return record
  }

  #assertRows({ target, columns: names, rows }: AssertRows): void {
    const source = this.#sourceOf(target)
    const reader = this.#reader(source)
    const columns = assertedColumns(names, reader.columns, target)
    const expected = rows.map((row) => expectedRow(row, columns, this.#options.catalogue.context))
    const found = source.kind === 'TABLE' ? this.#content(source, reader) : this.#unread(source, reader)
    const actual = found.map((row) => pick(row, columns, reader.columns))
    assertSameRows(actual, expected, columns)
  }

  /** The rows that a table has after all changes. */
  #content({ topic }: DataSource, reader: RowReader): Row[] {
    const rows = new Map<string, Row>()
    for (const record of this.#options.pipeline.records(topic)) {
      const read = reader.read(record)
      if (read === null) continue
      const key = JSON.stringify(reader.keyColumns.map((_, i) => String(read.values[i])))
      if (read.isTombstone) rows.delete(key)
      else rows.set(key, read.values)
    }
    this.#read.set(topic, this.#options.pipeline.records(topic).length)
    return [...rows.values()]
  }

  #unread({ topic }: DataSource, reader: RowReader): Row[] {
    const records = this.#options.pipeline.records(topic)
    const unread = records.slice(this.#read.get(topic) ?? 0)
    this.#read.set(topic, records.length)
    return unread.map((record) => reader.read(record)?.values).filter((row) => row !== undefined)
  }

  #reader(source: DataSource): RowReader {
    const known = this.#readers.get(source)
    if (known !== undefined) return known
    const reader = rowReader(source, this.#options.catalogue.context, this.#options.makeDriver)
    this.#readers.set(source, reader)
    return reader
  }

  #assertError(part: string): void {
    const next = this.#options.errors[this.#errorsRead]
    if (next === undefined)
      throw new FailedAssertion('Expected another entry of the processing log, but there is none.')
    this.#errorsRead++
    if (next.includes(part)) return
    throw new FailedAssertion('Expected entry of the processing log does not match the actual one.', {
      columns: ['MESSAGE'],
      expected: [[part]],
      actual: [[next]],
    })
  }
}
