/** The batch that gathers for one topic partition, with the sizes and times that the topic takes. */
import type { Producer } from '../../../broker/broker.ts'
import type { BrokerErrorCode } from '../../../broker/broker-error.ts'
import type { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts'
import { AFTER_MAX_MS, BEFORE_MAX_MS, type TimeLimits } from '../../../broker/time-limits.ts'
import type { Clock } from '../../../clock.ts'
import type { StepId } from '../../../operators/step.ts'
import type { OutputAssignment } from '../../assignment.ts'

/** A batch of this size leaves at once. Measured: rates do not grow beyond 128 KiB, latency does. */
export const BATCH_BYTES = 128 * 1024
/** A record that makes a batch this large goes into one of its own: together they might exceed what the topic takes (1 MiB by default). */
const LARGE_BATCH_BYTES = 512 * 1024

export interface OutputTopic extends OutputAssignment {
  readonly step: StepId
  /** Bytes at the end of keys that do not count for the partition: those of a window. */
  readonly windowBytes: number
}

/** Why a topic would refuse a record: the message is "A record WHAT, from ..., WHY." */
export interface Refusal {
  readonly code: BrokerErrorCode
  readonly what: string
  readonly why: string
}

type BatchTopic = Pick<OutputTopic, 'step' | 'topic' | 'maxMessageBytes' | 'timeLimits'> &
  Partial<Pick<OutputTopic, 'takesWatermarks'>>

/** The batch that gathers for one partition; it has a builder while it has records. */
export class OutputBatch {
  readonly step: StepId
  readonly topic: string
  readonly partition: number
  /** The largest batch that the topic takes. */
  readonly maxBytes: number
  /** The largest batch of several records; compression may add a little to it. */
  readonly largeBytes: number
  /** A batch of this size leaves at once. */
  readonly fullBytes: number
  readonly takesWatermarks: boolean
  builder: RecordBatchBuilder | null = null
  /** The producer that sends the batch; null: that of the task's output. */
  readonly producer: Pick<Producer, 'send'> | null
  /** The watermark that its readers learnt last; null: none. */
  statedTime: number | null = null
  /** Size of the last batch, with some room. */
  expectedBytes = 0
  readonly #timeLimits: TimeLimits | null
  /** The first and the last time that the topic took when the batch was opened, epoch ms. */
  #oldest = Number.NEGATIVE_INFINITY
  #newest = Number.POSITIVE_INFINITY

  constructor(
    { step, topic, maxMessageBytes, timeLimits, takesWatermarks = false }: BatchTopic,
    partition: number,
    producer: Pick<Producer, 'send'> | null = null,
  ) {
    this.producer = producer
    this.takesWatermarks = takesWatermarks
    this.step = step
    this.topic = topic
    this.partition = partition
    this.maxBytes = maxMessageBytes ?? Number.POSITIVE_INFINITY
    this.largeBytes = Math.min(LARGE_BATCH_BYTES, 0.95 * this.maxBytes)
    this.fullBytes = Math.min(BATCH_BYTES, this.largeBytes)
    this.#timeLimits = timeLimits
  }

  /** Called when the batch is opened. */
  lookAtClock(clock: Clock): void {
    if (this.#timeLimits === null) return
    const now = clock.now()
    this.#oldest = now - this.#timeLimits.behindMs
    this.#newest = now + this.#timeLimits.aheadMs
  }

  /** `timestamp`: epoch ms. */
  takesTime(timestamp: number): boolean {
    return timestamp <= this.#newest && timestamp >= this.#oldest
  }

  /** Why the topic would refuse a record of a time that it does not take. */
  timeRefusal(timestamp: number): Refusal {
    const isAhead = timestamp > this.#newest
    const limit = isAhead ? this.#newest : this.#oldest
    const setting = isAhead ? AFTER_MAX_MS : BEFORE_MAX_MS
    const ms = isAhead ? this.#timeLimits!.aheadMs : this.#timeLimits!.behindMs
    const side = isAhead ? 'later' : 'earlier'
    return {
      code: 'INVALID_REQUEST',
      what: `of ${instant(timestamp)}`,
      why: `is ${side} than ${instant(limit)}, which ${setting} of topic ${this.topic}, ${ms}, allows`,
    }
  }
}

const instant = (ms: number): string => (Math.abs(ms) <= MAX_DATE_MS ? new Date(ms).toISOString() : `${ms} ms`)
/** The last time that a Date can hold. */
const MAX_DATE_MS = 8.64e15
