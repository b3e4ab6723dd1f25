/**
 * An input of a task at its topic partition: takes records from its position on, once each, whichever reader brings them, and hands them to
 * the task.
 */
import type { Clock } from '../../clock.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { InputAssignment } from '../assignment.ts'
import { WATCHED } from '../heartbeat.ts'
import type { ReadFault } from '../task/bad-records.ts'
import type { internalReader } from '../task/internal-record.ts'
import type { KeyPlacement } from '../task/key-placement.ts'
import type { RecordCursor } from '../task/record-cursor.ts'
import type { TaskInput } from '../task/shared-source.ts'
import type { TaskEntry } from '../task/task.ts'
import type { Watermark } from '../task/watermark.ts'
import type { ReaderProgress } from './reader-progress.ts'

/** The task behind an input. What its methods throw stops the query. */
export interface InputTask {
  /** Processes a record, or keeps it until the task's other inputs have come as far. `cursor` is valid during the call. */
  process(input: PartitionInput, record: StreamRecord, offset: number, cursor: RecordCursor): void
  /** The same for a record of an internal topic. */
  processInternal(input: PartitionInput, cursor: RecordCursor): void
  /** Treats a record that cannot be read as its source demands. `cursor` is valid during the call. */
  processBadRecord(input: PartitionInput, fault: ReadFault, cursor: RecordCursor): void
  /** Takes the statement of a task upstream, or keeps it as it keeps records. */
  processWatermark(input: PartitionInput, watermark: Watermark, offset: number): void
  advanceStreamTime(timestamp: number): void
  /** Reports that records from the input's position to `offset` were removed from the topic before they were read. */
  reportRemoved(input: PartitionInput, offset: number): void
  /** Called after a reader's turn, in which it offered any number of records. */
  endTurn(): void
  /** Stops the query. */
  fail(error: unknown): void
}

export interface PartitionInputOptions {
  readonly task: InputTask
  readonly entry: TaskEntry
  readonly assignment: InputAssignment
  /** Offset of the first record to take; output for records below the assignment's position was written before. */
  readonly position: number
  /** Place among the task's inputs. */
  readonly index: number
  /** Whether the task, or one that it feeds, looks at stream time that only this input advances. */
  readonly needsStreamTime: boolean
  /** Whether the task keeps records until its other inputs have come as far. */
  readonly keepsRecords: boolean
  /** Samples whether keys lie where they are looked for; null: that does not matter. */
  readonly placement: KeyPlacement | null
  /** Decodes records of an internal topic; null for a source. */
  readonly readInternal: ReturnType<typeof internalReader> | null
  readonly clock: Clock
  /** See `WATCHED`. */
  readonly watched: Int32Array
  readonly queryNumber: number
}

/** What brings an input its records. */
export interface InputReader {
  readonly progress: ReaderProgress
  /** Inputs that may take nothing for now; others certainly take what comes. */
  readonly blocked: Set<PartitionInput>
}

export class PartitionInput implements TaskInput {
  readonly entry: TaskEntry
  readonly index: number
  readonly topic: string
  readonly partition: number
  readonly committed: number
  readonly needsStreamTime: boolean
  readonly keepsRecords: boolean
  readonly readInternal: PartitionInputOptions['readInternal']
  readonly placement: KeyPlacement | null
  /** Offset of the first record that it does not take; infinite if there is none. */
  readonly #limit: number
  readonly #task: InputTask
  readonly #clock: Clock
  readonly #watched: Int32Array
  readonly #queryNumber: number
  /** Watermarks among the records of this turn. */
  #watermarks = 0
  #position: number
  #endOffset: number
  #recordsRead = 0
  #bytesRead = 0
  #reader: InputReader | null = null
  /** What the reader had read when this input looked last. */
  #seenVersion = 0
  #seenRecords = 0
  #seenBytes = 0
  #isFull = false
  #isPaused = false
  #isHeldBack = false
  #hasWorkLeft = false
  #isClosed = false
  /** Why no records come although there are some; null: they come. */
  waitsFor: string | null = null
  /** When the first records came, epoch ms; null: none yet. */
  firstReadAt: number | null = null

