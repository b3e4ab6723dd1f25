/** The engine as its server sees it: statements are answered with entities, queries with rows. */
import type { LogDamage } from '../broker/broker.ts'
import type { Header } from '../types/record.ts'
import type { JsonRows } from '../types/row-json.ts'
import type { Column } from '../types/schema.ts'
import type { Row } from '../types/value.ts'
import type { Catalog } from './commands/catalog.ts'
import type { CommandStatus } from './commands/command.ts'
import type { Entity } from './describe/entities.ts'
import type { Overview } from './describe/overview.ts'
import type {
  BrowsedTopic,
  BrowseRequest,
  ClusterStatus,
  HostStoreLags,
  QueryRequest,
  SendAgainRequest,
  SentAgain,
  StatementRequest,
} from './requests.ts'

/** A row as clients receive it. `row`: values in the order of `columns`. */
export interface StreamedRow {
  readonly row: Row
  /** True: the row was deleted; its key columns have their values, the others are null. */
  readonly tombstone: boolean
}

/** How a stream of rows ended. `finalMessage`: the last element that the API sends; null for pull queries on tables. */
export type StreamEnd =
  | { readonly reason: 'completed' | 'limit' | 'closed'; readonly finalMessage: string | null }
  | { readonly reason: 'error'; readonly error: Error }

/** The receiver of a stream. */
export interface StreamSubscriber<Item> {
  /** Resolves when the subscriber can take more; at most one call is pending. */
  readonly onItems: (items: readonly Item[]) => Promise<void> | void
  /** Called once, after the last `onItems` has settled. */
  readonly onEnd: (end: StreamEnd) => void
}

interface OpenStream<Item> {
  readonly queryId: string
  /** Starts the flow. May be called once. */
  subscribe(subscriber: StreamSubscriber<Item>): void
  /** Ends the flow; `onEnd` receives `closed` unless it has ended before. Idempotent. */
  close(): Promise<void>
}

/** The rows of a SELECT. */
export interface RowStream extends OpenStream<StreamedRow> {
  readonly kind: 'push' | 'pullTable' | 'pullStream'
  readonly columns: readonly Column[]
  /** The `schema` of the header element; pull queries on tables mark key columns. See docs/http-api.md#post-query. */
  readonly schemaText: string
  /** Names of the columns that `schemaText` marks. */
  readonly keyColumns: readonly string[]
  /** As `subscribe`, with batches of rows as JSON, which a pull query on a table has without values in between. One of both may be called. */
  readonly subscribeJson?: (subscriber: StreamSubscriber<JsonRows>) => void
  /** Records of a push query that could not be read or processed; absent on other queries. */
  readonly recordErrors?: RecordErrors
}

/** Counted since the query was subscribed to. The processing log has all of them. */
export interface RecordErrors {
  readonly count: number
  /** The cause of the last one, and its place where that is known; empty: there was none. */
  readonly last: string
}

/** The lines of PRINT, without their newlines. */
export interface LineStream extends OpenStream<string> {
  readonly kind: 'print'
}

/**
 * The release of ksqlDB whose dialect and API this server speaks. ksqlDB's command line and migrations tool refuse a server whose
 * version is below 0.10.0. Source: ksqlDB's KsqlVersion and ServerVersionUtil.
 */
export const PEER_VERSION = '0.29.0'

/** The answer of GET /info. */
export interface ServerInfo {
  /** Version of ksqlDB that clients may expect. */
  readonly version: string
  readonly millraceVersion: string
  readonly kafkaClusterId: string
  readonly ksqlServiceId: string
  readonly serverStatus: 'RUNNING' | 'ERROR' | 'DEGRADED'
}

/** The answer of GET /healthcheck. */
export interface HealthCheck {
  readonly isHealthy: boolean
  readonly details: {
    readonly metastore: { readonly isHealthy: boolean }
    readonly kafka: { readonly isHealthy: boolean }
    readonly commandRunner: { readonly isHealthy: boolean }
    /** The embedded log; absent while no stored record of it was found damaged since the server started. */
    readonly log?: { readonly isHealthy: false; readonly damages: readonly LogDamage[] }
  }
  readonly serverState: 'READY' | 'INITIALIZING' | 'TERMINATING'
}

/**
 * Inserts the row of one line: a JSON object of column values, whose names match columns in any case unless in back-quotes. Throws
 * RequestError for a line that is not a JSON object and StatementError for a row that does not fit the target. The promise, which rows that are
 * stored together share, resolves when the row is stored and rejects with a BrokerError.
 */
export type InsertRow = (line: string) => Promise<void>

/** Properties of the records of inserted rows, apart from their columns. */
export interface InsertRecordOptions {
  /** Null: the partition follows from the key, as in Kafka's producers. */
  readonly partition: number | null
  /** Headers of each record; may be empty. */
  readonly headers: readonly Header[]
  /** True: rows have key columns only, and each record deletes the row of its key. */
  readonly tombstones: boolean
}

/** The settings of a stream of inserted rows. */
export interface InsertsRequest extends Omit<QueryRequest, 'sql'> {
  readonly records?: InsertRecordOptions
}

/** What metrics read from the engine. */
export interface MeteredEngine {
  readonly catalog: () => Catalog
  readonly pushQueries: () => number
}

/** The engine of one server. */
export interface Engine {
  /**
   * Runs statements in order; none is executed unless all are accepted. Resolves to one entity for each statement that has an answer. Throws
   * StatementFailure (statement-failure.ts), ParseError or RequestError.
   */
  execute(request: StatementRequest): Promise<Entity[]>
  /**
   * Ends the cluster for good: all queries with their state and internal topics, the sinks whose topics are named (exactly, or by regular
   * expressions), and the command log. Afterwards every request is refused. Throws RequestError for a bad expression.
   */
  terminate(deleteTopics: readonly string[]): Promise<Entity>
  /** Opens exactly one SELECT or PRINT. Throws as `execute` does. */
  openQuery(request: QueryRequest): Promise<RowStream | LineStream>
  /** Ends the push query with this id, in either case. Resolves to false if there is none. */
  closeQuery(queryId: string): Promise<boolean>
  /** Checks that rows may be inserted; resolves to the function that inserts one. Throws StatementError. */
  openInserts(target: string, request?: InsertsRequest): Promise<InsertRow>
  /** Sends a bad record or a dead letter to its topic again. Throws RequestError and StatementError, as send-again.ts says. */
  sendAgain(request: SendAgainRequest): Promise<SentAgain>
  /** Status of every command by its id `type/entity/action`. */
  commandStatuses(): ReadonlyMap<string, CommandStatus>
  info(): Promise<ServerInfo>
  clusterStatus(): Promise<ClusterStatus>
  /** All that is defined, and what it has done on this server; cheap enough to be read each second. */
  overview(): Promise<Overview>
  /** Some records of a topic. Throws RequestError for one that does not exist. */
  browseTopic(request: BrowseRequest): Promise<BrowsedTopic>
  /** Called when another server, `host:port`, reports that it lives. */
  noteHeartbeat(host: string): void
  /** Called when another server reports how far its copies are. */
  noteLags(host: string, lags: HostStoreLags): void
  health(): Promise<HealthCheck>
  /** Whether clients may set this configuration; throws RequestError if not. */
  checkProperty(name: string): void
  /** Ends open queries, stops the runtime with its state committed, and closes what the engine opened. */
  close(): Promise<void>
}
