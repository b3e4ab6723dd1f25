/**
 * Reads the records of one topic for a source step: decodes exactly the columns that the query uses, those of its filter first, so that
 * a record that is filtered out has had nothing else decoded.
 */
import type { KeyWindow } from '../../metastore/data-source.ts'
import type { SourceColumn, SourceStep } from '../../operators/step.ts'
import {
  CHECK_ONLY,
  type ColumnsReader,
  type ReadError,
  type WantedColumn,
  type WriterSchemas,
} from '../../serde/format.ts'
import { FORMATS } from '../../serde/index.ts'
import { readWindow, type WindowLayout, windowBytes } from '../../serde/windowed-key.ts'
import type { Header, StreamRecord, Window } from '../../types/record.ts'
import type { Row, Value } from '../../types/value.ts'
import { eventTime } from './event-time.ts'
import type { TaskPassage } from './passed-columns.ts'
import type { RecordCursor } from './record-cursor.ts'

export interface SourceReaderOptions {
  readonly step: SourceStep
  readonly partition: number
  /** Reads the headers of the cursor's record. */
  readonly headers: (cursor: RecordCursor) => readonly Header[] | null
  /** The filter right behind the source, if there is one; it reads only columns in `predicateColumns`. Does not throw. */
  readonly predicate: ((row: Row) => boolean) | null
  readonly predicateColumns: readonly number[]
  /** Whether records without a value are dropped, as a filter of a stream does. */
  readonly dropsNulls: boolean
  /** Whether anything downstream reads the columns of the key; if not, the key only passes through as bytes. */
  readonly needsKey: boolean
  readonly onError: (target: 'key' | 'value', error: ReadError, bytes: Uint8Array) => void
  readonly writerSchemas: WriterSchemas
  /** Columns that need not be decoded; null: all are. The record is then processed before the next one is read. */
  readonly passage: Pick<TaskPassage, 'values' | 'sourceSlots' | 'read'> | null
  /** The record's time cannot be had. */
  readonly onBadTime: (error: unknown) => void
}

/** Stands for a key whose columns are not read. */
const OPAQUE_KEY: Row = []

/** A column of the key, and its place in the row. */
interface KeyCopy {
  readonly index: number
  readonly target: number
}

type Setter = (row: Row, cursor: RecordCursor) => void

export class SourceReader {
  /** The key row of the record read last. */
  key: Row | null = null
  /** Event time of the record read last, also of one that was filtered out. */
  timestamp = -1
  readonly step: SourceStep

  readonly #options: SourceReaderOptions
  readonly #width: number
  readonly #keyReader: ColumnsReader
  readonly #valueReader: ColumnsReader
  readonly #keyCopies: readonly KeyCopy[]
  readonly #setters: readonly Setter[]
  readonly #window: WindowLayout | null
  readonly #timeColumn: number
  readonly #readTime: ((value: Value) => number) | null
  readonly #decodesKey: boolean
  /** Whether only records that pass the filter have their key decoded. */
  readonly #filtersFirst: boolean
  /** The row of a record that was filtered out, for the next one. */
  #spareRow: Row | null = null
  #currentWindow: Window | null = null

