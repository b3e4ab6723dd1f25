/** What a fetcher knows of one of its partitions. */

import type { FetchedPartition, TopicPartition, TopicPartitionOffset } from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'
import { failedFetch } from '../../failed-fetch.ts'
import { batchSize, lastOffset } from '../../record-batch.ts'
import type { Backoff } from '../cluster/retry.ts'
import type { FetchLane } from './fetch-lane.ts'
import type { FetchAnswer } from './fetch-request.ts'

/** How long trouble that a retry can cure may last before it is reported, ms. */
const REPORT_AFTER_MS = 30_000
/** Between fetches that fail, ms; doubles up to a second. */
const INITIAL_BACKOFF_MS = 20
/** An answer that keeps more than this many times its own size in memory is copied when it will be kept for long. */
const WASTE_LIMIT = 4

export class Assignment implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Next offset to fetch. */
  position: number
  isPaused = false
  /** Whether it was paused at some time because its reader was full. */
  wasFull = false
  isInFlight = false
  /** Changes with every seek and at the end, so that an answer to an older position is recognized. */
  version = 0
  /** Arrived and not yet taken. */
  answer: FetchedPartition | null = null
  /** Which lane brought `answer`. */
  answeredBy: FetchLane | null = null
  /** An error was reported that only a seek clears. */
  #hasFailed = false
  #failures = 0
  #failingSince: number | null = null
  #isTroubleReported = false
  /** When to try again, by `Timer.elapsed()`. */
  retryAt = 0

  readonly #backoff: Backoff

  constructor({ topic, partition, offset }: TopicPartitionOffset, backoff: Backoff) {
    this.topic = topic
    this.partition = partition
    this.position = offset
    this.#backoff = backoff
  }

  /** Whether it could go into a fetch now, or at `retryAt`. */
  get wantsFetch(): boolean {
    return !this.isInFlight && this.answer === null && !this.#hasFailed
  }

  /** How long fetches have failed for now, ms. */
  troubleMs(now: number): number {
    return this.#failingSince === null ? 0 : now - this.#failingSince
  }

  moveTo(offset: number): void {
    this.drop()
    this.position = offset
    this.#hasFailed = false
    this.retryAt = 0
    this.#clearTrouble()
  }

  /** Forgets what is buffered or on its way. */
  drop(): void {
    this.version++
    this.isInFlight = false
    this.answer = null
    this.answeredBy = null
  }

  /** The answer, which the caller now has. */
  take(): FetchedPartition {
    const taken = this.answer!
    this.answer = null
    this.answeredBy = null
    return taken
  }

  /** Stores the records that a fetch brought. False if there is no whole batch among them. */
  receive(fetched: FetchAnswer, lane: FetchLane): boolean {
    this.#clearTrouble()
    const { nextOffset, bytes } = wholeBatches(fetched.records, this.position)
    if (nextOffset === this.position) return false
    const { topic, partition, highWatermark, lastStableOffset, logStartOffset, abortedTransactions, records } = fetched
    const positions = { topic, partition, fetchOffset: this.position, nextOffset }
    const ends = { highWatermark, lastStableOffset, logStartOffset, abortedTransactions }
    this.answer = { ...positions, ...ends, batches: records.subarray(0, bytes), error: null }
    this.answeredBy = lane
    this.position = nextOffset
    if (this.isPaused) this.compact()
    return true
  }

  /** Copies a buffered answer that will be kept for long, so that the large response of which it is a view can be released. */
  compact(): void {
    const { answer } = this
    if (answer !== null && answer.batches.buffer.byteLength > WASTE_LIMIT * answer.batches.length)
      this.answer = { ...answer, batches: Buffer.from(answer.batches) }
  }

  /** Reports `error` and stops fetching until a seek. */
  fail(error: BrokerError): void {
    this.#hasFailed = true
    this.#report(error)
  }

  /** Notes trouble that may pass. True if it has now lasted long enough to be reported, and was. */
  hinder(error: BrokerError, now: number): boolean {
    this.retryAt = now + this.#backoff(this.#failures++, INITIAL_BACKOFF_MS)
    this.#failingSince ??= now
    if (this.#isTroubleReported || this.troubleMs(now) < REPORT_AFTER_MS) return false
    this.#isTroubleReported = true
    this.#report(new BrokerError(error.code, error.message, { retriable: true, cause: error }))
    return true
  }

  #clearTrouble(): void {
    this.#failures = 0
    this.#failingSince = null
    this.#isTroubleReported = false
  }

  #report(error: BrokerError): void {
    const { topic, partition, position } = this
    this.answer = failedFetch({ topic, partition, offset: position }, error)
  }
}

/** How far the batches go that are not cut short, in bytes and in offsets (`position` if there is none). */
function wholeBatches(records: Buffer, position: number): { bytes: number; nextOffset: number } {
  let nextOffset = position
  let bytes = 0
  for (let size = 0; (size = batchSize(records, bytes)) > 0; bytes += size)
    nextOffset = Math.max(nextOffset, lastOffset(records, bytes) + 1)
  return { bytes, nextOffset }
}