  constructor(options: PartitionInputOptions) {
    const { assignment } = options
    this.#task = options.task
    this.#clock = options.clock
    this.#watched = options.watched
    this.#queryNumber = options.queryNumber
    this.entry = options.entry
    this.index = options.index
    this.needsStreamTime = options.needsStreamTime
    this.keepsRecords = options.keepsRecords
    this.readInternal = options.readInternal
    this.placement = options.placement
    this.topic = assignment.topic
    this.partition = assignment.partition
    this.committed = assignment.position
    this.#limit = assignment.limit ?? Number.POSITIVE_INFINITY
    this.#position = options.position
    this.#endOffset = assignment.endOffset
  }

  /**
   * Whether it takes the reader's counts over when it is looked at. Others are told of each turn: their tasks run then, or look at how far each
   * input has come.
   */
  get isFollower(): boolean {
    return !this.keepsRecords && this.readInternal === null && this.#limit === Number.POSITIVE_INFINITY
  }

  /** Offset of the next record to take. */
  get position(): number {
    this.#takeOver()
    return this.#position
  }

  set position(offset: number) {
    this.#takeOver()
    this.#position = offset
  }

  /** End of the partition as last reported by the broker. */
  get endOffset(): number {
    this.#takeOver()
    return this.#endOffset
  }

  set endOffset(offset: number) {
    this.#takeOver()
    this.#endOffset = offset
  }

  get recordsRead(): number {
    this.#takeOver()
    return this.#recordsRead
  }

  get bytesRead(): number {
    this.#takeOver()
    return this.#bytesRead
  }

  /** The task has enough records to process. */
  get isFull(): boolean {
    return this.#isFull
  }

  set isFull(value: boolean) {
    this.#isFull = value
    if (value) this.#noteBlocked()
  }

  /** The query is paused. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  set isPaused(value: boolean) {
    this.#isPaused = value
    if (value) this.#noteBlocked()
  }

  /** The query was too slow, and waits until the others have had their time. */
  get isHeldBack(): boolean {
    return this.#isHeldBack
  }

  set isHeldBack(value: boolean) {
    this.#isHeldBack = value
    if (value) this.#noteBlocked()
  }

  /** A part of the last record's work is left. */
  get hasWorkLeft(): boolean {
    return this.#hasWorkLeft
  }

