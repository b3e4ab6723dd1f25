/** A fetcher of a log in memory: a poll reads what is there, and waits for an append otherwise. */
import type {
  FetchedPartition,
  Fetcher,
  FetcherOptions,
  TopicPartition,
  TopicPartitionOffset,
} from '../../../src/broker/broker.ts'
import { BrokerError, unknownTopic } from '../../../src/broker/broker-error.ts'
import { failedFetch } from '../../../src/broker/failed-fetch.ts'
import { positionKey } from '../../../src/broker/position-key.ts'
import type { MemoryLog } from './memory-log.ts'
import type { MemoryChunk, MemoryPartition } from './memory-partition.ts'

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024
const DEFAULT_MAX_PARTITION_BYTES = 1024 * 1024

interface Assignment extends TopicPartition {
  offset: number
  isPaused: boolean
  /** An error was reported; nothing more until `seek` or `assign`. */
  hasFailed: boolean
  /** Null until it is read for the first time. */
  source: MemoryPartition | null
}

export class MemoryFetcher implements Fetcher {
  readonly #log: MemoryLog
  readonly #options: FetcherOptions
  readonly #onClose: (fetcher: Fetcher) => void
  readonly #assignments = new Map<string, Assignment>()
  readonly #endListening: () => void
  /** Ends the wait of the poll under way, as there may be something to read. */
  #endWait: () => void = () => {}
  #isWokenUp = false
  #isClosed = false

  constructor(log: MemoryLog, options: FetcherOptions, onClose: (fetcher: Fetcher) => void) {
    this.#log = log
    this.#options = options
    this.#onClose = onClose
    this.#endListening = log.onAppend(() => this.#endWait())
  }

  assign({ topic, partition, offset }: TopicPartitionOffset): void {
    const key = positionKey({ topic, partition })
    // Last in the order of turns.
    this.#assignments.delete(key)
    this.#assignments.set(key, { topic, partition, offset, isPaused: false, hasFailed: false, source: null })
    this.#endWait()
  }

  unassign(partition: TopicPartition): void {
    this.#assignments.delete(positionKey(partition))
  }

  seek(position: TopicPartitionOffset): void {
    const assignment = this.#assignments.get(positionKey(position))
    if (assignment === undefined)
      throw new BrokerError('INVALID_REQUEST', `${position.topic}-${position.partition} is not assigned.`)
    Object.assign(assignment, { offset: position.offset, hasFailed: false, source: null })
    this.#endWait()
  }

  pause(partition: TopicPartition): void {
    const assignment = this.#assignments.get(positionKey(partition))
    if (assignment !== undefined) assignment.isPaused = true
  }

  resume(partition: TopicPartition): void {
    const assignment = this.#assignments.get(positionKey(partition))
    if (assignment !== undefined) assignment.isPaused = false
    this.#endWait()
  }

  async poll(maxWaitMs: number): Promise<FetchedPartition[]> {
    const deadline = this.#log.timer.elapsed() + maxWaitMs
    for (;;) {
      if (this.#isClosed) throw new BrokerError('CLOSED', 'The fetcher was closed.')
      const fetched = this.#collect()
      const waitMs = deadline - this.#log.timer.elapsed()
      if (fetched.length > 0 || waitMs <= 0 || this.#isWokenUp) {
        this.#isWokenUp = false
        return fetched
      }
      await this.#wait(waitMs)
    }
  }

  /** The log keeps what it has given out. */
  release(): void {}

  wakeUp(): void {
    this.#isWokenUp = true
    this.#endWait()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#assignments.clear()
    this.#endListening()
    this.#endWait()
    this.#onClose(this)
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const late = this.#log.timer.after(ms, resolve)
      this.#endWait = () => {
        late.cancel()
        resolve()
      }
    })
    this.#endWait = () => {}
  }

  #collect(): FetchedPartition[] {
    const { maxBytes = DEFAULT_MAX_BYTES, maxPartitionBytes = DEFAULT_MAX_PARTITION_BYTES } = this.#options
    const fetched: FetchedPartition[] = []
    let bytes = 0
    for (const assignment of this.#assignments.values()) {
      if (bytes >= maxBytes) break
      if (assignment.isPaused || assignment.hasFailed) continue
      const part = this.#fetch(assignment, Math.min(maxPartitionBytes, maxBytes - bytes))
      if (part === null) continue
      fetched.push(part)
      bytes += part.batches.length
    }
    this.#moveLast(fetched)
    return fetched
  }

  /** Whoever had a turn has the next one after the others. */
  #moveLast(fetched: readonly FetchedPartition[]): void {
    for (const part of fetched) {
      const key = positionKey(part)
      const assignment = this.#assignments.get(key)!
      this.#assignments.delete(key)
      this.#assignments.set(key, assignment)
    }
  }

  #fetch(assignment: Assignment, maxBytes: number): FetchedPartition | null {
    const { offset } = assignment
    try {
      assignment.source ??= this.#log.partition(assignment)
      if (assignment.source.isDeleted) throw unknownTopic(assignment.topic, assignment.partition)
      const { readCommitted = false } = this.#options
      const chunk = assignment.source.read(offset, { maxBytes, readCommitted })
      if (chunk === null) return null
      assignment.offset = chunk.nextOffset
      return this.#success(assignment.source, offset, chunk)
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error
      assignment.hasFailed = true
      return failedFetch(assignment, error)
    }
  }

  #success(source: MemoryPartition, fetchOffset: number, { batches, nextOffset }: MemoryChunk): FetchedPartition {
    const { topic, partition, endOffset, stableOffset, startOffset } = source
    const { readCommitted = false } = this.#options
    return {
      topic,
      partition,
      fetchOffset,
      nextOffset,
      batches,
      highWatermark: endOffset,
      lastStableOffset: readCommitted ? stableOffset : endOffset,
      logStartOffset: startOffset,
      abortedTransactions: readCommitted ? source.abortedBetween(fetchOffset, nextOffset) : [],
      error: null,
    }
  }
}
