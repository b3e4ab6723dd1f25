/** Records as operators see them. */
import type { ByteRange } from './row-codec.ts'
import type { Row } from './value.ts'

/** Event-time window of a key: tumbling and hopping `[start, end)`, session both ends included. Epoch ms. */
export interface Window {
  readonly start: number
  readonly end: number
}

export interface Header {
  readonly key: string
  readonly value: Uint8Array | null
}

/**
 * A record between operators; one shape for streams and tables, so that call sites stay monomorphic.
 * Stream: `value` null is a record without a value (passed on by stateless operators, ignored by joins and aggregations).
 * Table: a change from `oldValue` to `value`; `value` null is a delete; `oldValue` null: there was no row.
 */
export interface StreamRecord {
  /** Key columns; null for a record without a key. A single NULL key column is the same as no key. */
  readonly key: Row | null
  /** The window of a windowed key, else null. */
  readonly window: Window | null
  /** Columns of the step's schema. */
  readonly value: Row | null
  readonly oldValue: Row | null
  /** Event time, epoch ms, >= 0. */
  readonly timestamp: number
  readonly headers: readonly Header[] | null
}

export type Process = (record: StreamRecord) => void

/** A record of a stream that is still bytes. They, and the object itself, are valid during a call only. */
export interface PackedRecord extends Pick<StreamRecord, 'timestamp'> {
  /** The UTF-8 of its only key column, a text. */
  readonly key: ByteRange
  /** See row-codec.ts. */
  readonly row: ByteRange
}

export type ProcessPacked = (record: PackedRecord) => void
