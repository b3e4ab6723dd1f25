/**
 * A task at work in a worker: its operators with their stores, inputs and outputs. What it wrote and how far it has read are committed
 * together: `checkpoint` takes both at one moment.
 *
 * A task whose state is older than its committed offsets is muted: it repeats what it has done before, and writes nothing, until its state
 * has come as far. With several inputs, records wait in the task's partition group; with one they are processed as they come.
 */
import type { SourceStep } from '../../operators/step.ts'
import { lookedUpInputs } from '../../plan/looked-up-inputs.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { TaskAssignment } from '../assignment.ts'
import { WATCHED } from '../heartbeat.ts'
import type { ProcessingError, RecordPosition } from '../processing-error.ts'
import type { FunctionStatistics, StepStatistics } from '../query-progress.ts'
import type { InputTask, PartitionInput } from '../reading/partition-input.ts'
import type { Checkpoint, Positions, StoreProvider, TaskStores } from '../stores/task-stores.ts'
import type { ReadFault } from '../task/bad-records.ts'
import { type PackedReader, packedReader } from '../task/internal-record.ts'
import { type GroupInput, type GroupOptions, PartitionGroup } from '../task/partition-group.ts'
import type { RecordCursor } from '../task/record-cursor.ts'
import type { Task } from '../task/task.ts'
import { TaskRest } from '../task/task-rest.ts'
import { type Watermark, watermarkOf, watermarkRecord } from '../task/watermark.ts'
import { BadRecordHandler } from './bad-record-handler.ts'
import { type BuildTaskOptions, buildTask, isStateful } from './build-task.ts'
import { IdleTime } from './idle-time.ts'
import { InputPositions } from './input-positions.ts'
import { FlushSchedule } from './output/flush-schedule.ts'
import { type OutputsOptions, TaskOutputs } from './output/outputs.ts'
import { RemovedRecords } from './removed-records.ts'
import { storesRequest } from './stores-request.ts'
import { type TaskInputsOptions, taskInputs } from './task-inputs.ts'
import { WatermarkSchedule } from './watermark-schedule.ts'

export interface RunningTaskOptions
  extends BuildTaskOptions,
    TaskInputsOptions,
    Pick<OutputsOptions, 'producer' | 'changelogProducer' | 'pool' | 'window'> {
  readonly stores: StoreProvider
  readonly group: Omit<GroupOptions, 'clock'>
  /** See `WatermarkScheduleOptions`. */
  readonly idleTimeoutMs: number
  readonly reportError: (error: ProcessingError) => void
  /** Ends the opening of the task. */
  readonly signal: AbortSignal
  /** Called with what stops the query. */
  readonly onFailure: (error: unknown) => void
  /** Called when an input has become full, and when it has room again. */
  readonly onFullness: (input: PartitionInput) => void
  /** Called when a part of a record's work is left for the next round. */
  readonly onWorkLeft: () => void
  /** Called when rounds and the next commit have something to do for the task. */
  readonly onWork: () => void
}

/** How far a task had come, and what it had written until then. */
export interface TaskCheckpoint {
  readonly task: RunningTask
  readonly positions: Positions
  readonly state: Checkpoint
  /** Resolves when everything written before is stored; rejects with a BrokerError. */
  readonly stored: Promise<void>
}

export class RunningTask implements InputTask {
  readonly assignment: TaskAssignment
  readonly inputs: readonly PartitionInput[]
  readonly outputs: TaskOutputs
  readonly stores: TaskStores
  processingErrors = 0
  readonly #options: RunningTaskOptions
  readonly #task: Task
  readonly #group: PartitionGroup | null
  readonly #positions: InputPositions
  readonly #badRecords: BadRecordHandler
  readonly #removed: RemovedRecords
  readonly #flushes: FlushSchedule
  /** Null: nobody reads its watermarks. */
  readonly #watermarks: WatermarkSchedule | null
  readonly #idle: IdleTime
  /** Whether state has changed since the last checkpoint although no record was read. */
  #hasIdleChange = false
  readonly #rest: TaskRest
  #isClosed = false
  #isHalted = false

