/**
 * Runs a query without a broker, on one partition and a hand-set clock: each record goes through the whole topology, internal topics
 * included, before the next one. Offsets count from 0 per topic. Source: Kafka Streams' TopologyTestDriver.
 */

import type { Clock } from '../../clock.ts'
import { messageOf, QueryError } from '../../errors.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import { NO_CALLER } from '../../functions/user-functions.ts'
import type { RepartitionStep, SinkStep, StepId, StepSchema } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { splitTopology, stepSchemas } from '../../plan/topology.ts'
import type { WriterSchemas } from '../../serde/format.ts'
import { NO_REGISTRY } from '../../serde/loaded-schemas.ts'
import { memoryStoresIn } from '../../state/memory.ts'
import type { StateStore } from '../../state/store.ts'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { Header, Process, StreamRecord } from '../../types/record.ts'
import type { ProcessingError } from '../processing-error.ts'
import { fatalError, policyOf } from './bad-records.ts'
import { internalReader } from './internal-record.ts'
import type { RecordCursor } from './record-cursor.ts'
import type { RecordEncoder } from './record-encoder.ts'
import { SharedSource, type TaskInput } from './shared-source.ts'
import { Task, type TaskEntry } from './task.ts'

/** A record in bytes, as it lies in a topic. */
export interface TopicRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** Epoch ms. */
  readonly timestamp: number
  readonly headers: readonly Header[]
}

export interface ProducedRecord extends TopicRecord {
  readonly topic: string
}

export interface TestDriverOptions {
  readonly plan: PhysicalPlan
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
  readonly config: (name: string) => string | undefined
  readonly onError?: (error: ProcessingError) => void
  /** Takes the rows of a push query. */
  readonly subscriber?: Process
  /** Schemas that records were written with; absent: there is no registry. */
  readonly writerSchemas?: WriterSchemas
}

/** One record as a cursor over its own bytes. */
class SingleRecord implements RecordCursor {
  readonly buffer: Buffer
  readonly keyStart = 0
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly offset: number
  readonly timestamp: number
  readonly headers: readonly Header[]
  readonly headerCount: number

  constructor({ key, value, timestamp, headers }: TopicRecord, offset: number) {
    const keyLength = key?.length ?? 0
    this.buffer = Buffer.concat([key ?? Buffer.alloc(0), value ?? Buffer.alloc(0)])
    this.keyEnd = key === null ? -1 : keyLength
    this.valueStart = keyLength
    this.valueEnd = value === null ? -1 : this.buffer.length
    this.offset = offset
    this.timestamp = timestamp
    this.headers = headers
    this.headerCount = headers.length
  }
}

interface Reader {
  readonly task: Task
  readonly read: (cursor: SingleRecord) => void
}

export class TestDriver {
  readonly #options: TestDriverOptions
  #tasks: Task[] = []
  readonly #readers = new Map<string, Reader[]>()
  readonly #offsets: Map<string, number>
  readonly #stores: Map<string, StateStore>
  readonly #internal: { readonly step: string; readonly record: TopicRecord }[] = []
  readonly #repartitions = new Set<RepartitionStep>()
  #produced: ProducedRecord[] = []

  /** `former`: runs an older plan of the same query, whose state and offsets this one takes over. */
  constructor(options: TestDriverOptions, former?: TestDriver) {
    this.#options = options
    this.#offsets = former === undefined ? new Map() : new Map(former.#offsets)
    this.#stores = former === undefined ? new Map() : new Map(former.#stores)
    this.#start(former === undefined ? [] : former.#streamTimes)
  }

  /** As after a restart of the server: state, offsets and stream time are kept, nothing else. */
  restart(): void {
    const streamTimes = this.#streamTimes
    this.#readers.clear()
    this.#start(streamTimes)
  }