  set hasWorkLeft(value: boolean) {
    this.#hasWorkLeft = value
    if (value) this.#noteBlocked()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Ends the input: what is read from here on is nothing to it. */
  close(): void {
    this.#takeOver()
    this.#isClosed = true
  }

  /** Lets `reader` bring the records from here on. */
  enter(reader: InputReader): void {
    if (this.#reader !== null) this.leave(this.#reader)
    const { version, records, bytes } = reader.progress
    this.#reader = reader
    this.#seenVersion = version
    this.#seenRecords = records
    this.#seenBytes = bytes
    if (this.isBlocked) this.#noteBlocked()
  }

  /** No effect if another brings the records. */
  leave(reader: InputReader): void {
    if (this.#reader !== reader) return
    this.#takeOver()
    this.#reader = null
    reader.blocked.delete(this)
  }

  /** Whether it takes nothing for now. */
  get isBlocked(): boolean {
    return this.isFull || this.isPaused || this.mustWait || this.isAtLimit
  }

  /** Whether it has taken all that it ever takes. */
  get isAtLimit(): boolean {
    return this.position >= this.#limit
  }

  /** Whether others that read the same partition must not be held up by it. */
  get mustWait(): boolean {
    return this.isHeldBack || this.hasWorkLeft
  }

  get isCaughtUp(): boolean {
    return this.position >= Math.min(this.endOffset, this.#limit)
  }

  get lag(): number {
    return Math.max(0, Math.min(this.endOffset, this.#limit) - this.position)
  }

  #noteBlocked(): void {
    this.#reader?.blocked.add(this)
  }

  /** Takes over what the reader has read since it was looked at last. */
  #takeOver(): void {
    const reader = this.#reader
    if (reader === null || reader.progress.version === this.#seenVersion) return
    const { version, position, endOffset, records, bytes } = reader.progress
    const newRecords = records - this.#seenRecords
    const newBytes = bytes - this.#seenBytes
    this.#seenVersion = version
    this.#seenRecords = records
    this.#seenBytes = bytes
    if (!this.isFollower || this.#isClosed) return
    if (position > this.#position) this.#position = position
    this.#endOffset = endOffset
    this.#recordsRead += newRecords
    this.#bytesRead += newBytes
    this.entry.countRead(newRecords)
  }

  beginFilter(): void {
    this.#watched[WATCHED.workingFor] = this.#queryNumber
  }

  takeRecord(record: StreamRecord, offset: number, cursor: RecordCursor): void {
    if (offset < this.#position || this.#isClosed || offset >= this.#limit) return
    this.#position = offset + 1
    this.#watched[WATCHED.workingFor] = this.#queryNumber
    try {
      this.#task.process(this, record, offset, cursor)
    } catch (error) {
      this.#close(error)
    }
  }

  /** Takes a record of an internal topic. */
  takeInternal(cursor: RecordCursor): void {
    const { offset } = cursor
    if (offset < this.#position || this.#isClosed || offset >= this.#limit) return
    this.#position = offset + 1
    this.#watched[WATCHED.workingFor] = this.#queryNumber
    try {
      this.#task.processInternal(this, cursor)
    } catch (error) {
      this.#close(error)
    }
  }

  takeBadRecord(fault: ReadFault, cursor: RecordCursor): void {
    const { offset } = cursor
    if (offset < this.#position || this.#isClosed || offset >= this.#limit) return
    this.#position = offset + 1
    try {
      this.#task.processBadRecord(this, fault, cursor)
    } catch (error) {
      this.#close(error)
    }
  }

  takeWatermark(watermark: Watermark, offset: number): void {
    if (offset < this.#position || this.#isClosed || offset >= this.#limit) return
    this.#position = offset + 1
    this.#watermarks++
    try {
      this.#task.processWatermark(this, watermark, offset)
    } catch (error) {
      this.#close(error)
    }
  }

  advanceStreamTime(timestamp: number, offset: number): void {
    if (offset < this.#limit) this.#task.advanceStreamTime(timestamp)
  }

  /** Notes that the records before `offset` are no longer in the topic. Stops the query if it must not pass over them. */
  reportRemoved(offset: number): void {
    try {
      this.#task.reportRemoved(this, offset)
    } catch (error) {
      this.#close(error)
    }
  }

  /** Stops the query of the input. */
  fail(error: unknown): void {
    this.#task.fail(error)
  }

  /** Notes that records have come and will be read; the broker's end of the partition is `endOffset`. */
  expect(endOffset: number): void {
    this.firstReadAt ??= this.#clock.now()
    this.endOffset = endOffset
  }

  /** Begins a reader's turn at `from`: records below were offered before. Stops the query if that is not so, before anything is lost. */
  beginTurn(from: number): void {
    if (this.#isClosed || this.position >= from || this.isAtLimit) return
    this.#close(
      new Error(`${this.topic}-${this.partition}: records from ${this.position} to ${from} were passed over.`),
    )
  }

  /** Ends a reader's turn, for an input that does not follow: every record below `nextOffset` was offered, `records` of them in `bytes` bytes during this turn. */
  endTurn(nextOffset: number, endOffset: number, { records, bytes }: { records: number; bytes: number }): void {
    if (this.#isClosed) return
    if (nextOffset > this.#position) this.#position = Math.min(nextOffset, this.#limit)
    this.#endOffset = endOffset
    this.#recordsRead += records - this.#watermarks
    this.#watermarks = 0
    this.#bytesRead += bytes
    this.entry.countRead(records)
    try {
      this.#task.endTurn()
    } catch (error) {
      this.#close(error)
    }
  }

  #close(error: unknown): void {
    this.close()
    this.#task.fail(error)
  }
}
