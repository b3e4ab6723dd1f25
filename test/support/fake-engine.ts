// An engine without SQL: it answers what a test lays down, and keeps what it was asked.

import {
  type Engine,
  PEER_VERSION,
  type RowStream,
  type StreamEnd,
  type StreamedRow,
  type StreamSubscriber,
} from '../../src/engine/api.ts'
import type { CommandStatus } from '../../src/engine/commands/command.ts'
import type { Entity } from '../../src/engine/describe/entities.ts'
import type { Overview } from '../../src/engine/describe/overview.ts'
import type {
  BrowsedTopic,
  BrowseRequest,
  QueryRequest,
  SendAgainRequest,
  SentAgain,
  StatementRequest,
} from '../../src/engine/requests.ts'
import { parseJsonValue } from '../../src/types/json-parse.ts'
import type { Column } from '../../src/types/schema.ts'
import { BIGINT, STRING } from '../../src/types/sql-type.ts'
import type { Row } from '../../src/types/value.ts'

export const COLUMNS: readonly Column[] = [
  { name: 'K', type: STRING },
  { name: 'N', type: BIGINT },
]

/** A query whose rows the test gives. */
export class FakeStream implements RowStream {
  readonly kind: RowStream['kind']
  readonly queryId = 'transient_S_1'
  readonly columns: readonly Column[]
  readonly schemaText = '`K` STRING, `N` BIGINT'
  keyColumns: readonly string[] = []
  isClosed = false
  #subscriber: StreamSubscriber<StreamedRow> | null = null
  #subscribed: () => void = () => {}
  readonly whenSubscribed = new Promise<void>((resolve) => {
    this.#subscribed = resolve
  })
  #closed: () => void = () => {}
  readonly whenClosed = new Promise<void>((resolve) => {
    this.#closed = resolve
  })

  constructor(kind: RowStream['kind'] = 'push', columns = COLUMNS) {
    this.kind = kind
    this.columns = columns
  }

  subscribe(subscriber: StreamSubscriber<StreamedRow>): void {
    this.#subscriber = subscriber
    this.#subscribed()
  }

  /** Resolves when the client has taken them. */
  async send(...rows: Row[]): Promise<void> {
    await this.sendRows(rows.map((row) => ({ row, tombstone: false })))
  }

  async sendRows(rows: readonly StreamedRow[]): Promise<void> {
    await this.whenSubscribed
    await this.#subscriber!.onItems(rows)
  }

  async end(end: StreamEnd): Promise<void> {
    await this.whenSubscribed
    this.#subscriber!.onEnd(end)
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    this.#closed()
    this.#subscriber?.onEnd({ reason: 'closed', finalMessage: null })
  }
}

export class FakeEngine implements Engine {
  readonly requests: (StatementRequest | QueryRequest)[] = []
  readonly inserted: ReadonlyMap<string, unknown>[] = []
  readonly statuses = new Map<string, CommandStatus>()
  answer: (request: StatementRequest) => Promise<Entity[]> = async () => []
  open: (request: QueryRequest) => ReturnType<Engine['openQuery']> = async () => new FakeStream()
  insert: (values: ReadonlyMap<string, unknown>) => Promise<void> = async () => {}

  async execute(request: StatementRequest): Promise<Entity[]> {
    this.requests.push(request)
    return this.answer(request)
  }

  async openQuery(request: QueryRequest): ReturnType<Engine['openQuery']> {
    this.requests.push(request)
    return this.open(request)
  }

  async terminate(deleteTopics: readonly string[]): Promise<Entity> {
    this.requests.push({ sql: `terminate ${deleteTopics.join(' ')}` })
    return { '@type': 'warning_entity', message: 'ended', statementText: '', warnings: [] }
  }

  async closeQuery(queryId: string): Promise<boolean> {
    return queryId === 'transient_S_1'
  }

  async openInserts(): Promise<(line: string) => Promise<void>> {
    return async (line) => {
      const values = parseJsonValue(line) as ReadonlyMap<string, unknown>
      await this.insert(values)
      this.inserted.push(values)
    }
  }

  commandStatuses(): ReadonlyMap<string, CommandStatus> {
    return this.statuses
  }

  async info() {
    return {
      version: PEER_VERSION,
      millraceVersion: '0.1.0',
      kafkaClusterId: 'cluster',
      ksqlServiceId: 'default_',
      serverStatus: 'RUNNING',
    } as const
  }

  async clusterStatus() {
    return {}
  }

  overview: () => Promise<Overview> = async () => ({ at: 0, sources: [], queries: [], connectors: [], pushQueries: 0 })

  browse: (request: BrowseRequest) => Promise<BrowsedTopic> = async () => ({
    records: [],
    keyFormat: '',
    valueFormat: '',
    partitions: [],
  })

  browseTopic(request: BrowseRequest): Promise<BrowsedTopic> {
    return this.browse(request)
  }

  readonly sentAgain: SendAgainRequest[] = []

  async sendAgain(request: SendAgainRequest): Promise<SentAgain> {
    this.sentAgain.push(request)
    const { topic, partition, offset } = request
    return { topic, partition, from: `${topic}-${partition}@${offset}` }
  }

  noteHeartbeat(): void {}

  noteLags(): void {}

  async health() {
    const good = { isHealthy: true }
    return {
      isHealthy: true,
      details: { metastore: good, kafka: good, commandRunner: good },
      serverState: 'READY',
    } as const
  }

  checkProperty(): void {}

  async close(): Promise<void> {}
}