  /** Opens the stores and brings them up to date; rejects with the error of the broker or the disk. */
  static async open(options: RunningTaskOptions): Promise<RunningTask> {
    // Outputs report while the task works, which it does not before it is made; stores need the outputs for their changelogs.
    let task: RunningTask | null = null
    const outputs = new TaskOutputs({
      ...options,
      position: () => task?.position ?? null,
      watermark: () => task?.watermark ?? null,
      failsOnRefused: options.query.config['ksql.fail.on.production.error']?.toLowerCase() !== 'false',
      reportError: (error) => task?.report(error),
    })
    const stores = await options.stores.open({ ...storesRequest(options, outputs), signal: options.signal })
    task = new RunningTask(options, outputs, stores)
    return task
  }

  private constructor(options: RunningTaskOptions, outputs: TaskOutputs, stores: TaskStores) {
    this.#options = options
    this.assignment = options.assignment
    this.outputs = outputs
    this.stores = stores
    this.#flushes = new FlushSchedule(options.clock)
    this.#rest = new TaskRest(options.onWork)
    this.#badRecords = new BadRecordHandler({ ...options, partition: options.assignment.partition, outputs })
    this.#removed = new RemovedRecords({
      config: options.query.config,
      onNotice: options.onNotice,
      reportError: (error) => this.report(error),
    })
    this.#watermarks = takesWatermarks(options) ? new WatermarkSchedule(options) : null
    const idle = new IdleTime(options.timer)
    this.#idle = idle
    this.#task = buildTask(options, {
      stores,
      outputs,
      reportError: (error) => this.report(error),
      idleMs: () => idle.ms,
      onIdleChange: () => {
        this.#hasIdleChange = true
      },
    })
    this.inputs = taskInputs(options, {
      task: this,
      entries: this.#task.entries,
      restored: stores.restored,
      statesWatermarks: this.#watermarks !== null,
    })
    this.#group = this.inputs.length > 1 ? this.#makeGroup() : null
    this.#positions = new InputPositions(this.inputs, this.#group)
    outputs.isMuted = this.#positions.areRepeating
    const isFilter = this.#watermarks === null && !isStateful(options) && readsOneSource(this.inputs)
    this.#rest.canRest = isFilter && !this.#task.worksBetweenRecords
    this.#restoreTimes()
  }

  /** Whether the rounds can do without it until it takes a record. */
  get isAtRest(): boolean {
    return this.#rest.isAtRest
  }

  /** Whether its positions are all that has changed since the last checkpoint: if they are lost, nothing is written twice. */
  get isQuiet(): boolean {
    return this.#rest.isQuiet && !this.outputs.isMuted
  }

  /** Sampled records in other partitions than this server would look for them. */
  get misplacedKeys(): number {
    return this.inputs.reduce((sum, { placement }) => sum + (placement?.misplaced ?? 0), 0)
  }

  /** Records read so far, the sum over the inputs. */
  get recordsRead(): number {
    return this.inputs.reduce((sum, { recordsRead }) => sum + recordsRead, 0)
  }

  /** See `QueryProgress`. */
  get removedRecords(): number {
    return this.#removed.count
  }

  get lag(): number {
    return this.inputs.reduce((sum, { lag }) => sum + lag, this.#group?.size ?? 0)
  }

  /** Whether nothing is left to do or to commit, as far as is known. */
  get isIdle(): boolean {
    return this.outputs.isIdle && !this.isDirty && !this.#task.hasWorkLeft && (this.#group?.size ?? 0) === 0
  }

  /** Whether there is something to commit. */
  get isDirty(): boolean {
    return !this.outputs.isMuted && (this.#positions.haveMoved || this.#hasIdleChange)
  }

  /** Place of the record that is processed, or was processed last; null before the first one. */
  get position(): RecordPosition | null {
    return this.#task.position
  }

  /** How far it has come, as its readers need to know. */
  get watermark(): Watermark {
    const time = this.#watermarks?.isIdle === true ? Number.POSITIVE_INFINITY : this.#task.statedTime
    return { task: this.assignment.partition, time }
  }

  process(input: PartitionInput, record: StreamRecord, offset: number, cursor: RecordCursor): void {
    input.placement?.note(record.key, offset)
    if (this.#group !== null) this.#keep(this.#group, input, record, offset)
    else this.#processAtOnce(input, record, offset, cursor)
  }

  processInternal(input: PartitionInput, cursor: RecordCursor): void {
    if (this.#group === null) this.#processAtOnce(input, input.readInternal!(cursor), cursor.offset, cursor)
    else if (!this.#group.addBytes(input.index, cursor)) this.#setFull(input, true)
  }

  #processAtOnce(input: PartitionInput, record: StreamRecord, offset: number, cursor: RecordCursor): void {
    this.#rest.noteRecord()
    if (this.outputs.isMuted && offset >= input.committed) this.#unmute()
    input.entry.process(record, offset, cursor)
    if (this.#task.hasWorkLeft) this.#noteWorkLeft()
  }

  /**
   * Each bad record has its turn among the others, so that committed offsets tell which ones are done: with several inputs a placeholder
   * waits for it. One below the committed offset had its turn before.
   */
  processBadRecord(input: PartitionInput, fault: ReadFault, cursor: RecordCursor): void {
    const { entry, committed } = input
    const { offset } = cursor
    this.#rest.noteRecord()
    if (this.#group === null && this.outputs.isMuted && offset >= committed) this.#unmute()
    entry.reportBadRecord(fault, offset)
    if (offset < committed) return
    const placeholder = this.#badRecords.placeholder(entry.step as SourceStep, cursor, fault)
    if (placeholder === null) return
    if (this.#group === null) this.#handleBadRecord(input, placeholder, offset)
    else this.#keep(this.#group, input, placeholder, offset)
  }

  processWatermark(input: PartitionInput, watermark: Watermark, offset: number): void {
    if (this.#group !== null) {
      this.#keep(this.#group, input, watermarkRecord(watermark), offset)
      return
    }
    if (this.outputs.isMuted && offset >= input.committed) this.#unmute()
    input.entry.advanceWatermark(watermark)
  }

  reportRemoved(input: PartitionInput, offset: number): void {
    this.#removed.note(input, offset)
  }

  advanceStreamTime(timestamp: number): void {
    this.#task.advanceStreamTime(timestamp)
  }

  /** Processes what waits while other partitions are still read, so that few records wait. */
  endTurn(): void {
    if (this.#group === null || this.#isClosed || this.#isHalted || this.#mustWait) return
    this.#beginWork()
    this.#group.run()
  }

  fail(error: unknown): void {
    this.#options.onFailure(error)
  }

  /** Ends a round of reading: processes what waits, emits what was held back, sends what gathered. */
  endRound(): void {
    if (this.#isClosed || this.#isHalted) {
      this.#rest.end()
      return
    }
    this.#beginWork()
    try {
      if (this.#task.hasWorkLeft) {
        this.#task.continueWork()
        this.#noteWorkLeft()
      }
      if (!this.#mustWait) this.#group?.run()
      if (this.outputs.isMuted) this.#unmuteIfDone()
      const isCaughtUp = this.inputs.every((input) => input.isCaughtUp)
      this.#task.refreshWatermark()
      const isDone = isCaughtUp && !this.#task.isHeldBack && (this.#group?.size ?? 0) === 0
      this.#stateWatermark(isDone)
      this.#idle.endRound(this.inputs, isDone && !this.outputs.isMuted)
      if (this.#flushes.takeChanges(isCaughtUp)) this.#task.flush()
      if (this.#flushes.takeBatches(isCaughtUp)) this.outputs.flush()
      this.#rest.endRound(!this.outputs.isMuted && !this.outputs.hasOpenBatches && !this.#task.hasWorkLeft)
    } catch (error) {
      this.fail(error)
    }
  }

  /** Null if there is nothing new, or while the task repeats what was committed before. Throws what operators and stores throw. */
  checkpoint(): TaskCheckpoint | null {
    if (this.outputs.isMuted || this.#isClosed) return null
    if (this.#task.hasWorkLeft && !this.#finishWork()) return null
    this.#beginWork()
    this.#task.flush()
    this.#options.watched[WATCHED.workingFor] = 0
    if (!this.isDirty && this.outputs.isIdle) return null
    const positions = this.#positions.mark()
    this.#hasIdleChange = false
    this.#rest.noteCheckpoint()
    const state = this.stores.checkpoint({
      positions,
      streamTime: this.#task.latestTime,
      watermarks: Object.fromEntries(
        this.inputs.flatMap(({ entry: { step, watermarks } }) =>
          watermarks === null ? [] : [[step.id, watermarks.stated]],
        ),
      ),
    })
    this.outputs.flush()
    const stored = this.outputs.stored()
    // A commit that is given up early never awaits this promise; the query has reported the failure by then.
    stored.catch(() => {})
    return { task: this, positions, state, stored }
  }

  /** After a checkpoint that could not be committed: the next one takes the same again. */
  unmark(): void {
    this.#positions.unmark()
    this.#hasIdleChange = true
    this.#rest.unmark()
  }

  statistics(): StepStatistics[] {
    return this.#task.statistics()
  }

  functionStatistics(): FunctionStatistics[] {
    return this.#task.functionStatistics()
  }

  /** Processes nothing more; what was done can still be committed. */
  halt(): void {
    this.#isHalted = true
    for (const input of this.inputs) input.close()
  }

  /** Ends the task; what is not committed is dropped. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const input of this.inputs) input.close()
    this.outputs.discard()
    await this.stores.close()
  }

  /** Reports an error, unless it was reported before: by the same record, before the task began to repeat itself. */
  report(error: ProcessingError): void {
    if (this.outputs.isMuted && !this.#isAhead(error.position)) return
    this.#rest.noteRecord()
    if (!error.isNotice) this.processingErrors++
    this.#options.reportError(error)
  }

  /** Whether a muted task has read the record ahead. */
  #isAhead(position: RecordPosition | null): boolean {
    const input = this.inputs.find(({ topic }) => topic === position?.topic)
    return input !== undefined && position!.offset >= input.committed
  }

  #restoreTimes(): void {
    const { restored } = this.stores
    if (restored !== null) {
      this.#task.advanceStreamTime(restored.streamTime)
      for (const { step, watermarks } of this.#task.entries) watermarks?.restore(restored.watermarks[step.id] ?? [])
    }
    this.#task.refreshWatermark()
  }

  /** A task that waits for others upstream is not idle, whatever it has read. */
  #stateWatermark(isDone: boolean): void {
    if (this.#watermarks === null || this.outputs.isMuted) return
    if (this.#watermarks.endRound(this.#task.statedTime, isDone)) this.outputs.stateWatermark()
  }

  /** What is committed is whole records. False for a push query, which commits nothing. */
  #finishWork(): boolean {
    if (this.#options.query.group === null) return false
    this.#beginWork()
    this.#task.finishWork()
    this.#noteWorkLeft()
    return true
  }

  get #mustWait(): boolean {
    return this.inputs[0]?.mustWait === true
  }

  /** Work that is left ends the turn; each round does a piece of it, and no further record comes before its end. */
  #noteWorkLeft(): void {
    const { hasWorkLeft } = this.#task
    if (hasWorkLeft) {
      this.#options.group.pace.slowEvaluations++
      this.#options.onWorkLeft()
    }
    if (this.inputs[0]!.hasWorkLeft === hasWorkLeft) return
    for (const input of this.inputs) {
      input.hasWorkLeft = hasWorkLeft
      if (!hasWorkLeft) this.#options.onFullness(input)
    }
  }

  #beginWork(): void {
    const { watched, query } = this.#options
    watched[WATCHED.workingFor] = query.number
  }

  #unmuteIfDone(): void {
    if (this.#positions.areRepeating) return
    this.#unmute()
    this.#group?.run()
  }

  /** Changes that are held back belong to output that was written before. */
  #unmute(): void {
    this.#task.flush()
    this.outputs.isMuted = false
  }

  #handleBadRecord(input: PartitionInput, placeholder: StreamRecord, offset: number): void {
    try {
      this.#badRecords.handle(placeholder)
    } catch (error) {
      this.#positions.stopAt(input, offset)
      throw error
    }
  }

  #keep(group: PartitionGroup, input: PartitionInput, record: StreamRecord, offset: number): void {
    if (!group.add(input.index, record, offset)) this.#setFull(input, true)
  }

  #setFull(input: PartitionInput, isFull: boolean): void {
    if (input.isFull === isFull) return
    input.isFull = isFull
    this.#options.onFullness(input)
  }

  /** Null: the rows of the input are decoded. */
  #packedReaderOf({ entry: { step, processPacked } }: PartitionInput): PackedReader | null {
    if (step.kind !== 'repartition' || processPacked === null) return null
    return packedReader(step, this.#options.schemas.get(step.id)!)
  }

  #makeGroup(): PartitionGroup {
    const lookedUp = lookedUpInputs(this.#options.topology, this.#options.schemas)
    const isTableOf = ({ entry }: PartitionInput) => lookedUp.has(entry.step.id)
    const hasTable = this.inputs.some(isTableOf)
    const inputs = this.inputs.map((input): GroupInput => {
      const isTable = isTableOf(input)
      // Rows of a table do not wait for the tasks upstream of a stream: a stream whose times are older than the table's rows would be
      // joined with an empty table.
      const watermarks = isTable || !hasTable ? input.entry.watermarks : null
      const readPacked = this.#packedReaderOf(input)
      return {
        isTable,
        mayPrecede: (timestamp) =>
          (this.outputs.isMuted ? input.position < input.committed : !input.isCaughtUp) ||
          watermarks?.mayPrecede(timestamp, isTable) === true,
        mayTake: (offset) => !this.outputs.isMuted || offset < input.committed,
        process: (record, offset) => {
          const watermark = watermarkOf(record)
          if (watermark !== null) input.entry.advanceWatermark(watermark)
          else if (this.#badRecords.isPlaceholder(record)) this.#handleBadRecord(input, record, offset)
          else input.entry.process(record, offset, null)
          if (this.#task.hasWorkLeft) this.#noteWorkLeft()
        },
        processBytes: (cursor) => {
          const packed = readPacked?.(cursor) ?? null
          if (packed !== null) input.entry.processPacked!(packed, cursor.offset)
          else input.entry.process(input.readInternal!(cursor), cursor.offset, null)
          if (this.#task.hasWorkLeft) this.#noteWorkLeft()
        },
        onRoom: () => this.#setFull(input, false),
      }
    })
    return new PartitionGroup(inputs, { ...this.#options.group, clock: this.#options.clock })
  }
}

const takesWatermarks = ({ query, topology }: RunningTaskOptions): boolean =>
  topology.steps.some(({ kind, id }) => kind === 'repartition' && query.outputs[id]!.takesWatermarks)

const readsOneSource = ([first, ...others]: readonly PartitionInput[]): boolean =>
  first !== undefined && others.length === 0 && first.readInternal === null
