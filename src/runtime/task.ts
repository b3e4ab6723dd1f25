/**
 * A task: one sub-topology over one partition. Synchronous, single-threaded and deterministic: given records and a clock it yields
 * records. The same task runs under the test driver, over the embedded log and over Kafka; they differ in what they hand in.
 */
import type { Clock } from '../clock.ts'
import type { FunctionContext } from '../functions/declaration.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import { compilePredicate } from '../operators/evaluate.ts'
import type { FilterStep } from '../operators/filter.ts'
import { inputsOf } from '../operators/inputs.ts'
import type { OperatorContext } from '../operators/operator.ts'
import { readsOldValue } from '../operators/old-value.ts'
import type { RepartitionStep, SinkStep, SourceStep, StepId, StepSchema, SubscriberStep } from '../operators/step.ts'
import type { OperatorStep, Step } from '../operators/index.ts'
import { columnsOf } from '../expressions/inspect.ts'
import type { StateStore, StoreSpec } from '../state/store.ts'
import type { Header, Process, StreamRecord } from '../types/record.ts'
import { internalEncoder, internalReader } from './internal-topic.ts'
import { needsKey } from './key-use.ts'
import type { ReportError } from './processing-log.ts'
import type { RecordCursor } from './record-cursor.ts'
import { type KeySource, type RecordEncoder, sinkEncoder } from './record-encoder.ts'
import { SourceReader } from './source-reader.ts'
import { definitionOf, type SubTopology } from './topology.ts'

/** Takes encoded records for one topic: the driver decides the partition and writes. */
export type Output = (record: StreamRecord, encoder: RecordEncoder) => void

export interface TaskOptions {
  readonly topology: SubTopology
  /** Schemas of all steps of the plan. */
  readonly schemas: ReadonlyMap<StepId, StepSchema>
  /** All steps of the plan. */
  readonly plan: readonly Step[]
  readonly partition: number
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
  readonly config: (name: string) => string | undefined
  readonly store: (spec: StoreSpec) => StateStore
  readonly sink: (step: SinkStep) => Output
  /** Null: what is written goes straight to the task of the other side, in this process (the test driver). */
  readonly repartition: (step: RepartitionStep) => Output | Process
  readonly subscriber: (step: SubscriberStep) => Process
  readonly headers: (cursor: RecordCursor) => readonly Header[] | null
  readonly reportError: ReportError
  readonly reportLate: (step: StepId) => void
}

/** Where a task's records come from: an external topic, or an internal one. */
export interface TaskInput {
  readonly step: SourceStep | RepartitionStep
  /**
   * Reads the cursor's record and keeps it for `process`. Sets `timestamp`; false if there is nothing to process (a bad record, or one
   * that is filtered out), in which case stream time still advances where the time could be read.
   */
  read(cursor: RecordCursor): boolean
  /** Time of the record read last, epoch ms; -1 if it could not be read. */
  readonly timestamp: number
  /** Puts the record read last through the operators. */
  process(): void
}

export class Task {
  readonly inputs: readonly TaskInput[]
  readonly partition: number
  readonly #flushes: (() => void)[] = []
  readonly #options: TaskOptions
  readonly #consumers = new Map<StepId, Process[]>()
  readonly #keySources: KeySource[] = []
  #streamTime = -1
  #cursor: RecordCursor | null = null
  #topic = ''

