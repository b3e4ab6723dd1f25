/** The tasks of one query that are placed on a worker: they start, pause, commit and fail together. */
import type { Broker, GroupOffset, TopicPartitionOffset } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { positionKey } from '../../broker/position-key.ts'
import type { Clock } from '../../clock.ts'
import type { TableIndex } from '../../plan/table-index.ts'
import type { Value } from '../../types/value.ts'
import { originMetadata, type QueryAssignment, writerMetadata } from '../assignment.ts'
import { addLatencies } from '../latency.ts'
import { addFunctions, addStatistics, earliest, type QueryProgress } from '../query-progress.ts'
import type { PartitionInput } from '../reading/partition-input.ts'
import type { Positions } from '../stores/task-stores.ts'
import type { RunningTask, TaskCheckpoint } from './running-task.ts'

/** As Kafka Streams' `repartition.purge.interval.ms`. */
const PURGE_INTERVAL_MS = 30_000

/**
 * What a commit of a query is part of: the worker's transaction with all output of its exactly-once queries; the worker's transaction of
 * changelogs and positions alone, so that a server which has lost its slots cannot write them; or no transaction.
 */
export type CommitsIn = 'transaction' | 'stateTransaction' | null

export interface WorkerQueryOptions {
  readonly assignment: QueryAssignment
  readonly broker: Broker
  readonly clock: Clock
  /** How its positions and state are committed. */
  readonly commitsIn: CommitsIn
  /** The id of the transactions that commit its positions; null: none do. */
  readonly transactionalId: string | null
  /** Whether other servers may take its slots over. */
  readonly sharesSlots: () => boolean
  /** Called when a commit is to take it. */
  readonly onWork: (query: WorkerQuery) => void
  /** Called once. */
  readonly onFailure: (query: WorkerQuery, error: unknown) => void
}

/** A query on a worker. */
export class WorkerQuery {
  readonly assignment: QueryAssignment
  /** The tasks that run here; they come and go with their slots. */
  tasks: readonly RunningTask[] = []
  /** Indexes of the table that it keeps. */
  indexes: readonly TableIndex[]
  /** The values that its filter lets pass: see `OperatorContext.wanted`. */
  readonly wanted: Set<Value>
  /** By the worker's clock, epoch ms. */
  nextCommitAt = 0
  isPaused: boolean
  /** Whether it has failed or was stopped. */
  isEnded = false
  /** Whether all output of the ended query is committed. */
  isSettled = false
  /** See `halt`. */
  isHalted = false
  commits = 0
  failedCommits = 0
  /** Whether its positions are wanted in the next commit, although it is quiet. */
  #wantsCommit = false
  readonly #options: WorkerQueryOptions
  #purgeAt = 0
  /** What was committed at the last purge. */
  #purgeable: readonly TopicPartitionOffset[] = []
  #committing: Promise<void> | null = null

  constructor(options: WorkerQueryOptions) {
    this.#options = options
    this.assignment = options.assignment
    this.isPaused = options.assignment.paused
    this.indexes = options.assignment.indexes ?? []
    this.wanted = new Set(options.assignment.wanted)
  }

  get commitsIn(): CommitsIn {
    return this.#options.commitsIn
  }

  get id(): string {
    return this.assignment.queryId
  }

  /** Whether its tasks move with their slots; those of a push query stay with their server. */
  get isSlotted(): boolean {
    return this.assignment.group !== null
  }

  get isDirty(): boolean {
    return this.tasks.some(({ isDirty }) => isDirty)
  }

  get isIdle(): boolean {
    return this.#committing === null && this.tasks.every(({ isIdle }) => isIdle)
  }

  /** Whether positions are all that it has to commit, and nobody waits for them. */
  get isQuiet(): boolean {
    return !this.#wantsCommit && this.tasks.every((task) => task.isQuiet)
  }

  /** Whether it has nothing to do at the end of a round. */
  get isAtRest(): boolean {
    return this.isEnded || this.tasks.every((task) => task.isAtRest)
  }

  /** The next commit is to take its positions, whatever else it does. */
  wantCommit(): void {
    this.#wantsCommit = true
    this.#options.onWork(this)
  }

  /** Ends the query at once, and calls `onFailure`. */
  fail(error: unknown): void {
    if (this.isEnded) return
    this.end()
    this.#options.onFailure(this, error)
  }

  /** No further record is processed; what was done can still be committed. */
  halt(): void {
    this.isHalted = true
    for (const task of this.tasks) task.halt()
  }

  /** Ends the query at once: no further record is processed, unsent output is dropped. Its tasks are still to be closed. */
  end(): void {
    this.isEnded = true
    for (const { inputs, outputs } of this.tasks) {
      for (const input of inputs) input.close()
      outputs.discard()
    }
  }

  endRound(): void {
    for (const task of this.tasks) task.endRound()
  }

  /** How far all tasks have come. Null after a failure, which has ended the query. */
  checkpoint(): TaskCheckpoint[] | null {
    this.#wantsCommit = false
    if (this.isEnded) return null
    try {
      return this.tasks.flatMap((task) => task.checkpoint() ?? [])
    } catch (error) {
      this.fail(error)
      return null
    }
  }

