/**
 * A task at work in a worker: its operators with their stores, inputs and outputs. What it wrote and how far it has read are committed
 * together: `checkpoint` takes both at one moment.
 */

import { positionKey } from '../../broker/position-key.ts'
import type { Clock, Timer } from '../../clock.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import type { RepartitionStep, SinkStep, SourceStep, StepId, StepSchema, SubscriberStep } from '../../operators/step.ts'
import { isOperator, type SubTopology, storesOf } from '../../plan/topology.ts'
import { windowBytes } from '../../serde/windowed-key.ts'
import type { Process, StreamRecord } from '../../types/record.ts'
import type { QueryAssignment, TaskAssignment } from '../assignment.ts'
import { WATCHED } from '../heartbeat.ts'
import type { ProcessingError, RecordPosition } from '../processing-error.ts'
import type { StepStatistics } from '../query-progress.ts'
import { InputFeed } from '../reading/partition-input.ts'
import type { Checkpoint, Positions, StoreProvider, TaskStores } from '../stores/task-stores.ts'
import type { ReadFault } from '../task/bad-records.ts'
import { type GroupInput, type GroupOptions, PartitionGroup } from '../task/partition-group.ts'
import type { RecordCursor } from '../task/record-cursor.ts'
import { windowLayout } from '../task/source-reader.ts'
import { type Output, Task, type TaskInput } from '../task/task.ts'
import { RefusedRecords } from './bad-record-handler.ts'
import { type OutputsOptions, TaskOutputs } from './outputs.ts'
import { storesRequest } from './stores-request.ts'

/** Measured: with 10,000 keys at 500,000 records/s nine of ten changes are spared; more than that gains nothing. */
const HOLD_BACK_MS = 200
/** A batch of a task that is behind waits this long for more records. */
const GATHER_MS = 50

export interface RunningTaskOptions extends Pick<OutputsOptions, 'producer' | 'pool' | 'window'> {
  readonly query: QueryAssignment
  readonly assignment: TaskAssignment
  readonly topology: SubTopology
  readonly schemas: ReadonlyMap<StepId, StepSchema>
  readonly stores: StoreProvider
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
  readonly timer: Timer
  readonly group: Omit<GroupOptions, 'clock'>
  /** Where rows of a push query go. */
  readonly subscriber: (step: SubscriberStep) => Process
  readonly reportError: (error: ProcessingError) => void
  /** What stops the query. */
  readonly onFailure: (error: unknown) => void
  /** An input takes no more, or takes again. */
  readonly onBlocking: (feed: InputFeed) => void
  /** See `FeedOptions`. */
  readonly workingFor: Int32Array
}

/** How far a task had come, and what it had written until then. */
export interface TaskCheckpoint {
  readonly task: RunningTask
  readonly positions: Positions
  readonly state: Checkpoint
  /** Resolves when everything written before is stored; rejects with a BrokerError. */
  readonly stored: Promise<void>
}

export class RunningTask {
  readonly assignment: TaskAssignment
  readonly feeds: readonly InputFeed[]
  readonly outputs: TaskOutputs
  readonly stores: TaskStores
  processingErrors = 0
  readonly #options: RunningTaskOptions
  readonly #task: Task
  readonly #group: PartitionGroup | null
  readonly #refused: RefusedRecords
  /** The record at which the query stops, once it has come to one. */
  #stop: { readonly index: number; readonly offset: number } | null = null
  /** Positions of the last checkpoint, by feed. */
  #marked: readonly number[]
  #isClosed = false
  #isHalted = false
  /** When held back changes leave at the latest, by the wall clock. */
  #flushAt = 0
  /** When batches leave at the latest, by the wall clock. */
  #sendAt = 0

  /** Opens the stores and brings them up; rejects with what went wrong there. */
  static async open(options: RunningTaskOptions): Promise<RunningTask> {
    const outputs = new TaskOutputs({
      ...options,
      position: () => task.#task.position,
      failsOnLarge: options.query.config['ksql.fail.on.production.error']?.toLowerCase() !== 'false',
      reportError: (error) => task.#report(error),
      onFailure: options.onFailure,
    })
    const stores = await options.stores.open(storesRequest(options, outputs))
    const task = new RunningTask(options, outputs, stores)
    return task
  }

  private constructor(options: RunningTaskOptions, outputs: TaskOutputs, stores: TaskStores) {
    this.#options = options
    this.assignment = options.assignment
    this.outputs = outputs
    this.stores = stores
    this.#refused = new RefusedRecords({ ...options, partition: options.assignment.partition, outputs })
    this.#task = this.#build()
    this.feeds = this.#task.inputs.map((input, index) => this.#makeFeed(input, index))
    this.#group = this.feeds.length > 1 ? this.#makeGroup() : null
    this.#marked = this.feeds.map(({ committed }) => committed)
    outputs.isMuted = this.#isRepeating
    this.#task.advanceStreamTime(stores.restored?.streamTime ?? -1)
  }