  constructor(options: SourceReaderOptions) {
    const { step } = options
    this.step = step
    this.#options = options
    this.#window = windowLayout(step.window)
    const time = step.timestamp
    const timeColumn = time === null ? -1 : this.#findTimeColumn(step)
    this.#width = step.columns.length
    this.#keyCopies = step.columns.flatMap(({ from }, target) =>
      from.part === 'key' ? [{ index: from.index, target }] : [],
    )
    this.#timeColumn = timeColumn
    this.#readTime = time === null ? null : eventTime(time)
    const canBeBad = FORMATS[step.keyFormat.format].canBeUnreadable(step.key)
    this.#decodesKey =
      (canBeBad && step.keyFormat.unchecked !== true) ||
      options.needsKey ||
      this.#keyCopies.length > 0 ||
      (time !== null && timeColumn < 0)
    this.#filtersFirst =
      options.predicate !== null &&
      this.#window === null &&
      !canBeBad &&
      (time === null || timeColumn >= 0) &&
      !this.#keyCopies.some(({ target }) => options.predicateColumns.includes(target))
    this.#keyReader = this.#makeKeyReader()
    this.#valueReader = this.#makeValueReader()
    this.#setters = step.columns.flatMap((column, target) => this.#setter(column, target))
  }

  /**
   * The cursor's record, or null if it cannot be read or is filtered out. Throws SchemaNotLoaded where its schema must be fetched first. `timestamp` is set unless the time itself cannot be read (then
   * it is -1). The row belongs to the caller.
   */
  read(cursor: RecordCursor): StreamRecord | null {
    this.timestamp = cursor.timestamp
    this.#currentWindow = null
    const filtersFirst = this.#filtersFirst
    if (!filtersFirst && !this.#readKey(cursor)) return null
    const { predicate } = this.#options
    if (cursor.valueEnd < 0) return this.#withoutValue(cursor)
    const row = this.#spareRow ?? new Array(this.#width)
    this.#spareRow = null
    const error = this.#valueReader.open(cursor.buffer, cursor.valueStart, cursor.valueEnd, row)
    if (error !== null) return this.#reportBad('value', error, cursor, cursor.valueStart, cursor.valueEnd)
    if (this.#valueReader.isNull) return this.#valueReader.isSkipped === true ? null : this.#withoutValue(cursor)
    if (!filtersFirst) this.#copyKey(row)
    if (this.#readTime !== null && !this.#setTime(row)) return null
    for (const set of this.#setters) set(row, cursor)
    if (predicate !== null && !predicate(row)) {
      this.#spareRow = row
      return null
    }
    if (filtersFirst) {
      if (!this.#readKey(cursor)) return null
      this.#copyKey(row)
    }
    const rest = this.#valueReader.finish(row)
    if (rest !== null) return this.#reportBad('value', rest, cursor, cursor.valueStart, cursor.valueEnd)
    return this.#record(cursor, row)
  }

  #record(cursor: RecordCursor, value: Row | null): StreamRecord {
    return {
      key: this.key,
      window: this.#currentWindow,
      value,
      oldValue: null,
      timestamp: this.timestamp,
      headers: cursor.headerCount === 0 ? null : this.#options.headers(cursor),
    }
  }

  #withoutValue(cursor: RecordCursor): StreamRecord | null {
    if (this.#readTime !== null && this.#timeColumn < 0 && !this.#setTime([])) return null
    if (this.#options.dropsNulls) return null
    if (this.#filtersFirst && !this.#readKey(cursor)) return null
    return this.#record(cursor, null)
  }

  #readKey(cursor: RecordCursor): boolean {
    const { keyStart, keyEnd, buffer } = cursor
    if (keyEnd < 0 || this.step.key.length === 0) {
      this.key = null
      return true
    }
    let end = keyEnd
    if (this.#window !== null) {
      this.#currentWindow = readWindow(buffer, keyStart, keyEnd, this.#window)
      if (this.#currentWindow === null) {
        this.#reportBad(
          'key',
          { message: 'The key is too short to hold a window', causes: [] },
          cursor,
          keyStart,
          keyEnd,
        )
        return false
      }
      end -= windowBytes(this.#window)
    }
    if (!this.#decodesKey) {
      this.key = OPAQUE_KEY
      return true
    }
    return this.#decodeKey(cursor, end)
  }

  #decodeKey(cursor: RecordCursor, end: number): boolean {
    const key: Row = new Array(this.step.key.length)
    const error = this.#keyReader.open(cursor.buffer, cursor.keyStart, end, key)
    if (error !== null) {
      this.#reportBad('key', error, cursor, cursor.keyStart, cursor.keyEnd)
      return false
    }
    this.key = this.#keyReader.isNull || (key.length === 1 && key[0] === null) ? null : key
    return true
  }

  #copyKey(row: Row): void {
    const { key } = this
    const copies = this.#keyCopies
    for (let i = 0; i < copies.length; i++) {
      const { index, target } = copies[i]!
      row[target] = key === null ? null : key[index]!
    }
  }

  #setTime(row: Row): boolean {
    const { key } = this
    const column = this.#timeColumn
    const value = column >= 0 ? row[column]! : (key?.[this.#timeKeyIndex] ?? null)
    if (column === this.#width) row.length = this.#width
    try {
      this.timestamp = this.#readTime!(value)
      return true
    } catch (error) {
      this.timestamp = -1
      this.#options.onBadTime(error)
      return false
    }
  }

  get #timeKeyIndex(): number {
    return this.step.key.findIndex(({ name }) => name === this.step.timestamp!.column)
  }

  /** Index in the row of the value column that holds the time: behind the row's own columns if the query does not use it. */
  #findTimeColumn({ timestamp, value, columns }: SourceStep): number {
    const index = value.findIndex(({ name }) => name === timestamp!.column)
    if (index < 0) return -1
    const used = columns.findIndex(({ from }) => from.part === 'value' && from.index === index)
    return used >= 0 ? used : columns.length
  }

  #makeKeyReader(): ColumnsReader {
    const { topic, keyFormat, key } = this.step
    return FORMATS[keyFormat.format].reader({
      side: 'KEY',
      topic,
      spec: keyFormat,
      columns: key,
      writerSchemas: this.#options.writerSchemas,
      wanted: key.map((_, column) => ({ column, target: column, first: true })),
    })
  }

  #makeValueReader(): ColumnsReader {
    const { topic, valueFormat, value, columns, timestamp } = this.step
    const { predicate, predicateColumns, passage } = this.#options
    const wanted: WantedColumn[] = columns.flatMap(({ from }, target) =>
      from.part === 'value'
        ? [
            {
              column: from.index,
              target,
              first: predicate === null || predicateColumns.includes(target) || target === this.#timeColumn,
              slot: passage?.sourceSlots[target] ?? -1,
              isRead: passage?.read.has(target) ?? false,
            },
          ]
        : [],
    )
    if (this.#timeColumn === columns.length) {
      const column = value.findIndex(({ name }) => name === timestamp!.column)
      wanted.push({ column, target: this.#timeColumn, first: true })
    }
    if (valueFormat.unchecked !== true) {
      const used = new Set(wanted.map(({ column }) => column))
      for (const column of value.keys()) {
        if (!used.has(column)) wanted.push({ column, target: CHECK_ONLY, first: predicate === null })
      }
    }
    const { writerSchemas } = this.#options
    return FORMATS[valueFormat.format].reader({
      side: 'VALUE',
      topic,
      spec: valueFormat,
      columns: value,
      wanted,
      writerSchemas,
      ...(passage !== null && { passed: passage.values }),
    })
  }

  #setter({ from }: SourceColumn, target: number): Setter[] {
    switch (from.part) {
      case 'key':
      case 'value':
        return []
      case 'header':
        return [this.#headerSetter(from.index, target)]
      case 'system':
        return [this.#systemSetter(from.name, target)]
    }
  }

  #headerSetter(index: number, target: number): Setter {
    const { headerKey } = this.step.headers[index]!
    const { headers } = this.#options
    const all = (cursor: RecordCursor) => (cursor.headerCount === 0 ? [] : (headers(cursor) ?? []))
    if (headerKey === null) {
      return (row, cursor) => {
        row[target] = all(cursor).map(({ key, value }) => [key, value])
      }
    }
    return (row, cursor) => {
      row[target] = all(cursor).findLast(({ key }) => key === headerKey)?.value ?? null
    }
  }

  #systemSetter(name: 'ROWTIME' | 'ROWPARTITION' | 'ROWOFFSET' | 'WINDOWSTART' | 'WINDOWEND', target: number): Setter {
    const { partition } = this.#options
    switch (name) {
      case 'ROWTIME':
        return (row) => {
          row[target] = this.timestamp
        }
      case 'ROWPARTITION':
        return (row) => {
          row[target] = partition
        }
      case 'ROWOFFSET':
        return (row, cursor) => {
          row[target] = cursor.offset
        }
      case 'WINDOWSTART':
        return (row) => {
          row[target] = this.#currentWindow?.start ?? null
        }
      case 'WINDOWEND':
        return (row) => {
          row[target] = this.#currentWindow?.end ?? null
        }
    }
  }

  #reportBad(target: 'key' | 'value', error: ReadError, { buffer }: RecordCursor, start: number, end: number): null {
    // A copy: a bad record that is kept must not keep the whole fetched batch in memory.
    this.#options.onError(target, error, new Uint8Array(buffer.subarray(start, end)))
    return null
  }
}

export const windowLayout = (window: KeyWindow | null): WindowLayout | null => {
  if (window === null) return null
  return window.sizeMs === null ? { kind: 'session' } : { kind: 'time', sizeMs: window.sizeMs }
}