  /** The stream time of each task; -1 before its first record. */
  get #streamTimes(): number[] {
    return this.#tasks.map(({ latestTime }) => latestTime)
  }

  /** `streamTimes`: what the tasks had reached before. */
  #start(streamTimes: readonly number[]): void {
    const options = this.#options
    const { steps } = options.plan
    this.#tasks = []
    const schemas = stepSchemas(steps)
    const store = memoryStoresIn(this.#stores)
    for (const [i, topology] of splitTopology(steps).entries()) {
      const task = new Task({
        ...options,
        functions: options.functions.withUsers(options.plan.functions ?? [], NO_CALLER),
        topology,
        schemas,
        plan: steps,
        partition: 0,
        upstreamTasks: () => 0,
        elapsed: () => 0,
        coalesces: false,
        postpones: false,
        store,
        usage: () => null,
        reportError: (error) => options.onError?.(error),
        sink: (step) => (record, encoder) => this.#produce(step, record, encoder),
        repartition: (step) => (record, encoder) => {
          this.#repartitions.add(step)
          this.#internal.push({ step: step.id, record: encode(record, encoder) })
        },
        subscriber: () => options.subscriber ?? (() => {}),
      })
      task.advanceStreamTime(streamTimes[i] ?? -1)
      this.#tasks.push(task)
      for (const entry of task.entries) this.#addReader(task, entry, schemas)
    }
  }

  /** Topics outside the query that it reads. */
  get sourceTopics(): readonly string[] {
    return this.#options.plan.steps.flatMap((step) => (step.kind === 'source' ? [step.topic] : []))
  }

  /** Those whose internal topics it has written to. */
  get repartitions(): readonly RepartitionStep[] {
    return [...this.#repartitions]
  }

  /** What the query writes because of this record. Throws QueryError where a running query would stop. */
  pipe(topic: string, record: TopicRecord): ProducedRecord[] {
    this.#produced = []
    try {
      this.#feed(`topic:${topic}`, record)
      for (let next = this.#internal.shift(); next !== undefined; next = this.#internal.shift()) {
        this.#feed(`step:${next.step}`, next.record)
      }
    } catch (error) {
      throw this.#stopped(error)
    }
    return this.#produced
  }

  #feed(source: string, record: TopicRecord): void {
    const offset = this.#offsets.get(source) ?? 0
    this.#offsets.set(source, offset + 1)
    const cursor = new SingleRecord(record, offset)
    for (const { task, read } of this.#readers.get(source) ?? []) {
      read(cursor)
      task.flush()
    }
  }

  #addReader(task: Task, entry: TaskEntry, schemas: ReadonlyMap<StepId, StepSchema>): void {
    const { step } = entry
    const source = step.kind === 'source' ? `topic:${step.topic}` : `step:${step.id}`
    const reader = { task, read: this.#readerOf(task, entry, schemas) }
    const readers = this.#readers.get(source)
    if (readers === undefined) this.#readers.set(source, [reader])
    else readers.push(reader)
  }

  /** A record without a time is left out, as where it is read. */
  #produce({ id, topic }: SinkStep, record: StreamRecord, encoder: RecordEncoder): void {
    try {
      encoder.timestamp(record)
    } catch (error) {
      const { message } = error as Error
      if (this.#failsOnBadTime)
        throw new Error(`Fatal user code error in TimestampExtractor callback for record: ${message}`)
      const target = 'value'
      this.#options.onError?.({ type: 'serialization', step: id, message, causes: [], position: null, target })
      return
    }
    this.#produced.push({ topic, ...this.#encode(record, encoder) })
  }

  #encode(record: StreamRecord, encoder: RecordEncoder): TopicRecord {
    try {
      return encode(record, encoder)
    } catch (error) {
      const message = `Unable to serialize record. ${messageOf(error)}`
      throw new QueryError(message, { queryId: this.#options.plan.queryId, type: 'UNKNOWN', cause: error })
    }
  }

  get #failsOnBadTime(): boolean {
    return this.#options.config('ksql.timestamp.throw.on.invalid') === 'true'
  }

  #readerOf(task: Task, entry: TaskEntry, schemas: ReadonlyMap<StepId, StepSchema>): Reader['read'] {
    const { step } = entry
    if (step.kind === 'repartition') {
      const read = internalReader(step, schemas.get(step.id)!)
      return (cursor) => entry.process(read(cursor), cursor.offset, cursor)
    }
    const { config } = this.#options
    const policy = policyOf(step, config, { transient: true })
    const input: TaskInput = {
      entry,
      needsStreamTime: true,
      keepsRecords: false,
      beginFilter: () => {},
      takeRecord: (record, offset, cursor) => entry.process(record, offset, cursor),
      advanceStreamTime: (timestamp) => task.advanceStreamTime(timestamp),
      takeBadRecord: (fault, { offset }) => {
        entry.reportBadRecord(fault, offset)
        const fatal = fatalError({ topic: step.topic, partition: 0, offset }, fault, { policy, config })
        if (fatal !== null) throw fatal
      },
    }
    const headers = (cursor: RecordCursor) => (cursor as SingleRecord).headers
    const { writerSchemas = NO_REGISTRY } = this.#options
    const source = new SharedSource([input], { partition: 0, headers, writerSchemas })
    return (cursor) => source.read(cursor)
  }

  #stopped(error: unknown): QueryError {
    const message = messageOf(error)
    const text = message.startsWith('Fatal user code error') ? message : `Exception caught in process. ${message}`
    return new QueryError(text, { queryId: this.#options.plan.queryId, type: 'UNKNOWN', cause: error })
  }
}

function encode(record: StreamRecord, encoder: RecordEncoder): TopicRecord {
  const sink = new ByteBuffer()
  const key = encoder.writeKey(record, sink) ? sink.take() : null
  sink.clear()
  const value = encoder.writeValue(record, sink) ? sink.take() : null
  return { key, value, timestamp: encoder.timestamp(record), headers: record.headers ?? [] }
}