  /** Sum over the inputs of what was read. */
  get recordsRead(): number {
    return this.feeds.reduce((sum, { recordsRead }) => sum + recordsRead, 0)
  }

  get lag(): number {
    return this.feeds.reduce((sum, { lag }) => sum + lag, this.#group?.size ?? 0)
  }

  /** Whether nothing is left to do or to commit, as far as is known. */
  get isIdle(): boolean {
    return this.outputs.isIdle && !this.isDirty && (this.#group?.size ?? 0) === 0
  }

  /** Whether there is something to commit. */
  get isDirty(): boolean {
    return !this.outputs.isMuted && this.feeds.some((_, index) => this.#processed(index) !== this.#marked[index])
  }

  /** After a round of reading: processes what waits, emits what had to wait, sends what gathered. */
  endRound(): void {
    if (this.#isClosed || this.#isHalted) return
    const { workingFor, query } = this.#options
    workingFor[WATCHED.workingFor] = query.number
    try {
      this.#group?.run()
      if (this.outputs.isMuted) this.#unmuteIfDone()
      this.#flushChanges()
      this.#sendOutputs()
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  /** Null if there is nothing new, or while the task repeats what was committed before. Throws what operators and stores throw. */
  checkpoint(): TaskCheckpoint | null {
    if (this.outputs.isMuted || this.#isClosed) return null
    this.#flush()
    if (!this.isDirty && this.outputs.isIdle) return null
    this.#marked = this.feeds.map((_, index) => this.#processed(index))
    const positions = this.#positions()
    const state = this.stores.checkpoint({ positions, streamTime: this.#task.streamTime })
    this.outputs.flush()
    return { task: this, positions, state, stored: this.outputs.stored() }
  }

  /** While others are still read, so that few records wait. */
  #runGroup(): void {
    const { workingFor, query } = this.#options
    if (this.#group === null || this.#isClosed || this.#isHalted) return
    workingFor[WATCHED.workingFor] = query.number
    this.#group.run()
  }

  /** Between two rounds the thread works for nobody. */
  #flush(): void {
    const { workingFor, query } = this.#options
    workingFor[WATCHED.workingFor] = query.number
    this.#task.flush()
    workingFor[WATCHED.workingFor] = 0
  }

  /** What the last checkpoint took could not be committed: it is taken again. */
  unmark(): void {
    this.#marked = this.feeds.map(() => -1)
  }

  statistics(): StepStatistics[] {
    return this.#task.statistics()
  }

  /** Processes nothing more; what it has done can still be committed. */
  halt(): void {
    this.#isHalted = true
    for (const feed of this.feeds) feed.isClosed = true
  }

  /** Ends the task; what is not committed is dropped. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const feed of this.feeds) feed.isClosed = true
    this.outputs.discard()
    await this.stores.close()
  }

  /** Below the committed offsets what is written has been written before. */
  get #isRepeating(): boolean {
    return this.feeds.some((feed, index) => this.#processed(index) < feed.committed)
  }

  /** Changes of tables leave at once when the task is up to date; while there is more to read, several of a key leave as one. */
  #flushChanges(): void {
    const now = this.#options.clock.now()
    if (now >= this.#flushAt || this.#flushAt - now > HOLD_BACK_MS || this.#isCaughtUp) {
      this.#flushAt = now + HOLD_BACK_MS
      this.#task.flush()
    }
  }

  /** A task that is up to date sends at once. While it catches up, batches gather: with many queries each round has few records for each. */
  #sendOutputs(): void {
    const now = this.#options.clock.now()
    if (now < this.#sendAt && this.#sendAt - now <= GATHER_MS && !this.#isCaughtUp) return
    this.#sendAt = now + GATHER_MS
    this.outputs.flush()
  }

  get #isCaughtUp(): boolean {
    return this.feeds.every((feed) => feed.isCaughtUp)
  }

  #unmuteIfDone(): void {
    if (this.#isRepeating) return
    this.#unmute()
    this.#group?.run()
  }

  /** What is held back belongs to what was written before. */
  #unmute(): void {
    this.#task.flush()
    this.outputs.isMuted = false
  }

  /** Offset of the first record that is not processed. */
  #processed(index: number): number {
    if (this.#stop?.index === index) return this.#stop.offset
    const waiting = this.#group?.headOffset(index) ?? -1
    return waiting >= 0 ? waiting : this.feeds[index]!.position
  }

  /** Where two inputs read one partition, the lower position counts. */
  #positions(): Map<string, number> {
    const positions = new Map<string, number>()
    this.feeds.forEach((feed, index) => {
      const key = positionKey(feed)
      positions.set(key, Math.min(positions.get(key) ?? Number.POSITIVE_INFINITY, this.#processed(index)))
    })
    return positions
  }

  #build(): Task {
    const { query, topology, schemas, functions, functionContext, clock, timer, subscriber } = this.#options
    const { config } = query
    return new Task({
      topology,
      schemas,
      plan: query.plan.steps,
      partition: this.assignment.partition,
      functions,
      functionContext,
      clock,
      elapsed: () => timer.elapsed(),
      config: (name) => config[name],
      coalesces: config['cache.max.bytes.buffering'] !== '0',
      store: (spec) => this.stores.store(spec),
      usage: (spec) => this.stores.usage(spec),
      sink: (step) => this.#output(step),
      repartition: (step) => this.#output(step),
      subscriber,
      reportError: (error) => this.#report(error),
      reportLate: () => {},
    })
  }

  #output(step: SinkStep | RepartitionStep): Output {
    const output = this.#options.query.outputs[step.id]!
    const window = step.kind === 'sink' ? windowLayout(step.window) : null
    return this.outputs.topic({
      ...output,
      step: step.id,
      windowBytes: window === null ? 0 : windowBytes(window),
    })
  }

  #makeFeed(input: TaskInput, index: number): InputFeed {
    const { onFailure, clock, workingFor, query } = this.#options
    const assignment = this.assignment.inputs.find(({ step }) => step === input.step.id)!
    const isSingle = this.#task.inputs.length === 1
    const feed: InputFeed = new InputFeed({
      input,
      assignment,
      position: this.#startOf(assignment),
      take: isSingle
        ? (record, offset, cursor) => this.#process(feed, record, offset, cursor)
        : (record, offset) => this.#keep(index, record, offset),
      refuse: (fault, cursor) => this.#refuse(index, fault, cursor),
      keepsRecords: !isSingle,
      onPassed: () => this.#runGroup(),
      advance: isSingle && this.#isStateful ? (timestamp) => this.#task.advanceStreamTime(timestamp) : null,
      onFailure,
      clock,
      workingFor,
      queryNumber: query.number,
    })
    return feed
  }

  get #isStateful(): boolean {
    return this.#options.topology.steps.some(
      (step) => isOperator(step) && storesOf(step, this.#options.schemas).length > 0,
    )
  }

  /** State that was not found is built anew from the beginning. */
  #startOf(assignment: {
    readonly topic: string
    readonly partition: number
    origin: number
    position: number
  }): number {
    const { restored } = this.stores
    if (restored !== null) return restored.positions.get(positionKey(assignment)) ?? assignment.origin
    return this.#isStateful ? assignment.origin : assignment.position
  }

