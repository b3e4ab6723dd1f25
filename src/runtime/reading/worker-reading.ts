/** All reading of a worker: one loop for what is up to date, one for inputs that are behind, and who reads which topic partition. */
import type { Broker } from '../../broker/broker.ts'
import { type BrokerError, OffsetOutOfRangeError } from '../../broker/broker-error.ts'
import { positionKey } from '../../broker/position-key.ts'
import type { FetchTotals, TopicTotals } from '../query-progress.ts'
import { FetchLoop } from './fetch-loop.ts'
import type { InputFeed } from './partition-input.ts'
import type { LaneFeed } from './partition-reader.ts'
import { PartitionReaders } from './shared-partition.ts'

export interface WorkerReadingOptions {
  readonly broker: Broker
  /** Null: reading may go on at once. */
  readonly gate: () => Promise<void> | null
  /** After each partition. */
  readonly onRead: () => void
  readonly onRound: () => void
}

export class WorkerReading {
  readonly #loops: { readonly main: FetchLoop; readonly catchUp: FetchLoop }
  readonly #readers = new Map<string, PartitionReaders>()
  readonly #members = new Map<InputFeed, LaneFeed>()
  readonly #onRead: () => void
  readonly #totals = new Map<string, TopicTotals>()

  constructor({ broker, gate, onRead, onRound }: WorkerReadingOptions) {
    this.#onRead = onRead
    // Records of transactions count when they are committed, whoever wrote them: an aborted one was never there.
    const loop = () =>
      new FetchLoop({
        fetcher: broker.fetcher({ readCommitted: true }),
        gate,
        onRound,
        onBroken: (error) => this.#failAll(error),
      })
    this.#loops = { main: loop(), catchUp: loop() }
  }

  get totals(): FetchTotals {
    return this.#totals
  }

  add(member: LaneFeed): void {
    this.#members.set(member.feed, member)
    this.#readersOf(member.feed).add(member)
  }

  remove(feed: InputFeed): void {
    const member = this.#members.get(feed)
    if (member === undefined) return
    this.#members.delete(feed)
    const readers = this.#readersOf(feed)
    readers.remove(member)
    if (readers.isEmpty) this.#readers.delete(positionKey(feed))
  }

  /** `feed.isBlocked` has changed. Not while a record is being read. */
  update(feed: InputFeed): void {
    const member = this.#members.get(feed)
    if (member !== undefined) this.#readersOf(feed).update(member)
  }

  async close(): Promise<void> {
    await Promise.all([this.#loops.main.close(), this.#loops.catchUp.close()])
  }

  #readersOf({ topic, partition }: InputFeed): PartitionReaders {
    const key = positionKey({ topic, partition })
    const existing = this.#readers.get(key)
    if (existing !== undefined) return existing
    const readers = new PartitionReaders({
      topic,
      partition,
      ...this.#loops,
      onRead: (read) => this.#count(topic, read),
      onError: (members, error, failed) => meetError(members, error, failed),
    })
    this.#readers.set(key, readers)
    return readers
  }

  #count(topic: string, read: TopicTotals): void {
    this.#onRead()
    const before = this.#totals.get(topic)
    this.#totals.set(topic, {
      records: (before?.records ?? 0) + read.records,
      decoded: (before?.decoded ?? 0) + read.decoded,
      bytes: (before?.bytes ?? 0) + read.bytes,
    })
  }

  #failAll(error: unknown): void {
    for (const { fail } of [...this.#members.values()]) fail(error)
  }
}

/**
 * What was to be read is gone by retention, or the topic was made anew: its first record is next. What a retry can cure is retried by the
 * fetcher.
 */
function meetError(members: readonly LaneFeed[], error: BrokerError, readers: PartitionReaders): void {
  if (error instanceof OffsetOutOfRangeError) readers.restartAt(members, error.startOffset)
  else if (!error.retriable) for (const { fail } of members) fail(error)
}
