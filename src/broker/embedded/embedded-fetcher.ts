/**
 * Fetching from the embedded log. A poll reads the files there and then: they are mostly in the system's page cache, so that reading
 * ahead would only copy them once more, and the only buffers are those the caller was given.
 */

import type { Timer } from '../../clock.ts'
import type { FetchedPartition, Fetcher, FetcherOptions, TopicPartition, TopicPartitionOffset } from '../broker.ts'
import { BrokerError, unknownTopic } from '../broker-error.ts'
import { failedFetch } from '../failed-fetch.ts'
import { positionKey } from '../position-key.ts'
import type { OpenTopics } from './catalogue/open-topics.ts'
import { AppendSignal } from './segments/append-signal.ts'
import type { Partition } from './segments/partition.ts'
import { abortedBetween, type Chunk, type Place, placeAt, read } from './segments/read.ts'
import { storageError } from './segments/storage-error.ts'

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024
const DEFAULT_MAX_PARTITION_BYTES = 1024 * 1024

interface Assignment extends TopicPartition {
  place: Place
  source: Partition | null
  isPaused: boolean
  /** An error was reported; nothing more until `seek` or `assign`. */
  hasFailed: boolean
}

export interface EmbeddedFetcherParts {
  readonly topics: OpenTopics
  readonly appends: Int32Array
  readonly timer: Timer
  readonly options: FetcherOptions
  readonly onClose: (fetcher: Fetcher) => void
}

export class EmbeddedFetcher implements Fetcher {
  readonly #topics: OpenTopics
  readonly #signal: AppendSignal
  readonly #timer: Timer
  readonly #onClose: (fetcher: Fetcher) => void
  readonly #maxBytes: number
  readonly #maxPartitionBytes: number
  readonly #readCommitted: boolean
  readonly #assignments = new Map<string, Assignment>()
  /** The values of `#assignments`; null when they have changed. */
  #inTurn: readonly Assignment[] | null = null
  /** Assignments whose partition must be looked up first. */
  readonly #unopened = new Set<Assignment>()
  /** Index of the assignment whose turn is first in the next poll. */
  #turn = 0
  #isWokenUp = false
  #isClosed = false

  constructor({ topics, appends, timer, options, onClose }: EmbeddedFetcherParts) {
    this.#topics = topics
    this.#signal = new AppendSignal(appends, timer)
    this.#timer = timer
    this.#onClose = onClose
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES
    this.#maxPartitionBytes = options.maxPartitionBytes ?? DEFAULT_MAX_PARTITION_BYTES
    this.#readCommitted = options.readCommitted ?? false
  }

  assign({ topic, partition, offset }: TopicPartitionOffset): void {
    const assignment = { topic, partition, place: placeAt(offset), source: null, isPaused: false, hasFailed: false }
    this.unassign(assignment)
    this.#assignments.set(positionKey(assignment), assignment)
    this.#unopened.add(assignment)
    this.#signal.wake()
  }

  unassign(partition: TopicPartition): void {
    const assignment = this.#assignments.get(positionKey(partition))
    if (assignment !== undefined) this.#unopened.delete(assignment)
    this.#assignments.delete(positionKey(partition))
    this.#inTurn = null
  }

  seek(position: TopicPartitionOffset): void {
    const assignment = this.#assignments.get(positionKey(position))
    if (assignment === undefined)
      throw new BrokerError(
        'INVALID_REQUEST',
        `${position.topic}-${position.partition} is not assigned to this fetcher.`,
      )
    assignment.place = placeAt(position.offset)
    assignment.hasFailed = false
    if (assignment.source === null) this.#unopened.add(assignment)
    this.#signal.wake()
  }

  pause(partition: TopicPartition): void {
    this.#setPaused(partition, true)
  }

  resume(partition: TopicPartition): void {
    this.#setPaused(partition, false)
    this.#signal.wake()
  }

  async poll(maxWaitMs: number): Promise<FetchedPartition[]> {
    const deadline = this.#timer.elapsed() + maxWaitMs
    for (;;) {
      if (this.#isClosed) throw new BrokerError('CLOSED', 'The fetcher was closed.')
      const seen = this.#signal.seen
      await this.#openSources()
      const fetched = this.#collect()
      const waitMs = deadline - this.#timer.elapsed()
      if (fetched.length > 0 || waitMs <= 0 || this.#isWokenUp) {
        this.#isWokenUp = false
        return fetched
      }
      await this.#signal.wait(seen, waitMs)
    }
  }

  /** What was read from the files is left to the garbage collector. */
  release(): void {}

  wakeUp(): void {
    this.#isWokenUp = true
    this.#signal.wake()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#assignments.clear()
    this.#signal.wake()
    this.#onClose(this)
  }

  #setPaused(partition: TopicPartition, isPaused: boolean): void {
    const assignment = this.#assignments.get(positionKey(partition))
    if (assignment !== undefined) assignment.isPaused = isPaused
  }

  async #openSources(): Promise<void> {
    for (const assignment of this.#unopened) {
      const topic = await this.#topics.find(assignment.topic)
      assignment.source = topic?.partitions[assignment.partition] ?? null
      this.#unopened.delete(assignment)
    }
  }

  /** One turn over the assignments, starting one further each time, until the bytes are enough. */
  #collect(): FetchedPartition[] {
    this.#inTurn ??= [...this.#assignments.values()]
    const assignments = this.#inTurn
    const fetched: FetchedPartition[] = []
    let bytes = 0
    for (let count = 0; count < assignments.length && bytes < this.#maxBytes; count++) {
      const assignment = assignments[(this.#turn + count) % assignments.length]!
      if (assignment.isPaused || assignment.hasFailed) continue
      // Assigned while a poll was under way: the next one looks its partition up.
      if (this.#unopened.size > 0 && this.#unopened.has(assignment)) continue
      const part = this.#fetch(assignment, Math.min(this.#maxPartitionBytes, this.#maxBytes - bytes))
      if (part === null) continue
      fetched.push(part)
      bytes += part.batches.length
    }
    this.#turn = assignments.length === 0 ? 0 : (this.#turn + Math.max(1, fetched.length)) % assignments.length
    return fetched
  }

  #fetch(assignment: Assignment, maxBytes: number): FetchedPartition | null {
    const fetchOffset = assignment.place.offset
    try {
      if (assignment.source === null) throw unknownTopic(assignment.topic, assignment.partition)
      const chunk = read(assignment.source, assignment.place, { maxBytes, readCommitted: this.#readCommitted })
      return chunk === null ? null : this.#success(assignment.source, fetchOffset, chunk)
    } catch (cause) {
      const error = storageError(`read ${assignment.topic}-${assignment.partition}`, cause)
      assignment.hasFailed = true
      assignment.source = null
      return failedFetch({ topic: assignment.topic, partition: assignment.partition, offset: fetchOffset }, error)
    }
  }

  #success(source: Partition, fetchOffset: number, { batches, nextOffset }: Chunk): FetchedPartition {
    const { state, topic, partition } = source
    const highWatermark = state.endOffset
    return {
      topic,
      partition,
      fetchOffset,
      nextOffset,
      batches,
      highWatermark,
      lastStableOffset: this.#readCommitted ? state.stableOffset : highWatermark,
      logStartOffset: state.startOffset,
      abortedTransactions: this.#readCommitted ? abortedBetween(source, fetchOffset, nextOffset) : [],
      error: null,
    }
  }
}
