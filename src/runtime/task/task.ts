/**
 * A task: one sub-topology over one partition. Synchronous, single-threaded and deterministic: given records and a clock it yields
 * records. The same task runs under the test driver, over the embedded log and over Kafka; they differ in what they hand in.
 */
import type { Clock } from '../../clock.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import { type FunctionUsage, usedMs } from '../../functions/usage.ts'
import type { OperatorStep, Step } from '../../operators/index.ts'
import type { InputScreen } from '../../operators/input-screen.ts'
import { inputsOf } from '../../operators/inputs.ts'
import { readsOldValue } from '../../operators/old-value.ts'
import type { OperatorRuntime } from '../../operators/operator.ts'
import type { OperatorContext } from '../../operators/operator-context.ts'
import type { FilterStep } from '../../operators/stateless/filter.ts'
import type { RepartitionStep, SinkStep, SourceStep, StepId, SubscriberStep } from '../../operators/step.ts'
import { StreamTime } from '../../operators/stream-time.ts'
import { needsKey } from '../../plan/key-use.ts'
import { definitionOf, type SubTopology } from '../../plan/topology.ts'
import type { PackedRecord, Process, ProcessPacked, StreamRecord } from '../../types/record.ts'
import type { Value } from '../../types/value.ts'
import type { RecordPosition, ReportError } from '../processing-error.ts'
import type { FunctionStatistics, StepStatistics } from '../query-progress.ts'
import type { ReadFault } from './bad-records.ts'
import { internalEncoder } from './internal-record.ts'
import { type TaskPassage, taskPassage } from './passed-columns.ts'
import type { RecordCursor } from './record-cursor.ts'
import { CurrentKey, type RecordEncoder, sinkEncoder } from './record-encoder.ts'
import { StepCounts, type StepCountsOptions } from './step-counts.ts'
import { StepTimes } from './step-times.ts'
import { UpstreamWatermarks } from './upstream-watermarks.ts'
import type { Watermark } from './watermark.ts'

/** Takes encoded records for one topic: the driver decides the partition and writes. */
export type Output = (record: StreamRecord, encoder: RecordEncoder) => void

export interface TaskOptions extends StepCountsOptions {
  /** All steps of the plan. */
  readonly plan: readonly Step[]
  readonly partition: number
  /** How many tasks write an internal topic and state watermarks there; 0: none does. */
  readonly upstreamTasks: (step: RepartitionStep) => number
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
  /** Milliseconds that never go back, by which the time of steps is measured. */
  readonly elapsed: () => number
  readonly config: (name: string) => string | undefined
  /** How long there has been nothing to read, ms. Absent: nobody waits for more than there is. */
  readonly idleMs?: () => number
  /** Called when state has changed although no record was read. Absent: nothing is committed. */
  readonly onIdleChange?: () => void
  /** Whether operators may hold changes of tables back until `flush`. */
  readonly coalesces: boolean
  /** See `OperatorContext.wanted`. Absent: no step has wanted values. */
  readonly wanted?: ReadonlySet<Value>
  /** Whether work may be left for later (`continueWork`); if not, it is done at once. */
  readonly postpones: boolean
  readonly sink: (step: SinkStep) => Output
  readonly repartition: (step: RepartitionStep) => Output
  readonly subscriber: (step: SubscriberStep) => Process
  readonly reportError: ReportError
  /** What the user-defined functions have done for this task, by name. Absent: it calls none that are counted. */
  readonly functionUsage?: ReadonlyMap<string, FunctionUsage>
}

