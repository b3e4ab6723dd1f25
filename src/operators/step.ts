/**
 * The steps of a physical plan: plain JSON. The command log stores them, workers receive them, EXPLAIN prints them. Each operator's file
 * holds its own step; this file has what they share, and the steps at the edges of a topology (sources, sinks, repartitions), which
 * the runtime carries out because they need formats and a broker.
 *
 * Rows. A source step yields a row of exactly the columns that the query needs, copies of key columns and system columns included; every
 * later expression reads columns of its step's input row by index. The key travels beside the row.
 */

import type { Expression } from '../expressions/expression.ts'
import type { BadRecordPolicy, KeyWindow, TimestampColumn } from '../metastore/data-source.ts'
import type { FormatSpec } from '../serde/format.ts'
import type { Column, HeaderColumn } from '../types/schema.ts'

/** Unique in its plan, from the step's role: `KafkaTopic_L/Source`, `Aggregate/GroupBy`. Names stores, topics and loggers. */
export type StepId = string

/** What leaves a step. */
export interface StepSchema {
  readonly kind: 'stream' | 'table'
  readonly key: readonly Column[]
  readonly window: KeyWindow | null
  readonly value: readonly Column[]
}

/** An expression that becomes column `name`. `text`: its SQL, for EXPLAIN and the processing log. */
export interface NamedExpression extends Column {
  readonly expression: Expression
  readonly text: string
}

export type SourceOrigin =
  | { readonly part: 'key' | 'value' | 'header'; readonly index: number }
  | { readonly part: 'system'; readonly name: 'ROWTIME' | 'ROWPARTITION' | 'ROWOFFSET' | 'WINDOWSTART' | 'WINDOWEND' }

export interface SourceColumn extends Column {
  readonly from: SourceOrigin
}

/** Reads and decodes a topic. Table sources are followed by a step that keeps the rows (`materialize` or a join). */
export interface SourceStep {
  readonly kind: 'source'
  readonly id: StepId
  readonly source: string
  readonly sourceKind: 'stream' | 'table'
  readonly topic: string
  readonly keyFormat: FormatSpec
  readonly valueFormat: FormatSpec
  readonly window: KeyWindow | null
  /** The topic's whole schema. */
  readonly key: readonly Column[]
  readonly value: readonly Column[]
  readonly headers: readonly HeaderColumn[]
  readonly timestamp: TimestampColumn | null
  /** Absent: as `ksql.fail.on.deserialization.error` says. */
  readonly badRecords?: BadRecordPolicy
  /** The row that leaves. */
  readonly columns: readonly SourceColumn[]
}

/** Cuts the topology: records go through an internal topic, so that equal keys meet in one partition. */
export interface RepartitionStep {
  readonly kind: 'repartition'
  readonly id: StepId
  readonly input: StepId
  /** Appended to the query's application id: `Join-left-repartition`. */
  readonly topicSuffix: string
  readonly keyFormat: FormatSpec
  /** 'change' carries old and new value (grouping of tables). */
  readonly payload: 'value' | 'change'
  /** The source whose partition count the internal topic takes. */
  readonly partitionsOf: string
  /** Index of the column of the row that holds a record's partition. Absent: the key decides. */
  readonly partitionColumn?: number
  /** Rows with more columns than that are partials (aggregate/partial-aggregate.ts). Absent: there are none. */
  readonly recordColumns?: number
}

/** Encodes to the sink topic. Streams: a null row is a null value. Tables: a null row is a tombstone. */
export interface SinkStep {
  readonly kind: 'sink'
  readonly id: StepId
  readonly input: StepId
  readonly topic: string
  readonly keyFormat: FormatSpec
  readonly valueFormat: FormatSpec
  readonly window: KeyWindow | null
  readonly key: readonly Column[]
  /** Columns written, equal to the input row's. */
  readonly value: readonly Column[]
  readonly timestamp: TimestampColumn | null
  /** The records are not written: another version of the query writes them. */
  readonly isSilent?: true
}

/** Hands rows to the subscriber of a push query; ends the query after `limit` rows. */
export interface SubscriberStep {
  readonly kind: 'subscriber'
  readonly id: StepId
  readonly input: StepId
  readonly limit: number | null
  /** For each column of a row, which part of the key it repeats: what a deleted row still shows. Null: none. */
  readonly keyColumns: readonly (number | 'WINDOWSTART' | 'WINDOWEND' | null)[]
  /** The row before a change tells which row leaves: the result may have no key. */
  readonly readsOldValue?: true
}
