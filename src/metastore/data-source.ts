/** What the metastore knows of a stream or table; plain data. */
import type { FormatSpec } from '../serde/format.ts'
import type { Schema } from '../types/schema.ts'

export type SourceKind = 'STREAM' | 'TABLE'

/** The kind of window in the keys of a topic. `sizeMs` null: session, or another window whose keys have both bounds. */
export interface KeyWindow {
  readonly type: 'TUMBLING' | 'HOPPING' | 'SESSION'
  readonly sizeMs: number | null
}

/** The column that holds the event time. `format`: Java time pattern of a STRING column, else null. */
export interface TimestampColumn {
  readonly column: string
  readonly format: string | null
}

/**
 * What a query does with a record of a source that cannot be read: pass it over, stop before it, or write it as it is to another topic and
 * continue. The processing log records it in each case.
 */
export type BadRecordPolicy =
  | { readonly kind: 'skip' | 'fail' }
  | { readonly kind: 'deadLetter'; readonly topic: string }

export interface DataSource {
  readonly kind: SourceKind
  readonly name: string
  readonly schema: Schema
  readonly topic: string
  readonly keyFormat: FormatSpec
  readonly valueFormat: FormatSpec
  readonly window: KeyWindow | null
  readonly timestamp: TimestampColumn | null
  /** Absent: as `ksql.fail.on.deserialization.error` says. */
  readonly badRecords?: BadRecordPolicy
  /** Stands for a query in FROM while a statement is planned: it has no system columns, and its topic is that of its left-most source. */
  readonly isQuery?: true
  /** Made by CREATE SOURCE: read-only. */
  readonly isSource: boolean
  /** Made by CREATE ... AS SELECT. */
  readonly isDerived: boolean
  /** Sources that a derived one reads; they cannot be dropped before it. */
  readonly derivedFrom: readonly string[]
  /** Text of the statement that made it. */
  readonly statement: string
}