/** Where the records of a topic, external or internal, enter the operators. */
export interface TaskEntry {
  readonly step: SourceStep | RepartitionStep
  /** The filter right behind a source. It runs before `process`, on the columns it needs, so that other columns are not decoded. */
  readonly filter: FilterStep | null
  /** Whether the key's columns are read; if not, records may carry any key row, and the key's bytes pass through. */
  readonly needsKey: boolean
  /** Columns that need not be decoded, as long as records are processed while their bytes are there; null: all are. */
  readonly passage: TaskPassage | null
  /** The context that the filter is compiled with. `offset`: of the record that is being read, for its reports. */
  filterContext(offset: () => number): OperatorContext
  /** Counts records that were read, whether or not they passed the filter. No effect without a filter: `process` counts then. */
  countRead(records: number): void
  /** Null: nobody states watermarks to this entry. */
  readonly watermarks: UpstreamWatermarks | null
  /** Takes the statement of a task upstream, after the records that it sent before. */
  advanceWatermark(watermark: Watermark): void
  /** Puts a record that passed the filter through the operators. `cursor`: its bytes, if they are still there. */
  process(record: StreamRecord, offset: number, cursor: RecordCursor | null): void
  /** The same for a record of an internal topic whose row is still bytes; null: rows must be decoded. */
  readonly processPacked: ((record: PackedRecord, offset: number) => void) | null
  /** Reports why the record at `offset` cannot be read. */
  reportBadRecord(fault: ReadFault, offset: number): void
}

const NOTHING: ReadonlySet<Value> = new Set()

export class Task {
  readonly entries: readonly TaskEntry[]
  readonly partition: number
  readonly #flushes: (() => void)[] = []
  readonly #heldTimes: (() => number)[] = []
  readonly #options: TaskOptions
  readonly #consumers = new Map<StepId, Consumer[]>()
  readonly #keySources: CurrentKey[] = []
  readonly #passage: TaskPassage | null
  readonly #counts: StepCounts
  readonly #times: StepTimes
  readonly #watermarks: readonly UpstreamWatermarks[]
  readonly #streamTime: StreamTime
  #watermark = Number.NEGATIVE_INFINITY
  readonly #workLeft: (() => boolean)[] = []
  #isContinuing = false
  #offset = -1
  #topic = ''

