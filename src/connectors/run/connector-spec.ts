/** Connectors as they are placed and reported: plain data, as it crosses threads and, for the specification, is kept in the command log. */
import type { BadRecordPolicy, KeyWindow, TimestampColumn } from '../../metastore/data-source.ts'
import type { FormatSpec } from '../../serde/format.ts'
import type { Column, HeaderColumn } from '../../types/schema.ts'
import type { ConnectorKind, SinkSource } from '../connector.ts'
import type { SealedSecret } from '../secret-vault.ts'

/** A stream or table as it was when its sink was created. */
export interface SpecifiedSource {
  readonly name: string
  readonly kind: 'STREAM' | 'TABLE'
  readonly key: readonly Column[]
  readonly value: readonly Column[]
  readonly headers: readonly HeaderColumn[]
  readonly keyFormat: FormatSpec
  readonly valueFormat: FormatSpec
  readonly window: KeyWindow | null
  readonly timestamp: TimestampColumn | null
  readonly badRecords?: BadRecordPolicy
}

/** What a statement has made of a connector. */
export interface ConnectorSpec {
  readonly name: string
  /** Distinguishes connectors that had the same name one after the other. */
  readonly id: number
  readonly kind: ConnectorKind
  /** Name of the declaration. */
  readonly connector: string
  /** As the statement gives them; references are not resolved. */
  readonly options: Readonly<Record<string, string>>
  /** Topic that a sink reads and a source writes. */
  readonly topic: string
  /** Null for a source. */
  readonly source: SpecifiedSource | null
}

/** What a sink knows of its source. Header columns stand behind the value columns. */
export function sinkSource({ topic, source }: ConnectorSpec): SinkSource {
  const { name, kind, key, value, headers, window } = source!
  const columns = [...value, ...headers.map(({ name: column, type }) => ({ name: column, type }))]
  return { name, kind, topic, key, value: columns, isWindowed: window !== null }
}

/** What is to run on a server. */
export interface DesiredConnectors {
  readonly connectors: readonly (ConnectorSpec & { readonly isPaused: boolean })[]
  /** Stored secrets by name, sealed. */
  readonly secrets: Readonly<Record<string, SealedSecret>>
  /** Slots that this server owns. */
  readonly slots: readonly number[]
}

/** Connect's words for the state of a task. */
export type TaskState = 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED'

export interface ConnectorError {
  /** Epoch ms. */
  readonly time: number
  readonly message: string
}

export interface TaskStatus {
  /** A sink's partition; 0 for a source. */
  readonly id: number
  readonly state: TaskState
  /** Why it has failed; absent: it has not. */
  readonly trace?: string
}

/** A connector's tasks on one server. */
export interface ConnectorStatus {
  readonly name: string
  readonly tasks: readonly TaskStatus[]
  /** Records that the target has taken, or that were stored, since the server started. */
  readonly records: number
  /** Records that were refused or could not be read, and were passed over or written to the topic for dead letters. */
  readonly refused: number
  /** Calls that had to be made again. */
  readonly retries: number
  readonly recordsPerSecond: number
  /** Records of the topic that the target does not have; null: not known, or the connector is a source. */
  readonly lag: number | null
  readonly lastError: ConnectorError | null
}
