/** What the engine offers to whoever serves it: statements answered with entities, queries answered with rows. */
import type { Header } from '../types/record.ts'
import type { Column } from '../types/schema.ts'
import type { Row } from '../types/value.ts'
import type { Catalog } from './commands/catalog.ts'
import type { CommandStatus } from './commands/command.ts'
import type { Entity } from './describe/entities.ts'
import type { ClusterStatus, QueryRequest, StatementRequest } from './requests.ts'

/** A row as clients get it. `row`: values in the order of `columns`. */
export interface StreamedRow {
  readonly row: Row
  /** A deleted row of a table: its key columns are there, the others null. */
  readonly tombstone: boolean
}

/** How rows ended. `finalMessage`: what the API sends last, or null (pull queries on tables). */
export type StreamEnd =
  | { readonly reason: 'completed' | 'limit' | 'closed'; readonly finalMessage: string | null }
  | { readonly reason: 'error'; readonly error: Error }

export interface StreamSubscriber<Item> {
  /** Resolves when it can take more; at most one call is under way. */
  readonly onItems: (items: readonly Item[]) => Promise<void> | void
  /** Once, after the last `onItems` has settled. */
  readonly onEnd: (end: StreamEnd) => void
}

interface OpenStream<Item> {
  readonly queryId: string
  /** Starts the flow. Once. */
  subscribe(subscriber: StreamSubscriber<Item>): void
  /** Ends the flow; `onEnd` is told `closed` if nothing else ended it before. Twice is allowed. */
  close(): Promise<void>
}

export interface RowStream extends OpenStream<StreamedRow> {
  readonly kind: 'push' | 'pullTable' | 'pullStream'
  readonly columns: readonly Column[]
  /** The `schema` of the header element (rest.md 4.4): pull queries on tables mark key columns. */
  readonly schemaText: string
}

/** PRINT: lines without their newlines. */
export interface LineStream extends OpenStream<string> {
  readonly kind: 'print'
}

export interface ServerInfo {
  readonly version: string
  readonly kafkaClusterId: string
  readonly ksqlServiceId: string
  readonly serverStatus: 'RUNNING' | 'ERROR' | 'DEGRADED'
}

export interface HealthCheck {
  readonly isHealthy: boolean
  readonly details: {
    readonly metastore: { readonly isHealthy: boolean }
    readonly kafka: { readonly isHealthy: boolean }
    readonly commandRunner: { readonly isHealthy: boolean }
  }
  readonly serverState: 'READY' | 'INITIALIZING' | 'TERMINATING'
}

/**
 * Inserts the row of one line: a JSON object of column values, whose names match columns in any case unless in back-quotes. Throws
 * RequestError for what is no JSON object and StatementError for a row that does not fit the target. The promise, which rows that are
 * stored together share, resolves when the row is stored and rejects with a BrokerError.
 */
export type InsertRow = (line: string) => Promise<void>

/** What the records of inserted rows are like, apart from their columns. */
export interface InsertRecordOptions {
  /** Null: by the key, as Kafka's producers choose. */
  readonly partition: number | null
  /** Empty: none. */
  readonly headers: readonly Header[]
  /** Rows have key columns alone, and each record deletes the row of its key. */
  readonly tombstones: boolean
}

export interface InsertsRequest extends Omit<QueryRequest, 'sql'> {
  readonly records?: InsertRecordOptions
}

export interface MeteredEngine {
  readonly catalog: () => Catalog
  readonly pushQueries: () => number
}

export interface Engine {
  /**
   * Runs statements in order; none is executed unless all are accepted. One entity for each statement that has an answer. Throws
   * StatementFailure (statement-failure.ts), ParseError or RequestError.
   */
  execute(request: StatementRequest): Promise<Entity[]>
  /**
   * Ends the cluster for good: all queries with their state and internal topics, the sinks whose topics are named (exactly, or by regular
   * expressions), and the command log. Afterwards nothing is taken any more. Throws RequestError for a bad expression.
   */
  terminate(deleteTopics: readonly string[]): Promise<Entity>
  /** Exactly one SELECT or PRINT. Throws as `execute`. */
  openQuery(request: QueryRequest): Promise<RowStream | LineStream>
  /** Ends a push query by its id, in any case. False: there is none. */
  closeQuery(queryId: string): Promise<boolean>
  /** Checks that rows may be inserted, and gives the function that inserts one. Throws StatementError. */
  openInserts(target: string, request?: InsertsRequest): Promise<InsertRow>
  /** Status of every command by its id `type/entity/action`. */
  commandStatuses(): ReadonlyMap<string, CommandStatus>
  info(): Promise<ServerInfo>
  clusterStatus(): Promise<ClusterStatus>
  health(): Promise<HealthCheck>
  /** Whether clients may set this configuration; throws RequestError if not. */
  checkProperty(name: string): void
  /** Ends open queries, stops the runtime with its state committed, and closes what the engine opened. */
  close(): Promise<void>
}
