/**
 * The connector port: what carries records of a topic to another system (a sink) or brings them from there (a source).
 *
 * A connector is a declaration: its name, its options with types, defaults and meanings, and how it is opened. Each sink and each source has
 * one file with its declaration; `index.ts` is the table. All that connectors share is done around them, by `run/`:
 *
 * - **Where it runs.** A task is one connector over one partition of its topic (a sink), or the whole connector (a source). A task belongs to
 *   a slot, as the tasks of queries do, and runs where the slot is owned, in a thread for connectors.
 * - **Position.** A sink's offsets are committed under a consumer group of its own, when the target has the records for good. A target that
 *   keeps its position itself, beside the records, says where to continue (`SinkTask.start`): that is exactly once. A source's position is
 *   a value of its own, written to a compacted topic in the same transaction as the records.
 * - **Errors.** `RetriableError`: the same call is made again, after growing pauses, for as long as it takes; the connector's reading waits
 *   meanwhile, and nothing else does. A refused record: as `errors.tolerance` says. Any other error: the task fails, and is started again
 *   from its committed position.
 */
import type { Clock, Timer } from '../clock.ts'
import type { Header, Window } from '../types/record.ts'
import type { Column } from '../types/schema.ts'
import type { Row } from '../types/value.ts'
import type { FilePaths } from './file-paths.ts'
import type { OptionDeclaration, Options } from './options.ts'

export type ConnectorKind = 'SOURCE' | 'SINK'

interface Declaration {
  /** As the `connector` option names it. */
  readonly name: string
  /** One or two sentences for the page of the connector. */
  readonly description: string
  /** What a crash may leave twice, and what it cannot lose. */
  readonly guarantee: string
  readonly options: readonly OptionDeclaration[]
  /** Statements that create a stream and the connector, for the page; a test runs them. */
  readonly example: string
  /** Sections for the end of the page, in Markdown. */
  readonly notes?: string
}

export interface SinkDeclaration extends Declaration {
  readonly kind: 'SINK'
  /** Throws an OptionError for options that contradict each other or the source. Runs while the statement is checked. */
  check?(options: Options, source: SinkSource): void
  /** Opens the task of one partition. Rejects as `SinkTask.write` does. */
  open(context: SinkContext): Promise<SinkTask>
}

export interface SourceDeclaration extends Declaration {
  readonly kind: 'SOURCE'
  /** Whether its batches have positions: they are then stored in one transaction with their position. */
  readonly keepsPosition: boolean
  check?(options: Options): void
  open(context: SourceContext): Promise<SourceTask>
  /** Removes what the source has made in the other system. Called when the connector was dropped and its task has ended; may be called again. */
  purge?(context: PurgeContext): Promise<void>
}

export type ConnectorDeclaration = SinkDeclaration | SourceDeclaration

/** What a sink knows of the stream or table that it reads; plain data, kept in the command log. */
export interface SinkSource {
  readonly name: string
  readonly kind: 'STREAM' | 'TABLE'
  readonly topic: string
  readonly key: readonly Column[]
  readonly value: readonly Column[]
  readonly isWindowed: boolean
}

interface Context {
  /** Name of the connector, as SHOW CONNECTORS lists it. */
  readonly connector: string
  /** Tells the connector from those of other clusters, and from former ones of the same name. */
  readonly identity: string
  /** Id of the cluster of brokers: offsets of the same topic of another cluster mean other records. */
  readonly cluster: string
  readonly options: Options
  readonly clock: Clock
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
  /** Aborted when the task is to end: requests under way may be given up, as their records are sent again. */
  readonly signal: AbortSignal
  /** Files that the connector may use. */
  readonly files: FilePaths
  /** Writes a line into the server's log. */
  readonly warn: (message: string) => void
}

export interface SinkContext extends Context {
  readonly source: SinkSource
  readonly partition: number
}

/** A record of the source, decoded. */
export interface SinkRecord {
  readonly offset: number
  /** Event time, epoch ms. */
  readonly timestamp: number
  /** Values of the key columns; null: the record has no key. */
  readonly key: Row | null
  readonly window: Window | null
  /** Values of the value columns; null: a tombstone. */
  readonly value: Row | null
  readonly headers: readonly Header[] | null
}

/** A record that the target does not take, however often it is sent. */
export interface Refusal {
  readonly record: SinkRecord
  /** In the target's words. */
  readonly reason: string
}

export interface WriteResult {
  readonly refused: readonly Refusal[]
  /** Records that the target may take later; written again, in this order, after a pause. */
  readonly again: readonly SinkRecord[]
  /** How long the target wants to be left alone before `again`, ms; null: it does not say. */
  readonly retryAfterMs?: number | null
  /** Why records are to be written again. */
  readonly reason?: string
}

/** All records were taken. */
export const TAKEN: WriteResult = { refused: [], again: [] }

/** One partition's way into the target. Calls come one at a time. */
export interface SinkTask {
  /**
   * Called once, before the first `write`: the offset to continue at, `committed` unless the target knows better. Rejects as `write` does.
   */
  start?(committed: number): Promise<number>
  /**
   * Takes records in offset order. Rejects with a RetriableError when the whole call should be made again, and with another error when that
   * would not help.
   */
  write(records: readonly SinkRecord[]): Promise<WriteResult>
  /**
   * The offset below which all written records are in the target for good; absent: all that `write` has taken are. Reads memory only.
   */
  durable?(): number
  /**
   * Brings what `write` has taken into the target if it is due, or, with `now`, at once. Called between writes, at least every second. Without
   * `durable` it is not called.
   */
  flush?(options: { readonly now: boolean }): Promise<void>
  /** Frees everything; what is not durable is dropped. Never rejects. */
  close(): Promise<void>
}

export interface SourceContext extends Context {
  /** Topic that the records go to. */
  readonly topic: string
  /** The connector's own position, as its last `poll` gave it; null: it starts from the beginning. */
  readonly position: string | null
}

export type PurgeContext = Context

/** A record to be produced. */
export interface SourceRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** Epoch ms. */
  readonly timestamp: number
  readonly headers?: readonly Header[]
}

export interface SourceBatch {
  readonly records: readonly SourceRecord[]
  /** Where to continue behind these records; null: the source keeps no position. */
  readonly position: string | null
  /** Called when the records are stored, or with the reason why they are not. */
  readonly stored?: (error: Error | null) => void
}

/** A source at work. */
export interface SourceTask {
  /** The next records; waits for at most a second, and then gives none. Rejects as `SinkTask.write` does. */
  poll(): Promise<SourceBatch>
  /** Frees everything. Never rejects. */
  close(): Promise<void>
}

/** The same call may succeed later without anybody acting. */
export class RetriableError extends Error {
  override readonly name = 'RetriableError'
  /** How long the target wants no requests, ms; null: it does not say. */
  readonly retryAfterMs: number | null

  constructor(message: string, options: { readonly retryAfterMs?: number | null; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}
