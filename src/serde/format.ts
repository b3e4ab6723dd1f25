/**
 * The format port: how one side of a record (its key columns or its value columns) becomes bytes and back.
 * One file per format implements `Format`; `index.ts` is the table. Readers and writers are made once per query for exactly the columns
 * that it needs, and then only compute.
 */
import type { Column } from '../types/schema.ts'
import type { Row } from '../types/value.ts'

export type FormatName = 'NONE' | 'KAFKA' | 'DELIMITED' | 'JSON'

/** How a source's key or value is written: plain data, part of plans and of the metastore. */
export interface FormatSpec {
  readonly format: FormatName
  /** DELIMITED: the delimiter character. */
  readonly delimiter?: string
  /** A single column is written as the bare value (false: as an object with that one column). Meaningless for several columns. */
  readonly unwrapped: boolean
  /** Values of columns that a query does not use are not checked: a record is readable if what the query uses is. Default: false. */
  readonly unchecked?: boolean
}

export type Side = 'KEY' | 'VALUE'

/** Why bytes could not be read: goes to the processing log; the record is skipped. */
export interface ReadError {
  readonly message: string
  readonly causes: readonly string[]
}

export interface ReaderOptions {
  readonly side: Side
  readonly topic: string
  readonly spec: FormatSpec
  /** All columns of this side, in schema order. */
  readonly columns: readonly Column[]
  /** Columns that are decoded or checked, at most once each. All others are passed over, whatever their bytes hold. */
  readonly wanted: readonly WantedColumn[]
}

/** The target of a column that nothing uses: its values are checked, so that all readers of a topic agree on which payloads are readable. */
export const CHECK_ONLY = -1

export interface WantedColumn {
  /** Index into `columns`. */
  readonly column: number
  /** Index into the target row, or `CHECK_ONLY`. */
  readonly target: number
  /** Decoded by `open` (a predicate needs it); the others by `finish`, which a filtered-out record never reaches. */
  readonly first: boolean
}

export interface ColumnsReader {
  /**
   * Reads `bytes[start, end)`, which stay valid and unchanged until `finish` returns, and sets the `first` columns in `target`. Null on
   * success. It may stop where those columns are known: a fault behind that place is then found by `finish`.
   */
  open(bytes: Buffer, start: number, end: number, target: Row): ReadError | null
  /** Sets the remaining columns of what `open` read last. Not called where `isNull`. */
  finish(target: Row): ReadError | null
  /** After `open`: the payload stands for no value at all (JSON `null`), as a null payload does; nothing was set in the target. */
  readonly isNull: boolean
}

/** A growing byte buffer that writers append to. `position` is where the next byte goes. */
export interface ByteSink {
  buffer: Buffer
  position: number
  /** Makes room for `count` more bytes; `buffer` may be another one afterwards. */
  reserve(count: number): void
}

export interface WriterOptions {
  readonly side: Side
  readonly topic: string
  readonly spec: FormatSpec
  readonly columns: readonly Column[]
  /** Index into the row for each of `columns`. */
  readonly sources: readonly number[]
}

export interface ColumnsWriter {
  /** Appends the payload to `out`. False: the payload is null (nothing appended). Throws an Error when a value cannot be written. */
  write(row: Row, out: ByteSink): boolean
}

export interface Format {
  readonly name: FormatName
  /** May one column be written bare, as an object with one field, or either by WRAP_SINGLE_VALUE? */
  readonly wrapping: 'always' | 'never' | 'optional'
  readonly supportsKey: boolean
  /** Each value has one encoding, so that bytes of a key that comes in can go out as they are, and equal keys have equal bytes. */
  readonly isCanonical: boolean
  /** KEY_DELIMITER and VALUE_DELIMITER apply. */
  readonly takesDelimiter: boolean
  /** Values of ARRAY, MAP and STRUCT can be written. */
  readonly holdsNested: boolean
  /** Whether columns are checked to be expressible: the reason why not (wording of the dialect), or null. */
  refusal(columns: readonly Column[], spec: FormatSpec, side: Side): string | null
  /** Whether there are bytes that a reader of the columns refuses. */
  canBeUnreadable(columns: readonly Column[]): boolean
  reader(options: ReaderOptions): ColumnsReader
  writer(options: WriterOptions): ColumnsWriter
}