  constructor(options: TaskOptions) {
    this.#options = options
    this.partition = options.partition
    const fused = fusedFilters(options.topology)
    const readers = new Map(
      options.topology.reads.flatMap((step) =>
        step.kind === 'source' ? [[step.id, this.#makeReader(step, fused.get(step.id) ?? null)] as const] : [],
      ),
    )
    for (const reader of readers.values()) {
      this.#keySources.push({ reader, cursor: () => this.#cursor! })
    }
    const skipped = new Set([...fused.values()].map(({ id }) => id))
    this.#buildSteps(skipped)
    this.inputs = options.topology.reads.map((step) =>
      step.kind === 'source'
        ? this.#sourceInput(step, readers.get(step.id)!, fused.get(step.id)?.id ?? step.id)
        : this.#internalInput(step),
    )
  }

  /** The highest timestamp seen, or -1. */
  get streamTime(): number {
    return this.#streamTime
  }

  /** Restores stream time from a checkpoint. */
  advanceStreamTime(timestamp: number): void {
    if (timestamp > this.#streamTime) this.#streamTime = timestamp
  }

  /** After a batch of records: emits what had to wait. */
  flush(): void {
    for (const flush of this.#flushes) flush()
  }

  /** From the last step to the first, so that each finds those that it feeds. */
  #buildSteps(skipped: ReadonlySet<StepId>): void {
    for (const step of this.#options.topology.steps.toReversed()) {
      if (skipped.has(step.id)) continue
      const inputs = this.#buildStep(step)
      inputsOf(step).forEach((id, i) => {
        const consumers = this.#consumers.get(id)
        if (consumers === undefined) this.#consumers.set(id, [inputs[i]!])
        else consumers.unshift(inputs[i]!)
      })
    }
  }

  #buildStep(step: Exclude<Step, SourceStep>): readonly Process[] {
    switch (step.kind) {
      case 'sink': {
        const encoder = sinkEncoder(step, this.#keySources)
        const output = this.#options.sink(step)
        return [(record) => output(record, encoder)]
      }
      case 'repartition': {
        const schema = this.#options.schemas.get(step.id)!
        const encoder = internalEncoder(step, schema, this.#keySources)
        const output = this.#options.repartition(step)
        return [(record) => output(record, encoder)]
      }
      case 'subscriber':
        return [this.#options.subscriber(step)]
      default:
        return this.#buildOperator(step)
    }
  }

  #buildOperator(step: OperatorStep): readonly Process[] {
    const inputs = inputsOf(step).map((id) => this.#options.schemas.get(id)!)
    const runtime = definitionOf(step).build(step, inputs, this.#context(step), this.#emitter(step.id))
    if (runtime.flush !== undefined) this.#flushes.unshift(runtime.flush)
    return runtime.inputs
  }

  /** Hands records to whatever reads step `id`. */
  #emitter(id: StepId): Process {
    const consumers = this.#consumers.get(id) ?? []
    const [only] = consumers
    if (consumers.length === 1) return only!
    return (record) => {
      for (const consumer of consumers) consumer(record)
    }
  }

  #context(step: Step): OperatorContext {
    const { clock, functions, functionContext, config, store, plan, reportError, reportLate } = this.#options
    return {
      clock,
      functions,
      functionContext,
      config,
      streamTime: () => this.#streamTime,
      store: store as OperatorContext['store'],
      oldValues: readsOldValue(step.id, plan),
      reportLate: () => reportLate(step.id),
      reportError: (message, cause) =>
        reportError({
          type: 'processing',
          step: step.id,
          message,
          causes: cause instanceof Error ? [cause.message] : [],
          position: this.#position(),
          target: null,
        }),
    }
  }

  #position() {
    if (this.#cursor === null) return null
    return { topic: this.#topic, partition: this.partition, offset: this.#cursor.offset }
  }

  #makeReader(step: SourceStep, filter: FilterStep | null): SourceReader {
    const { partition, headers, reportError, config } = this.#options
    return new SourceReader({
      step,
      partition,
      headers,
      predicate: filter === null ? null : compilePredicate(filter, this.#context(filter)),
      predicateColumns: filter === null ? [] : columnsOf(filter.predicate),
      needsKey: needsKey(step, this.#options.topology.steps),
      onError: (target, { message, causes }, bytes) =>
        reportError({ type: 'deserialization', step: step.id, message, causes, position: this.#position(), target, bytes }),
      onBadTime: (error) => this.#badTime(step, error, config('ksql.timestamp.throw.on.invalid') === 'true'),
    })
  }

  #badTime(step: SourceStep, error: unknown, fatal: boolean): void {
    const message = error instanceof Error ? error.message : String(error)
    if (fatal) {
      throw new Error(`Fatal user code error in TimestampExtractor callback for record ${JSON.stringify(this.#position())}: ${message}`, {
        cause: error,
      })
    }
    const position = this.#position()
    this.#options.reportError({ type: 'deserialization', step: step.id, message, causes: [], position, target: 'value' })
  }

  #sourceInput(step: SourceStep, reader: SourceReader, emits: StepId): TaskInput {
    const emit = this.#emitter(emits)
    let record: StreamRecord | null = null
    const task = this
    return {
      step,
      read(cursor) {
        task.#cursor = cursor
        task.#topic = step.topic
        record = reader.read(cursor)
        if (record === null && reader.timestamp >= 0) task.advanceStreamTime(reader.timestamp)
        return record !== null
      },
      get timestamp() {
        return reader.timestamp
      },
      process() {
        if (record === null) return
        task.advanceStreamTime(record.timestamp)
        emit(record)
      },
    }
  }

  #internalInput(step: RepartitionStep): TaskInput {
    const emit = this.#emitter(step.id)
    const readRecord = internalReader(step, this.#options.schemas.get(step.id)!)
    let record: StreamRecord | null = null
    const task = this
    return {
      step,
      read(cursor) {
        task.#cursor = cursor
        task.#topic = step.topicSuffix
        record = readRecord(cursor)
        return true
      },
      get timestamp() {
        return record?.timestamp ?? -1
      },
      process() {
        if (record === null) return
        task.advanceStreamTime(record.timestamp)
        emit(record)
      },
    }
  }
}

/** Filters that are the only reader of a source: the source's reader runs them before it decodes the rest of a record. */
function fusedFilters({ steps, reads }: SubTopology): Map<StepId, FilterStep> {
  const fused = new Map<StepId, FilterStep>()
  for (const { id, kind } of reads) {
    if (kind !== 'source') continue
    const consumers = steps.filter((step) => inputsOf(step).includes(id))
    const [only] = consumers
    if (consumers.length === 1 && only!.kind === 'filter') fused.set(id, only)
  }
  return fused
}

