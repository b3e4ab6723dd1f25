/**
 * Drives a plan of stateless steps over what a topic holds now, each partition from its start to the end that it has when the scan begins,
 * through the same tasks that run queries. The caller fetches.
 */
import type { FetchedPartition, PartitionOffset } from '../../broker/broker.ts'
import { RecordBatchCursor, readHeaders } from '../../broker/record-batch-cursor.ts'
import type { Clock } from '../../clock.ts'
import { QueryError } from '../../errors.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import type { SourceStep } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { splitTopology, stepSchemas } from '../../plan/topology.ts'
import { SchemaNotLoaded } from '../../serde/format.ts'
import type { SchemaLoader } from '../../serde/loaded-schemas.ts'
import type { Row } from '../../types/value.ts'
import type { ReportError } from '../processing-error.ts'
import type { RequestTime } from '../request-time.ts'
import { fatalError, policyOf } from './bad-records.ts'
import { SharedSource, type TaskInput } from './shared-source.ts'
import { Task, type TaskEntry } from './task.ts'

export interface TopicScanOptions {
  /** One source, stateless steps, one subscriber. */
  readonly plan: PhysicalPlan
  /** Most rows of the scan; may be infinite. */
  readonly limit: number
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
  readonly config: (name: string) => string | undefined
  readonly reportError: ReportError
  readonly schemas: SchemaLoader
  readonly time: RequestTime
}

/** Time of long evaluations after which the caller has its turn. */
const PART_MS = 50

interface ScannedPartition {
  readonly source: SharedSource
  readonly task: Task
}

export class TopicScan {
  readonly #options: TopicScanOptions
  readonly #cursor = new RecordBatchCursor()
  readonly #ends = new Map<number, number>()
  readonly #sources = new Map<number, ScannedPartition>()
  #rows: Row[] = []
  #left: number

  constructor(options: TopicScanOptions) {
    this.#options = options
    this.#left = options.limit
  }

  /** Takes the bounds of each partition; returns the offsets at which to begin reading those that hold anything. */
  open(starts: readonly PartitionOffset[], ends: readonly PartitionOffset[]): PartitionOffset[] {
    return starts.filter(({ partition, offset }, i) => {
      const end = ends[i]!.offset
      if (end <= offset) return false
      this.#ends.set(partition, end)
      this.#sources.set(partition, this.#source(partition))
      return true
    })
  }

  get hasReachedLimit(): boolean {
    return this.#left === 0
  }

  get isDone(): boolean {
    return this.#ends.size === 0 || this.hasReachedLimit
  }

  isEnded(partition: number): boolean {
    return !this.#ends.has(partition)
  }

  /**
   * The rows of fetched records, up to the limit: in several parts where evaluations take long, so that the caller may do something else
   * in between. A promise among them is of a schema that is being fetched; the caller awaits it, and it rejects with a QueryError. Throws
   * a BrokerError or a QueryError, and a BudgetError where an evaluation ran out of time.
   */
  *read({
    partition,
    batches,
    fetchOffset,
    nextOffset,
    abortedTransactions,
    error,
  }: FetchedPartition): Generator<readonly Row[] | Promise<void>> {
    if (error !== null && !error.retriable) throw error
    const end = this.#ends.get(partition)
    if (end === undefined) return
    const scanned = this.#sources.get(partition)!
    this.#cursor.reset(batches, fetchOffset, abortedTransactions)
    while (this.#left > 0 && this.#cursor.next() && this.#cursor.offset < end) {
      for (let missing = this.#readPart(scanned, end); missing !== null; missing = this.#readPart(scanned, end)) {
        yield this.#load(missing)
      }
      for (; scanned.task.hasWorkLeft && this.#left > 0; scanned.task.continueWork()) yield this.#takeRows()
      yield this.#takeRows()
    }
    if (nextOffset >= end) this.#ends.delete(partition)
  }

  /** Reads the cursor's record, and the following ones until evaluations have taken long. The id of a schema that must be there first, or null. */
  #readPart({ source, task }: ScannedPartition, end: number): number | null {
    const { time } = this.#options
    const before = time.spentMs
    const cursor = this.#cursor
    return time.during(() => {
      for (;;) {
        const missing = missingSchema(source, cursor)
        if (missing !== null || task.hasWorkLeft || time.spentMs - before >= PART_MS) return missing
        if (this.#left === 0 || !cursor.next() || cursor.offset >= end) return null
      }
    })
  }

  #takeRows(): readonly Row[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  /** A scan does not wait for a registry that does not answer. */
  #load(id: number): Promise<void> {
    const { schemas, plan } = this.#options
    return new Promise((resolve, reject) => {
      const fail = (reason: string) =>
        reject(new QueryError(`Schema ${id} cannot be fetched. ${reason}`, { queryId: plan.queryId, type: 'SYSTEM' }))
      void schemas.load(id, fail).then(resolve)
    })
  }

  #source(partition: number): ScannedPartition {
    const { plan, config, functions, functionContext, clock, reportError } = this.#options
    const { steps } = plan
    const [topology] = splitTopology(steps)
    const task = new Task({
      topology: topology!,
      schemas: stepSchemas(steps),
      plan: steps,
      partition,
      upstreamTasks: () => 0,
      coalesces: false,
      postpones: true,
      functions,
      functionContext,
      clock,
      elapsed: () => 0,
      config,
      store: () => {
        throw new Error('A scan keeps no state')
      },
      usage: () => null,
      sink: () => () => {},
      repartition: () => () => {},
      subscriber:
        () =>
        ({ value }) => {
          if (value === null || this.#left === 0) return
          this.#left--
          this.#rows.push(value)
        },
      reportError,
    })
    const entry = task.entries[0]!
    const input: TaskInput = {
      entry,
      needsStreamTime: false,
      keepsRecords: false,
      beginFilter: () => {},
      takeRecord: (record, offset, cursor) => entry.process(record, offset, cursor),
      takeBadRecord: this.#badRecords(partition, entry.reportBadRecord),
      advanceStreamTime: () => {},
    }
    const source = new SharedSource([input], {
      partition,
      writerSchemas: this.#options.schemas,
      headers: (cursor) => readHeaders(cursor as RecordBatchCursor),
    })
    return { source, task }
  }

  /** A record that would stop a running query ends the scan; another one is reported. */
  #badRecords(partition: number, report: TaskEntry['reportBadRecord']): TaskInput['takeBadRecord'] {
    const { plan, config } = this.#options
    const step = plan.steps[0] as SourceStep
    const policy = policyOf(step, config, { transient: true })
    return (fault, { offset }) => {
      const fatal = fatalError({ topic: step.topic, partition, offset }, fault, { policy, config })
      if (fatal !== null) throw new QueryError(fatal.message, { queryId: plan.queryId, type: 'USER', cause: fatal })
      report(fault, offset)
    }
  }
}

/** Reads the cursor's record. The id of the schema that it needs first; null: it was read. */
function missingSchema(source: SharedSource, cursor: RecordBatchCursor): number | null {
  try {
    source.read(cursor)
    return null
  } catch (error) {
    if (error instanceof SchemaNotLoaded) return error.id
    throw error
  }
}
