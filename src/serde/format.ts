/**
 * The format port: how one side of a record (its key columns or its value columns) becomes bytes and back.
 * One file per format implements `Format`; `index.ts` is the table. Readers and writers are made once per query for exactly the columns
 * that it needs, and then only compute.
 */
import type { ResolvedSchema } from '../registry/resolved-schema.ts'
import type { SchemaType } from '../registry/schema-registry.ts'
import type { Column } from '../types/schema.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'
import type { LinePattern } from './lines/line-pattern.ts'
import type { PassedColumns, PassedValues } from './passed-values.ts'

export type FormatName =
  | 'NONE'
  | 'KAFKA'
  | 'DELIMITED'
  | 'CSV'
  | 'LINE'
  | 'REGEX'
  | 'GROK'
  | 'JSON'
  | 'JSON_SR'
  | 'AVRO'
  | 'PROTOBUF'
  | 'PROTOBUF_NOSR'

/** How a source's key or value is written: plain data, part of plans and of the metastore. */
export interface FormatSpec {
  readonly format: FormatName
  /** DELIMITED, CSV: the delimiter character. */
  readonly delimiter?: string
  /** CSV: the names of the fields, in their order. Absent: the fields are the columns. */
  readonly header?: readonly string[]
  /** REGEX, GROK: how lines are taken apart. */
  readonly line?: LinePattern
  /** A single column is written as the bare value (false: as an object with that one column). Meaningless for several columns. */
  readonly unwrapped: boolean
  /** Values of columns that a query does not use are not checked: a record is readable if what the query uses is. Default: false. */
  readonly unchecked?: boolean
  /**
   * *_SCHEMA_FULL_NAME: name of the record or message that the columns are. Absent: the format's own default. Planning sets the default of
   * Avro keys, which has the source's name in it (`io.confluent.ksql.avro_schemas.MyStreamKey`).
   */
  readonly schemaName?: string
  /** *_PROTOBUF_NULLABLE_REPRESENTATION: how fields tell NULL from their type's default. Absent: they do not. */
  readonly nullable?: NullableRepresentation
  /** *_SCHEMA_ID: the registered schema that the columns are those of, and that payloads are written with. Absent: the columns came first. */
  readonly schemaId?: number
  /**
   * The registered schema that payloads are written with. Absent where nothing is written, and for formats without a registry. Readers do
   * not look at it: each record names the schema that it was written with.
   */
  readonly schema?: WrittenSchema
}

export type NullableRepresentation = 'OPTIONAL' | 'WRAPPER'

export interface WrittenSchema extends ResolvedSchema {
  /** What the frame of a record names it by. */
  readonly id: number
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
  /** Schemas by which records were written; formats whose `schemas.isRegistered` is true read it. */
  readonly writerSchemas?: WriterSchemas
  /** Takes the values of `wanted` columns with a `slot`. Absent: there are none. */
  readonly passed?: PassedValues
}

/** Registered schemas by id, as far as this thread has them. */
export interface WriterSchemas {
  /**
   * The schema of that id, the same object for the same id as long as it is cached; a text: why there is none (no such id), for a
   * ReadError. Throws SchemaNotLoaded if that is not known yet: the record is then read again when it is, and others wait behind it.
   */
  get(id: number): ResolvedSchema | string
}

/** Thrown by `ColumnsReader.open`, and passed through up to the reader of the partition, which loads the schema and reads the record again. */
export class SchemaNotLoaded extends Error {
  readonly id: number

  constructor(id: number) {
    super(`Schema ${id} is not loaded`)
    this.name = 'SchemaNotLoaded'
    this.id = id
  }
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
  /** Slot of `passed` for values that pass as they are. Absent or -1: none passes. */
  readonly slot?: number
  /** Whether values that pass are decoded all the same. Absent: their target is not set. */
  readonly isRead?: boolean
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
  /** Where `isNull`: the payload belongs to a file and is no record of it (a header): it is passed over. Absent: it never does. */
  readonly isSkipped?: boolean
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
  /** Values that are copied instead of the row's. Absent: there are none. */
  readonly passed?: PassedColumns
}

export interface ColumnsWriter {
  /** Appends the payload to `out`. False: the payload is null (nothing appended). Throws an Error when a value cannot be written. */
  write(row: Row, out: ByteSink): boolean
}