  constructor(options: TaskOptions) {
    this.#options = options
    this.#counts = new StepCounts(options)
    this.#times = new StepTimes(options.elapsed)
    this.partition = options.partition
    const { topology } = options
    const filters = fusedFilters(topology)
    const keys = new Map(
      topology.reads.flatMap((step) => (step.kind === 'source' ? [[step.id, new CurrentKey(step)] as const] : [])),
    )
    this.#keySources.push(...keys.values())
    this.#passage = taskPassage(topology)
    const watermarks = topology.reads.map((step) => this.#watermarksOf(step))
    this.#watermarks = watermarks.filter((one) => one !== null)
    this.#streamTime = new StreamTime({ watermark: this.#watermarkReader })
    this.#buildSteps(new Set([...filters.values()].map(({ id }) => id)))
    this.entries = topology.reads.map((step, i) =>
      this.#entry(step, {
        filter: filters.get(step.id) ?? null,
        current: keys.get(step.id) ?? null,
        watermarks: watermarks[i]!,
      }),
    )
  }

  /** The highest timestamp seen, or -1. */
  get latestTime(): number {
    return this.#streamTime.latest
  }

  /** The highest timestamp seen, or the watermark if that is lower; -1 before the first record. */
  get streamTime(): number {
    return this.#streamTime.now
  }

  /** The stream time that may be stated to readers: what operators hold back is still to come. */
  get statedTime(): number {
    let time = this.streamTime
    for (const heldTime of this.#heldTimes) time = Math.min(time, heldTime())
    return time
  }

  /** Whether some task upstream has still records to read, or may have. */
  get isHeldBack(): boolean {
    return this.#watermarks.length > 0 && this.#watermark !== Number.POSITIVE_INFINITY
  }

  /** Takes a time into account that no record of an operator has: one that a filter dropped, or one from before a restart. */
  advanceStreamTime(timestamp: number): void {
    this.#streamTime.advance(timestamp)
  }

  /** Takes into account which tasks upstream have stated nothing, or were restored. */
  refreshWatermark(): void {
    this.#watermark = this.#watermarks.reduce((low, { lowest }) => Math.min(low, lowest), Number.POSITIVE_INFINITY)
  }

  /** Whether there may be something to do although no record came: changes are held back, or time passes by what tasks upstream state. */
  get worksBetweenRecords(): boolean {
    return this.#flushes.length > 0 || this.#heldTimes.length > 0 || this.#watermarks.length > 0
  }

  /** Whether a part of the last record's work is left. */
  get hasWorkLeft(): boolean {
    return this.#workLeft.length > 0
  }

  /** Does a piece of the work that is left. */
  continueWork(): void {
    const [work] = this.#workLeft
    if (work === undefined) return
    this.#isContinuing = true
    try {
      if (!work()) this.#workLeft.shift()
    } finally {
      this.#isContinuing = false
    }
  }

  finishWork(): void {
    while (this.hasWorkLeft) this.continueWork()
  }

  /** Work that is left by a piece of work is done at once: it comes before the rest of that. */
  #postpone(work: () => boolean): void {
    if (this.#options.postpones && !this.#isContinuing) this.#workLeft.push(work)
    else while (work());
  }

  /** Emits what operators have held back. Called after a batch of records. */
  flush(): void {
    for (const flush of this.#flushes) flush()
  }

  /** What each step has done so far. */
  statistics(): StepStatistics[] {
    return this.#counts.statistics(this.#times)
  }

  /** What each user-defined function has done so far. */
  functionStatistics(): FunctionStatistics[] {
    return [...(this.#options.functionUsage ?? [])].map(([name, usage]) => ({
      function: name,
      calls: usage.calls,
      errors: usage.errors,
      timeMs: usedMs(usage),
    }))
  }

  /** Builds the steps from the last to the first, so that each finds its consumers. */
  #buildSteps(skipped: ReadonlySet<StepId>): void {
    for (const step of this.#options.topology.steps.toReversed()) {
      if (skipped.has(step.id)) continue
      const { inputs, packedInputs, screens } = this.#buildStep(step)
      inputsOf(step).forEach((id, i) => {
        const consumer: Consumer = {
          process: this.#times.around(step.id, inputs[i]!),
          processPacked: packedInputs === undefined ? null : this.#times.around(step.id, packedInputs[i]!),
          screen: screens?.[i] ?? null,
        }
        const consumers = this.#consumers.get(id)
        if (consumers === undefined) this.#consumers.set(id, [consumer])
        else consumers.unshift(consumer)
      })
    }
  }

  #buildStep(step: Exclude<Step, SourceStep>): Pick<OperatorRuntime, 'inputs' | 'packedInputs' | 'screens'> {
    switch (step.kind) {
      case 'sink': {
        const encoder = sinkEncoder(step, this.#keySources, this.#passage?.target)
        const output = this.#options.sink(step)
        return { inputs: [(record) => output(record, encoder)] }
      }
      case 'repartition': {
        const schema = this.#options.schemas.get(step.id)!
        const encoder = internalEncoder(step, schema, this.#keySources, this.#passage)
        const output = this.#options.repartition(step)
        return { inputs: [(record) => output(record, encoder)] }
      }
      case 'subscriber':
        return { inputs: [this.#options.subscriber(step)] }
      default:
        return this.#buildOperator(step)
    }
  }

  #buildOperator(step: OperatorStep): OperatorRuntime {
    const inputs = inputsOf(step).map((id) => this.#options.schemas.get(id)!)
    const runtime = definitionOf(step).build(step, inputs, this.#context(step), this.#emitter(step.id))
    if (runtime.flush !== undefined) this.#flushes.unshift(runtime.flush)
    if (runtime.heldTime !== undefined) this.#heldTimes.push(runtime.heldTime)
    return runtime
  }

  /** Hands records to whatever reads step `id`. */
  #emitter(id: StepId): Process {
    const consumers = this.#consumers.get(id) ?? []
    const emitted = this.#counts.emitted(id)
    const [only] = consumers
    if (only !== undefined && consumers.length === 1) {
      const { process } = only
      return (record) => {
        emitted.count++
        process(record)
      }
    }
    return (record) => {
      emitted.count++
      for (const { process } of consumers) process(record)
    }
  }

  /** The same for records whose rows are still bytes; null: some reader of the step cannot take them. */
  #packedEmitter(id: StepId): ProcessPacked | null {
    const processPacked = this.#onlyConsumer(id)?.processPacked ?? null
    if (processPacked === null) return null
    const emitted = this.#counts.emitted(id)
    return (record) => {
      emitted.count++
      processPacked(record)
    }
  }

  #onlyConsumer(id: StepId): Consumer | null {
    const [only, ...others] = this.#consumers.get(id) ?? []
    return only === undefined || others.length > 0 ? null : only
  }

  #context(step: Step, position = () => this.position): OperatorContext {
    const { clock, functions, functionContext, config, store, plan, reportError } = this.#options
    return {
      clock,
      functions,
      functionContext,
      config,
      partition: this.partition,
      streamTime: () => this.#streamTime.now,
      watermark: this.#watermarkReader,
      idleMs: this.#options.idleMs ?? (() => 0),
      noteChange: this.#options.onIdleChange ?? (() => {}),
      store: store as OperatorContext['store'],
      oldValues: readsOldValue(step.id, plan),
      coalesces: this.#options.coalesces,
      wanted: this.#options.wanted ?? NOTHING,
      postpone: (work) => this.#postpone(work),
      screen: this.#onlyConsumer(step.id)?.screen ?? null,
      reportLate: () => {
        this.#counts.late(step.id).count++
      },
      reportError: (message, cause) => {
        this.#counts.dropped(step.id).count++
        reportError({
          type: 'processing',
          step: step.id,
          message,
          causes: cause instanceof Error ? [cause.message] : [],
          position: position(),
          target: null,
        })
      },
    }
  }

  /** Where the record that is being processed, or was processed last, was read. */
  get position(): RecordPosition | null {
    return this.#offset < 0 ? null : { topic: this.#topic, partition: this.partition, offset: this.#offset }
  }

  #watermarksOf(step: SourceStep | RepartitionStep): UpstreamWatermarks | null {
    const tasks = step.kind === 'repartition' ? this.#options.upstreamTasks(step) : 0
    return tasks === 0 ? null : new UpstreamWatermarks(tasks, this.#options.clock)
  }

  get #watermarkReader(): OperatorContext['watermark'] {
    return this.#watermarks.length === 0 ? null : () => this.#watermark
  }

  #entry(step: SourceStep | RepartitionStep, { filter, current, watermarks }: EntryParts): TaskEntry {
    const emit = this.#emitter(filter?.id ?? step.id)
    const read = filter === null ? null : this.#counts.emitted(step.id)
    const topic = step.kind === 'source' ? step.topic : step.topicSuffix
    const emitPacked = step.kind === 'source' ? null : this.#packedEmitter(step.id)
    const begin = (timestamp: number, offset: number): void => {
      if (this.#workLeft.length > 0) this.finishWork()
      this.#topic = topic
      this.#offset = offset
      this.#streamTime.advance(timestamp)
      this.#times.next()
    }
    return {
      step,
      filter,
      needsKey: step.kind !== 'source' || needsKey(step, this.#options.topology.steps),
      passage: this.#passage,
      filterContext: (offset) =>
        this.#context(filter ?? step, () => ({ topic, partition: this.partition, offset: offset() })),
      watermarks,
      advanceWatermark: (watermark) => {
        watermarks?.advance(watermark)
        this.refreshWatermark()
      },
      countRead: (records) => {
        if (read !== null) read.count += records
      },
      process: (record, offset, cursor) => {
        begin(record.timestamp, offset)
        if (current !== null) current.set(record.key, cursor)
        emit(record)
        // The bytes of the key are there during this call only.
        if (current !== null && this.#workLeft.length > 0) current.set(record.key, null)
      },
      processPacked:
        emitPacked === null
          ? null
          : (record, offset) => {
              begin(record.timestamp, offset)
              emitPacked(record)
            },
      reportBadRecord: (fault, offset) => {
        this.#counts.dropped(step.id).count++
        const position = { topic, partition: this.partition, offset }
        this.#options.reportError({ type: 'deserialization', ...fault, step: step.id, position })
      },
    }
  }
}

/** An input of a step. */
interface Consumer {
  readonly process: Process
  readonly processPacked: ProcessPacked | null
  readonly screen: InputScreen | null
}

interface EntryParts {
  readonly filter: FilterStep | null
  readonly current: CurrentKey | null
  readonly watermarks: UpstreamWatermarks | null
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