  #process(feed: InputFeed, record: StreamRecord, offset: number, cursor: RecordCursor | null): void {
    if (this.outputs.isMuted && offset >= feed.committed) this.#unmute()
    feed.input.accept(record, offset, cursor)
  }

  /** What was committed before was met before. */
  #refuse(index: number, fault: ReadFault, cursor: RecordCursor): void {
    const { input, committed } = this.feeds[index]!
    const { offset } = cursor
    if (this.#group === null && this.outputs.isMuted && offset >= committed) this.#unmute()
    input.reportRead(fault, offset)
    const standIn = offset < committed ? null : this.#refused.standIn(input.step as SourceStep, cursor, fault)
    if (standIn === null) return
    if (this.#group === null) this.#meet(index, standIn, offset)
    else this.#keep(index, standIn, offset)
  }

  #meet(index: number, standIn: StreamRecord, offset: number): void {
    try {
      this.#refused.meet(standIn)
    } catch (error) {
      this.#stop = { index, offset }
      throw error
    }
  }

  #keep(index: number, record: StreamRecord, offset: number): void {
    if (this.#group!.add(index, record, offset)) return
    this.#block(index, true)
  }

  #block(index: number, isFull: boolean): void {
    const feed = this.feeds[index]!
    if (feed.isFull === isFull) return
    feed.isFull = isFull
    this.#options.onBlocking(feed)
  }

  #makeGroup(): PartitionGroup {
    const inputs = this.feeds.map((feed, index): GroupInput => {
      const { step } = feed.input
      return {
        isTable: step.kind === 'source' && step.sourceKind === 'table',
        isCaughtUp: () => (this.outputs.isMuted ? feed.position >= feed.committed : feed.isCaughtUp),
        mayTake: (offset) => !this.outputs.isMuted || offset < feed.committed,
        process: (record, offset) =>
          this.#refused.isStandIn(record) ? this.#meet(index, record, offset) : feed.input.accept(record, offset, null),
        onRoom: () => this.#block(index, false),
      }
    })
    return new PartitionGroup(inputs, { ...this.#options.group, clock: this.#options.clock })
  }

  /** What happened while the task repeats itself was reported before; not what it has read ahead meanwhile. */
  #report(error: ProcessingError): void {
    if (this.outputs.isMuted && !this.#isAhead(error.position)) return
    this.processingErrors++
    this.#options.reportError(error)
  }

  #isAhead(position: RecordPosition | null): boolean {
    const feed = this.feeds.find(({ topic }) => topic === position?.topic)
    return feed !== undefined && position!.offset >= feed.committed
  }
}