/** How the columns of a format are described by a schema text. */
export interface FormatSchemas {
  /** The language of the text. */
  readonly type: SchemaType
  /** Payloads begin with a frame that names a registered schema, and topics have subjects in the registry. */
  readonly isRegistered: boolean
  /** A KEY_ or VALUE_SCHEMA_FULL_NAME is taken. */
  readonly takesName: boolean
  /** A KEY_ or VALUE_PROTOBUF_NULLABLE_REPRESENTATION is taken. */
  readonly takesNullable: boolean
  /**
   * The schema text of columns as `spec` writes them, by `spec.schemaName`, `spec.nullable` and `spec.unwrapped`; exactly the text that
   * ksqlDB registers. `spec.schema` is ignored. Not called for columns that `refusal` refuses, nor for none.
   */
  schemaOf(columns: readonly Column[], spec: FormatSpec, side: Side): string
  /**
   * What a schema describes as a SQL type, names as they are: a STRUCT for a record or message. Fields of types that SQL does not have are
   * left out; null if nothing remains. Throws an Error whose message says why if the text cannot be understood or holds no such name.
   */
  typeOf(schema: ResolvedSchema, options: SchemaTypeOptions): SqlType | null
  /**
   * Name of the message, of several in the schema, that a payload is, `bytes` being the whole record with its frame; undefined: it names
   * none that there is. A format whose schemas have one record has no such method.
   */
  nameIn?(schema: ResolvedSchema, bytes: Buffer): string | undefined
  /**
   * Why rows of the columns cannot be written with a schema that was not made by `schemaOf` (a required field that no column has and that
   * has no default), in the dialect's words; null: they can. As in ksqlDB the statement is accepted all the same: its writer throws.
   */
  writeRefusal(columns: readonly Column[], schema: ResolvedSchema, spec: FormatSpec): string | null
}

export interface SchemaTypeOptions {
  /** The record or message to look at; absent: the schema's only or first one. */
  readonly schemaName?: string
}

/** VALUE_CSV_HEADER, VALUE_REGEX; VALUE_GROK with VALUE_GROK_PATTERNS. */
export type LineProperty = 'header' | 'regex' | 'grok'

export interface Format {
  readonly name: FormatName
  /** May one column be written bare, as an object with one field, or either by WRAP_SINGLE_VALUE? */
  readonly wrapping: 'always' | 'never' | 'optional'
  readonly supportsKey: boolean
  /** Each value has one encoding, so that bytes of a key that comes in can go out as they are, and equal keys have equal bytes. */
  readonly isCanonical: boolean
  /** KEY_DELIMITER and VALUE_DELIMITER apply. */
  readonly takesDelimiter: boolean
  /** Rows can be written, too. Otherwise what is derived from a source of this format is JSON, unless its WITH names a format. */
  readonly isWritable: boolean
  /** The property of WITH that says what lines look like, and has to be given unless it is a header; null: none. */
  readonly lineProperty: LineProperty | null
  /** Values of ARRAY, MAP and STRUCT can be written. */
  readonly holdsNested: boolean
  /** Whether columns are checked to be expressible: the reason why not (wording of the dialect), or null. */
  refusal(columns: readonly Column[], spec: FormatSpec, side: Side): string | null
  /** Null: payloads follow no schema. */
  readonly schemas: FormatSchemas | null
  /**
   * From a row to what a reader of its payload has, for formats that cannot tell NULL from other values; null: the row itself. A format
   * without the method gives every row back as it was written.
   */
  asRead?(columns: readonly Column[], spec: FormatSpec): ((row: Row) => Row) | null
  /**
   * Whether values of the type can be copied from payload to payload, see `PassedValues`; only for rows that are records of their columns.
   * Absent: none can.
   */
  canPass?(type: SqlType): boolean
  /** How many bytes a passed text has before its UTF-8, and as many behind it. Absent: it cannot be told from its bytes where its UTF-8 is. */
  readonly passedTextMargin?: number
  /** Whether there are bytes that a reader of the columns refuses. */
  canBeUnreadable(columns: readonly Column[]): boolean
  reader(options: ReaderOptions): ColumnsReader
  writer(options: WriterOptions): ColumnsWriter
}
