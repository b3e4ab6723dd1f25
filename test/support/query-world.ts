/** A runtime over an embedded log in a temporary directory, driven by SQL, for tests of running queries. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Broker } from '../../src/broker/broker.ts'
import { type EmbeddedLog, openEmbeddedLog } from '../../src/broker/embedded/embedded-log.ts'
import { RecordBatchCursor } from '../../src/broker/record-batch-cursor.ts'
import { systemClock, systemTimer } from '../../src/clock.ts'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { createRegistry } from '../../src/functions/registry.ts'
import { EMPTY_METASTORE, type Metastore, putSource } from '../../src/metastore/metastore.ts'
import type { PhysicalPlan } from '../../src/plan/physical-plan.ts'
import { planCreateAs, planInsertInto } from '../../src/plan/queries/persistent-query.ts'
import { planPushQuery } from '../../src/plan/queries/push-query.ts'
import { planCreateSource } from '../../src/plan/statements/create-source.ts'
import type { TopicRequest } from '../../src/plan/topic-request.ts'
import type { ProcessingError } from '../../src/runtime/processing-error.ts'
import {
  createQueryRuntime,
  type QueryRuntimeOptions,
  type SettlingQueryRuntime,
} from '../../src/runtime/queries/runtime.ts'
import { type InProcessWorkersOptions, inProcessWorkers } from '../../src/runtime/worker/in-process-workers.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import { produceJson, type TestRecord } from './produce-json.ts'

export const functions = createRegistry(BUILT_IN_FUNCTIONS)

export interface ReadRecord {
  readonly key: string | null
  readonly value: unknown
  readonly timestamp: number
  readonly partition: number
}

const EARLIEST = { 'auto.offset.reset': 'earliest' }

/** Options of the runtime, and of its worker in this thread, that differ from plain ones; called at each start. */
export type Overrides = (
  log: EmbeddedLog,
) => Partial<QueryRuntimeOptions & Pick<InProcessWorkersOptions, 'functions' | 'stores'>>

export class QueryWorld {
  readonly log: EmbeddedLog
  readonly broker: Broker
  readonly errors: { readonly queryId: string; readonly error: ProcessingError }[] = []
  runtime: SettlingQueryRuntime
  readonly #dataDir: string
  readonly #overrides: Overrides
  readonly #partitions = new Map<string, number>()
  #metastore: Metastore = EMPTY_METASTORE

  /** `parent`: where its directory is made. */
  static async open(overrides: Overrides = () => ({}), { parent = tmpdir() } = {}): Promise<QueryWorld> {
    const dataDir = mkdtempSync(join(parent, 'millrace-queries-'))
    const log = await openEmbeddedLog({ dataDir, fsync: 'never', maintenanceIntervalMs: 0, warn: console.error })
    return new QueryWorld(dataDir, log, overrides)
  }

  private constructor(dataDir: string, log: EmbeddedLog, overrides: Overrides) {
    this.#dataDir = dataDir
    this.log = log
    this.broker = log.broker()
    this.#overrides = overrides
    const { functions: other } = overrides(log)
    if (other !== undefined) this.#functions = other
    this.runtime = this.#makeRuntime()
  }

