/**
 * The processing log: errors of single records, written to a topic that is queried like any other stream. Errors wait in a bounded buffer;
 * when it is full, new ones are counted and dropped, so that bad input cannot exhaust the server's memory. Source: ksqlDB's
 * `ProcessingLogMessageSchema`.
 */
import type { Broker } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import type { Clock, Scheduled, Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import { loggerOf } from '../../plan/describe.ts'
import { topicRequest } from '../../plan/topic-request.ts'
import type { ProcessingError } from '../../runtime/processing-error.ts'
import type { QueryRuntime } from '../../runtime/query-runtime.ts'
import { encodeBase64 } from '../../types/base64.ts'
import type { Catalog } from '../commands/catalog.ts'
import type { Config } from '../config/config.ts'
import type { RowProducer } from '../inserts/row-producer.ts'
import type { StatementRequest } from '../requests.ts'
import { StatementFailure } from '../statement-failure.ts'
import { ensureTopic } from '../topics.ts'

const MAX_WAITING = 10_000
const FLUSH_MS = 200

const COLUMNS =
  'logger VARCHAR, level VARCHAR, time BIGINT, message STRUCT<type INT, ' +
  'deserializationError STRUCT<target VARCHAR, errorMessage VARCHAR, recordB64 VARCHAR, cause ARRAY<VARCHAR>, `topic` VARCHAR, ' +
  '`partition` INT, `offset` BIGINT>, ' +
  'recordProcessingError STRUCT<errorMessage VARCHAR, record VARCHAR, cause ARRAY<VARCHAR>>, ' +
  'productionError STRUCT<errorMessage VARCHAR>, ' +
  'serializationError STRUCT<target VARCHAR, errorMessage VARCHAR, record VARCHAR, cause ARRAY<VARCHAR>, `topic` VARCHAR>, ' +
  'kafkaStreamsThreadError STRUCT<errorMessage VARCHAR, threadName VARCHAR, cause ARRAY<VARCHAR>>>'

export interface ProcessingLogParts {
  readonly broker: Broker
  readonly runtime: Pick<QueryRuntime, 'onProcessingError'>
  readonly clock: Clock
  readonly timer: Timer
  readonly config: Config
  readonly rows: RowProducer
  /** What is in force now. */
  readonly catalog: () => Catalog
}

/** Writes processing errors in batches, once it has been started. */
export class ProcessingLog {
  readonly #parts: ProcessingLogParts
  readonly #warn: (message: string) => void
  readonly #topic: string
  #waiting: string[] = []
  #dropped = 0
  #isStarted = false
  #nextFlush: Scheduled | null = null
  #writing: Promise<void> = Promise.resolve()
  /** Whether the last flush lost entries, so that an outage is one warning. */
  #isFailing = false

  /** `warn`: receives what keeps the log from being written, in words for the operator. */
  constructor(parts: ProcessingLogParts, warn: (message: string) => void) {
    const { config } = parts
    this.#parts = parts
    this.#warn = warn
    this.#topic =
      config.get('ksql.logging.processing.topic.name') ?? `${config.get('ksql.service.id')}ksql_processing_log`
  }

  /**
   * Creates topic and stream as configured, then logs errors. A server that may not create them runs without the log. `run`: runs
   * statements.
   */
  async start(run: (request: StatementRequest) => Promise<unknown>): Promise<void> {
    const { config, runtime } = this.#parts
    if (!config.flag('ksql.logging.processing.topic.auto.create')) return
    try {
      await this.#create(run)
    } catch (error) {
      if (!(error instanceof BrokerError || error instanceof StatementFailure)) throw error
      this.#warn(`The processing log is off, as its topic or stream could not be created: ${messageOf(error)}`)
      return
    }
    this.#isStarted = true
    runtime.onProcessingError((queryId, error) => this.report(queryId, error))
  }

  async #create(run: (request: StatementRequest) => Promise<unknown>): Promise<void> {
    const { config, broker, catalog } = this.#parts
    const partitions = config.number('ksql.logging.processing.topic.partitions')
    const replicas = config.number('ksql.logging.processing.topic.replication.factor')
    await ensureTopic(broker, topicRequest(this.#topic, { partitions, replicas }))
    const stream = config.get('ksql.logging.processing.stream.name')!
    if (config.flag('ksql.logging.processing.stream.auto.create') && !catalog().metastore.sources.has(stream)) {
      const properties = `KAFKA_TOPIC='${this.#topic}', VALUE_FORMAT='JSON'`
      await run({ sql: `CREATE STREAM IF NOT EXISTS \`${stream}\` (${COLUMNS}) WITH (${properties});` })
    }
  }

  /** Writes the buffered errors. */
  async close(): Promise<void> {
    this.#nextFlush?.cancel()
    await this.#writing
    await this.#flush()
  }

  /** Nothing happens before `start`. */
  report(queryId: string, error: ProcessingError): void {
    if (!this.#isStarted) return
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped++
      return
    }
    const time = this.#parts.clock.now()
    const withRows = this.#parts.config.flag('ksql.logging.processing.rows.include')
    this.#waiting.push(entryText(queryId, error, time, withRows))
    this.#nextFlush ??= this.#parts.timer.after(FLUSH_MS, () => {
      this.#nextFlush = null
      this.#writing = this.#flush()
    })
  }

  /** If the topic is unreachable, the entries of this flush are counted and dropped: the log must never hold up a query. */
  async #flush(): Promise<void> {
    const entries = this.#waiting
    const dropped = this.#dropped
    this.#waiting = []
    this.#dropped = 0
    if (dropped > 0) entries.push(droppedText(dropped, this.#parts.clock.now()))
    const { rows } = this.#parts
    const sends = entries.map((entry) =>
      rows.send(this.#topic, { key: null, value: Buffer.from(entry) }, { timestamp: null }),
    )
    const results = await Promise.allSettled(sends)
    const failed = results.filter((result) => result.status === 'rejected')
    for (const { reason } of failed) if (!(reason instanceof BrokerError)) throw reason
    const isNoteLost = dropped > 0 && results.at(-1)?.status === 'rejected'
    this.#dropped += failed.length + (isNoteLost ? dropped - 1 : 0)
    if (failed.length > 0 && !this.#isFailing) {
      this.#warn(`The processing log cannot be written, and entries are dropped: ${messageOf(failed[0]!.reason)}`)
    }
    this.#isFailing = failed.length > 0
  }
}

const MESSAGE_TYPES = { deserialization: 0, processing: 1, production: 2, serialization: 3 } as const

function entryText(queryId: string, error: ProcessingError, time: number, withRows: boolean): string {
  const logger = `processing.${loggerOf(queryId, error.step)}`
  const level = error.isNotice ? 'INFO' : 'ERROR'
  return JSON.stringify({ logger, level, time, message: message(error, withRows) })
}

function message(error: ProcessingError, withRows: boolean): Readonly<Record<string, unknown>> {
  const { target, message: errorMessage, causes: cause, position, bytes } = error
  const topic = position?.topic ?? null
  const type = MESSAGE_TYPES[error.type]
  switch (error.type) {
    case 'deserialization': {
      const recordB64 = withRows && bytes !== undefined ? encodeBase64(bytes) : null
      const place = { topic, partition: position?.partition ?? null, offset: position?.offset ?? null }
      return { type, deserializationError: { target, errorMessage, recordB64, cause, ...place } }
    }
    case 'processing':
      return { type, recordProcessingError: { errorMessage, record: null, cause } }
    case 'production':
      return { type, productionError: { errorMessage } }
    case 'serialization':
      return { type, serializationError: { target, errorMessage, record: null, cause, topic } }
  }
}

function droppedText(count: number, time: number): string {
  const errorMessage = `${count} more errors could not be logged: they came faster than they could be written, or the log's topic was unreachable.`
  const recordProcessingError = { errorMessage, record: null, cause: [] }
  const type = MESSAGE_TYPES.processing
  return JSON.stringify({ logger: 'processing', level: 'ERROR', time, message: { type, recordProcessingError } })
}