  /**
   * Commits at least once: first the output is stored, then the state, then the offsets, while processing continues. Never rejects: a
   * retriable failure is tried again with the next commit, any other ends the query.
   */
  async commit(): Promise<void> {
    while (this.#committing !== null) await this.#committing
    const checkpoints = this.checkpoint()
    if (checkpoints === null || checkpoints.length === 0) return
    this.#committing = this.#store(checkpoints)
    try {
      await this.#committing
    } finally {
      this.#committing = null
    }
  }

  /** Offsets for the group, each with the place from where the query once began. */
  offsetsOf(checkpoints: readonly TaskCheckpoint[]): GroupOffset[] {
    const { transactionalId } = this.#options
    return checkpoints.flatMap(({ task, positions }) =>
      task.assignment.inputs.map(({ topic, partition, origin }) => ({
        topic,
        partition,
        offset: positions.get(positionKey({ topic, partition }))!,
        metadata: transactionalId === null ? originMetadata(origin) : writerMetadata(origin, transactionalId),
      })),
    )
  }

  /** A text, cheap to make, that changes whenever `progress` does. */
  get progressMark(): string {
    let mark = `${this.commits} ${this.failedCommits}`
    for (const { recordsRead, lag, processingErrors, outputs } of this.tasks) {
      mark += ` ${recordsRead} ${outputs.recordsWritten} ${processingErrors} ${lag}`
    }
    return `${mark} ${this.#waitsFor ?? ''}`
  }

  get #waitsFor(): string | null {
    for (const { inputs } of this.tasks) for (const { waitsFor } of inputs) if (waitsFor !== null) return waitsFor
    return null
  }

  /** Records that were written to its inputs and not processed yet. */
  get lag(): number {
    return sum(this.tasks, ({ lag }) => lag)
  }

  progress(): Omit<QueryProgress, 'restores'> {
    const { tasks } = this
    return {
      recordsConsumed: sum(tasks, ({ recordsRead }) => recordsRead),
      firstReadAt: earliest(tasks.flatMap(({ inputs }) => inputs.map(({ firstReadAt }) => firstReadAt))),
      recordsProduced: sum(tasks, ({ outputs }) => outputs.recordsWritten),
      bytesConsumed: sum(tasks, ({ inputs }) => sum(inputs, ({ bytesRead }) => bytesRead)),
      bytesProduced: sum(tasks, ({ outputs }) => outputs.bytesWritten),
      processingErrors: sum(tasks, ({ processingErrors }) => processingErrors),
      misplacedKeys: sum(tasks, ({ misplacedKeys }) => misplacedKeys),
      removedRecords: sum(tasks, ({ removedRecords }) => removedRecords),
      lagRecords: this.lag,
      waitsFor: this.#waitsFor,
      commits: this.commits,
      failedCommits: this.failedCommits,
      latency: addLatencies(tasks.map(({ outputs }) => outputs.latency.counts)),
      steps: addStatistics(tasks.flatMap((task) => task.statistics())),
      functions: addFunctions(tasks.flatMap((task) => task.functionStatistics())),
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.close()))
  }

  async #store(checkpoints: readonly TaskCheckpoint[]): Promise<void> {
    const { group } = this.assignment
    const unwritten = new Set(checkpoints)
    try {
      await Promise.all(checkpoints.map(({ stored }) => stored))
      for (const checkpoint of checkpoints) {
        await checkpoint.state.write()
        unwritten.delete(checkpoint)
      }
      if (group !== null) await this.#options.broker.commitOffsets(group, this.offsetsOf(checkpoints))
      this.commits++
      await this.purgeInternalTopics(checkpoints)
    } catch (error) {
      this.failedCommits++
      for (const { state } of unwritten) state.abandon()
      for (const { task } of checkpoints) task.unmark()
      if (!(error instanceof BrokerError && error.retriable)) this.fail(error)
    }
  }

  /**
   * Deletes records of internal topics that are not read again. Where slots are shared, those that were committed an interval ago: what is
   * committed just now may be the work of a server that has lost its slots without knowing, while the new owner has still to read the
   * records. Rejects with a BrokerError.
   */
  async purgeInternalTopics(checkpoints: readonly TaskCheckpoint[]): Promise<void> {
    const { broker, clock, sharesSlots } = this.#options
    if (clock.now() < this.#purgeAt) return
    this.#purgeAt = clock.now() + PURGE_INTERVAL_MS
    const committed = checkpoints.flatMap(({ task, positions }) =>
      task.stores.isDurable ? task.inputs.flatMap((input) => internalPosition(input, positions)) : [],
    )
    const purgeable = sharesSlots() ? this.#purgeable : committed
    this.#purgeable = committed
    for (const { topic, partition, offset } of purgeable) await broker.deleteRecords(topic, [{ partition, offset }])
  }
}

/** How far an input of an internal topic has come; empty: it reads another topic, or nothing yet. */
function internalPosition({ topic, partition, entry }: PartitionInput, positions: Positions): TopicPartitionOffset[] {
  const offset = positions.get(positionKey({ topic, partition }))!
  return entry.step.kind === 'repartition' && offset > 0 ? [{ topic, partition, offset }] : []
}

const sum = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
  items.reduce((total, item) => total + value(item), 0)
