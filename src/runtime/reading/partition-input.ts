/**
 * One input of a task as the readers of its topic partition see it: takes records from its position on, once each, whoever reads them.
 * With several inputs, records wait in the task's partition group; with one they are processed as they come.
 */
import type { Clock } from '../../clock.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { InputAssignment } from '../assignment.ts'
import { WATCHED } from '../heartbeat.ts'
import type { ReadFault } from '../task/bad-records.ts'
import type { RecordCursor } from '../task/record-cursor.ts'
import type { Subscription } from '../task/shared-source.ts'
import type { TaskInput } from '../task/task.ts'

export interface FeedOptions {
  readonly input: TaskInput
  readonly assignment: InputAssignment
  /** Where to begin; below the assignment's position what is written has been written before. */
  readonly position: number
  /** Processes a record, or keeps it. Throws what stops the query. */
  readonly take: (record: StreamRecord, offset: number, cursor: RecordCursor | null) => void
  /** Meets a record that cannot be read. Throws what stops the query. */
  readonly refuse: (fault: ReadFault, cursor: RecordCursor) => void
  readonly advance: ((timestamp: number) => void) | null
  /** Whether `take` keeps records until the task's other inputs have come as far. */
  readonly keepsRecords: boolean
  /** After records were taken. Throws what stops the query. */
  readonly onPassed: () => void
  readonly onFailure: (error: unknown) => void
  readonly clock: Clock
  /** See `WATCHED`. */
  readonly workingFor: Int32Array
  readonly queryNumber: number
}

export class InputFeed {
  readonly input: TaskInput
  readonly topic: string
  readonly partition: number
  readonly origin: number
  readonly committed: number
  readonly subscription: Subscription
  readonly #options: FeedOptions
  /** Offset of the next record to take. */
  position: number
  /** As far as the broker has told. */
  endOffset: number
  /** Its task has enough to do. */
  isFull = false
  /** Its query is paused. */
  isPaused = false
  isClosed = false
  recordsRead = 0
  bytesRead = 0
  /** When the first records came, epoch ms; null: none yet. */
  firstReadAt: number | null = null

  constructor(options: FeedOptions) {
    const { input, assignment, position, take, refuse, advance, onFailure, workingFor, queryNumber } = options
    this.#options = options
    this.input = input
    this.topic = assignment.topic
    this.partition = assignment.partition
    this.origin = assignment.origin
    this.committed = assignment.position
    this.position = position
    this.endOffset = assignment.endOffset
    this.subscription = {
      input,
      advance,
      enter: () => {
        workingFor[WATCHED.workingFor] = queryNumber
      },
      deliver: (record, offset, cursor) => {
        if (offset < this.position || this.isClosed) return
        this.position = offset + 1
        workingFor[WATCHED.workingFor] = queryNumber
        try {
          take(record, offset, cursor)
        } catch (error) {
          this.isClosed = true
          onFailure(error)
        }
      },
      refuse: (fault, cursor) => {
        const { offset } = cursor
        if (offset < this.position || this.isClosed) return
        this.position = offset + 1
        try {
          refuse(fault, cursor)
        } catch (error) {
          this.isClosed = true
          onFailure(error)
        }
      },
    }
  }

  get keepsRecords(): boolean {
    return this.#options.keepsRecords
  }

  /** Takes nothing for now. */
  get isBlocked(): boolean {
    return this.isFull || this.isPaused
  }

  get isCaughtUp(): boolean {
    return this.position >= this.endOffset
  }

  get lag(): number {
    return Math.max(0, this.endOffset - this.position)
  }

  /** Records have come and will be read; the broker has told of those up to `endOffset`. */
  expect(endOffset: number): void {
    this.firstReadAt ??= this.#options.clock.now()
    this.endOffset = endOffset
  }

  /** Everything below `nextOffset` was offered. `read`: how much there was. */
  passed(nextOffset: number, endOffset: number, { records, bytes }: { records: number; bytes: number }): void {
    if (this.isClosed) return
    if (nextOffset > this.position) this.position = nextOffset
    this.endOffset = endOffset
    this.recordsRead += records
    this.bytesRead += bytes
    this.input.countRead(records)
    try {
      this.#options.onPassed()
    } catch (error) {
      this.isClosed = true
      this.#options.onFailure(error)
    }
  }
}