  #makeRuntime(): SettlingQueryRuntime {
    const { stores, ...overrides } = this.#overrides(this.log)
    const plain = { broker: this.broker, clock: systemClock, config: {}, ...overrides }
    // The worker's own timer: a test that sets time by hand sets it for the runtime alone.
    const inProcess = { functions, random: Math.random, ...plain, timer: systemTimer }
    const workers = inProcessWorkers(stores === undefined ? inProcess : { ...inProcess, stores })
    const runtime = createQueryRuntime({ timer: systemTimer, workers, ...plain })
    runtime.onProcessingError((queryId, error) => this.errors.push({ queryId, error }))
    return runtime
  }

  /** Another runtime over the same topics, as after a restart of the server. */
  async restart(): Promise<void> {
    await this.runtime.close()
    this.runtime = this.#makeRuntime()
  }

  async close(): Promise<void> {
    await this.runtime.close()
    await this.log.close()
    rmSync(this.#dataDir, { recursive: true, force: true })
  }

  /** Runs CREATE statements; CREATE ... AS SELECT and INSERT INTO start queries Q1, Q2, ... and answer their plans. */
  async run(sql: string, config: Readonly<Record<string, string>> = EARLIEST): Promise<PhysicalPlan[]> {
    const plans = await this.plan(sql)
    for (const plan of plans) await this.runtime.start({ plan, config, paused: false })
    return plans
  }

  /** As `run`, without starting the queries; topics are made. */
  async plan(sql: string): Promise<PhysicalPlan[]> {
    const plans: PhysicalPlan[] = []
    for (const statement of parseStatements(sql)) {
      const queryId = `Q${++this.#queries}`
      if (statement.kind === 'createSource') {
        const { source, topic, deadLetterTopic } = planCreateSource(statement, this.#context())
        this.#metastore = putSource(this.#metastore, source)
        await this.#makeTopic(topic)
        if (deadLetterTopic !== null) await this.#makeTopic(deadLetterTopic)
      } else if (statement.kind === 'createAs') {
        const { source, topic, plan } = planCreateAs(statement, queryId, this.#context())
        this.#metastore = putSource(this.#metastore, source)
        await this.#makeTopic(topic)
        plans.push(throughJson(plan))
      } else if (statement.kind === 'insertInto') {
        plans.push(throughJson(planInsertInto(statement, queryId, this.#context()).plan))
      } else throw new Error(`not a statement for this test: ${statement.kind}`)
    }
    return plans
  }

  /** A CREATE STREAM AS, whose topic is there, planned and not started. */
  persistentPlan(sql: string): PhysicalPlan {
    const [statement] = parseStatements(sql)
    if (statement?.kind !== 'createAs') throw new Error('not a CREATE ... AS')
    return throughJson(planCreateAs(statement, `Q${++this.#queries}`, this.#context()).plan)
  }

  pushPlan(sql: string): PhysicalPlan {
    const [statement] = parseStatements(sql)
    if (statement?.kind !== 'query') throw new Error('not a query')
    return throughJson(planPushQuery(statement.query, () => `push_${++this.#queries}`, this.#context()).plan)
  }

  #queries = 0
  #functions = functions

  #context() {
    return {
      metastore: this.#metastore,
      functions: this.#functions,
      partitions: (topic: string) => this.#partitions.get(topic),
      config: (name: string) => (name === 'ksql.persistence.default.format.value' ? 'JSON' : undefined),
    }
  }

  async #makeTopic({ name, partitions, cleanupPolicy }: TopicRequest): Promise<void> {
    if (this.#partitions.has(name)) return
    const count = partitions ?? 1
    this.#partitions.set(name, count)
    await this.broker.createTopic({ name, partitions: count, config: { 'cleanup.policy': cleanupPolicy } })
  }

  /** JSON values, keys as text, partitioned as Kafka does. */
  async produce(topic: string, records: readonly TestRecord[]): Promise<void> {
    await produceJson(this.broker, { topic, partitions: this.#partitions.get(topic)! }, records)
  }

  /** All records of a topic, partition by partition; keys as text, values parsed. */
  async read(topic: string): Promise<ReadRecord[]> {
    const ends = await this.broker.endOffsets(topic, { readCommitted: true })
    const starts = await this.broker.startOffsets(topic)
    const fetcher = this.broker.fetcher({ readCommitted: true })
    for (const { partition, offset } of starts) fetcher.assign({ topic, partition, offset })
    const records: ReadRecord[] = []
    const open = new Set(
      ends.filter(({ partition, offset }) => offset > starts[partition]!.offset).map((end) => end.partition),
    )
    const cursor = new RecordBatchCursor()
    while (open.size > 0) {
      for (const part of await fetcher.poll(1000)) {
        if (part.error !== null) throw part.error
        cursor.reset(part.batches, part.fetchOffset, part.abortedTransactions)
        while (cursor.next()) records.push({ ...readRecord(cursor), partition: part.partition })
        if (part.nextOffset >= ends[part.partition]!.offset) open.delete(part.partition)
      }
    }
    await fetcher.close()
    return records.toSorted((a, b) => a.partition - b.partition)
  }

  /** Values only, in no order between partitions. */
  async values(topic: string): Promise<unknown[]> {
    return (await this.read(topic)).map(({ value }) => value)
  }
}

function readRecord({
  buffer,
  keyStart,
  keyEnd,
  valueStart,
  valueEnd,
  timestamp,
}: RecordBatchCursor): Omit<ReadRecord, 'partition'> {
  return {
    key: keyEnd < 0 ? null : buffer.toString('utf8', keyStart, keyEnd),
    value: valueEnd < 0 ? null : JSON.parse(buffer.toString('utf8', valueStart, valueEnd)),
    timestamp,
  }
}

const throughJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value
