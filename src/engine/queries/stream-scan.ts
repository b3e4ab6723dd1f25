/**
 * Runs a plan of stateless steps over all that a topic holds now: each partition from its start to the end that it has when the scan
 * begins, by the same tasks that run queries.
 */
import type { FetchedPartition, PartitionOffset } from '../../broker/broker.ts'
import { RecordBatchCursor, readHeaders } from '../../broker/record-batch-cursor.ts'
import { QueryError } from '../../errors.ts'
import type { SourceStep } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { splitTopology, stepSchemas } from '../../plan/topology.ts'
import { fatalError, policyOf } from '../../runtime/task/bad-records.ts'
import { SourceGroup, type Subscription } from '../../runtime/task/shared-source.ts'
import { Task } from '../../runtime/task/task.ts'
import type { StreamEnd, StreamedRow } from '../api.ts'
import type { TopicScope } from '../scope.ts'
import { CLOSED, type FlowSink, LIMIT_REACHED, QUERY_COMPLETED } from './flow.ts'

const POLL_MS = 1000

/** Emits the plan's rows; ends with `Limit Reached` or `Query Completed`. Rejects with BrokerError. */
export async function scanStream(
  plan: PhysicalPlan,
  limit: number | null,
  { emit, signal }: FlowSink<StreamedRow>,
  scope: TopicScope,
): Promise<StreamEnd> {
  const { broker } = scope.parts
  const { topic } = plan.steps[0] as SourceStep
  const scan = new TopicScan(plan, scope, limit ?? Number.POSITIVE_INFINITY)
  if (limit === 0) return LIMIT_REACHED
  const fetcher = broker.fetcher({ readCommitted: true })
  try {
    const ends = await broker.endOffsets(topic, { readCommitted: true })
    for (const { partition, offset } of scan.open(await broker.startOffsets(topic), ends)) {
      fetcher.assign({ topic, partition, offset })
    }
    while (!scan.isDone && !signal.aborted) {
      for (const fetched of await fetcher.poll(POLL_MS)) {
        await emit(scan.read(fetched))
        if (scan.isEnded(fetched.partition)) fetcher.unassign(fetched)
        if (scan.isDone) break
      }
    }
  } finally {
    await fetcher.close()
  }
  if (scan.hasReachedLimit) return LIMIT_REACHED
  return signal.aborted ? CLOSED : QUERY_COMPLETED
}

class TopicScan {
  readonly #plan: PhysicalPlan
  readonly #scope: TopicScope
  readonly #cursor = new RecordBatchCursor()
  readonly #ends = new Map<number, number>()
  readonly #groups = new Map<number, SourceGroup>()
  #rows: StreamedRow[] = []
  #left: number

  constructor(plan: PhysicalPlan, scope: TopicScope, limit: number) {
    this.#plan = plan
    this.#scope = scope
    this.#left = limit
  }

  /** The partitions that hold anything, with the offsets where to begin. */
  open(starts: readonly PartitionOffset[], ends: readonly PartitionOffset[]): PartitionOffset[] {
    return starts.filter(({ partition, offset }, i) => {
      const end = ends[i]!.offset
      if (end <= offset) return false
      this.#ends.set(partition, end)
      this.#groups.set(partition, this.#group(partition))
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

  /** The rows of what was fetched. */
  read({ partition, batches, fetchOffset, nextOffset, abortedTransactions, error }: FetchedPartition): StreamedRow[] {
    if (error !== null && !error.retriable) throw error
    const end = this.#ends.get(partition)
    if (end === undefined) return []
    const group = this.#groups.get(partition)!
    this.#rows = []
    this.#cursor.reset(batches, fetchOffset, abortedTransactions)
    while (this.#left > 0 && this.#cursor.next() && this.#cursor.offset < end) group.read(this.#cursor)
    if (nextOffset >= end) this.#ends.delete(partition)
    return this.#rows
  }

  #group(partition: number): SourceGroup {
    const { config, parts, planning } = this.#scope
    const { steps } = this.#plan
    const [topology] = splitTopology(steps)
    const task = new Task({
      topology: topology!,
      schemas: stepSchemas(steps),
      plan: steps,
      partition,
      coalesces: false,
      functions: parts.functions,
      functionContext: planning.functionContext,
      clock: parts.clock,
      config: config.get,
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
          this.#rows.push({ row: value, tombstone: false })
        },
      reportError: () => {},
      reportLate: () => {},
    })
    const input = task.inputs[0]!
    const { accept: deliver } = input
    const refuse = this.#refuse(partition)
    return new SourceGroup([{ input, enter: () => {}, deliver, refuse, advance: null }], {
      partition,
      headers: (cursor) => readHeaders(cursor as RecordBatchCursor),
    })
  }

  /** What would stop a running query ends the scan. */
  #refuse(partition: number): Subscription['refuse'] {
    const { get } = this.#scope.config
    const step = this.#plan.steps[0] as SourceStep
    const policy = policyOf(step, get, { transient: true })
    return (fault, { offset }) => {
      const fatal = fatalError({ topic: step.topic, partition, offset }, fault, { policy, config: get })
      if (fatal !== null)
        throw new QueryError(fatal.message, { queryId: this.#plan.queryId, type: 'USER', cause: fatal })
    }
  }
}
