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
  readonly workingFor: Int32Array
  readonly queryNumber: number
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
  readonly #workingFor: Int32Array
  readonly #queryNumber: number
  /** Watermarks among the records of this turn. */
  #watermarks = 0
  /** Offset of the next record to take. */
  position: number
  /** End of the partition as last reported by the broker. */
  endOffset: number
  /** The task has enough records to process. */
  isFull = false
  /** The query is paused. */
  isPaused = false
  /** The query was too slow, and waits until the others have had their time. */
  isHeldBack = false
  /** A part of the last record's work is left. */
  hasWorkLeft = false
  isClosed = false
  /** Why no records come although there are some; null: they come. */
  waitsFor: string | null = null
  recordsRead = 0
  bytesRead = 0
  /** When the first records came, epoch ms; null: none yet. */
  firstReadAt: number | null = null

  constructor(options: PartitionInputOptions) {
    const { assignment } = options
    this.#task = options.task
    this.#clock = options.clock
    this.#workingFor = options.workingFor
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
    this.position = options.position
    this.endOffset = assignment.endOffset
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

  beginFilter(): void {
    this.#workingFor[WATCHED.workingFor] = this.#queryNumber
  }

  takeRecord(record: StreamRecord, offset: number, cursor: RecordCursor): void {
    if (offset < this.position || this.isClosed || offset >= this.#limit) return
    this.position = offset + 1
    this.#workingFor[WATCHED.workingFor] = this.#queryNumber
    try {
      this.#task.process(this, record, offset, cursor)
    } catch (error) {
      this.#close(error)
    }
  }

  /** Takes a record of an internal topic. */
  takeInternal(cursor: RecordCursor): void {
    const { offset } = cursor
    if (offset < this.position || this.isClosed || offset >= this.#limit) return
    this.position = offset + 1
    this.#workingFor[WATCHED.workingFor] = this.#queryNumber
    try {
      this.#task.processInternal(this, cursor)
    } catch (error) {
      this.#close(error)
    }
  }

  takeBadRecord(fault: ReadFault, cursor: RecordCursor): void {
    const { offset } = cursor
    if (offset < this.position || this.isClosed || offset >= this.#limit) return
    this.position = offset + 1
    try {
      this.#task.processBadRecord(this, fault, cursor)
    } catch (error) {
      this.#close(error)
    }
  }

  takeWatermark(watermark: Watermark, offset: number): void {
    if (offset < this.position || this.isClosed || offset >= this.#limit) return
    this.position = offset + 1
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
    if (this.isClosed || this.position >= from || this.isAtLimit) return
    this.#close(
      new Error(`${this.topic}-${this.partition}: records from ${this.position} to ${from} were passed over.`),
    )
  }

  /** Ends a reader's turn: every record below `nextOffset` was offered, `records` of them in `bytes` bytes during this turn. */
  endTurn(nextOffset: number, endOffset: number, { records, bytes }: { records: number; bytes: number }): void {
    if (this.isClosed) return
    if (nextOffset > this.position) this.position = Math.min(nextOffset, this.#limit)
    this.endOffset = endOffset
    this.recordsRead += records - this.#watermarks
    this.#watermarks = 0
    this.bytesRead += bytes
    this.entry.countRead(records)
    try {
      this.#task.endTurn()
    } catch (error) {
      this.#close(error)
    }
  }

  #close(error: unknown): void {
    this.isClosed = true
    this.#task.fail(error)
  }
}
