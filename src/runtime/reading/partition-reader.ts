/** Reads one topic partition from one position on, for any number of inputs: each record is decoded once for all that read it alike. */
import type { FetchedPartition } from '../../broker/broker.ts'
import type { BrokerError } from '../../broker/broker-error.ts'
import { RecordBatchCursor, readHeaders } from '../../broker/record-batch-cursor.ts'
import type { TopicTotals } from '../query-progress.ts'
import type { internalReader } from '../task/internal-record.ts'
import type { RecordCursor } from '../task/record-cursor.ts'
import { SourceGroup, sourceIdentity } from '../task/shared-source.ts'
import type { FetchLoop, Lane } from './fetch-loop.ts'
import type { InputFeed } from './partition-input.ts'

export interface LaneOptions {
  readonly topic: string
  readonly partition: number
  readonly loop: FetchLoop
  /** After a turn, with what it had. */
  readonly onRead: (lane: PartitionLane, read: TopicTotals) => void
  /** The partition cannot be read. */
  readonly onError: (lane: PartitionLane, error: BrokerError) => void
}

/** A feed with what is needed to share its reading. */
export interface LaneFeed {
  readonly feed: InputFeed
  /** Stops the query whose records cannot be read. */
  readonly fail: (error: unknown) => void
  /** Reads records of an internal topic; null for sources. */
  readonly readInternal: ReturnType<typeof internalReader> | null
}

export class PartitionLane implements Lane {
  readonly topic: string
  readonly partition: number
  readonly feeds = new Set<LaneFeed>()
  position = 0
  isPaused = false
  readonly #options: LaneOptions
  readonly #cursor = new RecordBatchCursor()
  /** What is not read; the cursor is in the first. */
  #parts: FetchedPartition[] = []
  readonly #readers = new Map<string, LaneReader>()

  constructor(options: LaneOptions) {
    this.#options = options
    this.topic = options.topic
    this.partition = options.partition
  }

  get isEmpty(): boolean {
    return this.feeds.size === 0
  }

  /** Whether it has something to read. */
  get hasMore(): boolean {
    return this.#parts.length > 0
  }

  get keepsRecords(): boolean {
    for (const { feed } of this.feeds) if (feed.keepsRecords) return true
    return false
  }

  get fetchPosition(): number {
    return this.#parts.at(-1)?.nextOffset ?? this.position
  }

  /** Begins to read at `position`; there are no feeds yet. */
  start(position: number): void {
    this.position = position
    this.isPaused = false
    this.#options.loop.start(this)
    this.#options.loop.resume(this)
  }

  stop(): void {
    this.feeds.clear()
    this.#readers.clear()
    this.#parts = []
    this.#options.loop.stop(this)
  }

  seek(position: number): void {
    this.#parts = []
    this.position = position
    this.#options.loop.seek(this)
  }

  pause(): void {
    if (this.isPaused) return
    this.isPaused = true
    this.#options.loop.pause(this)
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.#options.loop.resume(this)
  }

  add(member: LaneFeed): void {
    this.feeds.add(member)
    const identity = identityOf(member)
    const reader = this.#readers.get(identity)
    if (reader === undefined) this.#readers.set(identity, readerOf(member, this.partition))
    else reader.add(member)
  }

  remove(member: LaneFeed): void {
    if (!this.feeds.delete(member)) return
    const identity = identityOf(member)
    const reader = this.#readers.get(identity)!
    reader.remove(member)
    if (reader.isEmpty) this.#readers.delete(identity)
  }

  take(fetched: FetchedPartition): void {
    this.#parts.push(fetched)
    if (this.#parts.length === 1) this.#open(fetched)
    // Before any lane reads: who waits for this input must know that more is to come.
    if (fetched.error === null) for (const { feed } of this.feeds) feed.expect(endOf(fetched))
  }

  isReading(fetched: FetchedPartition): boolean {
    return this.#parts.includes(fetched)
  }

  read(limit: number): boolean {
    const parts = this.#parts
    const part = parts[0]
    if (part === undefined) return false
    if (part.error !== null) return this.#fail(part.error)
    const end = endOf(parts.findLast(({ error }) => error === null)!)
    const readers = [...this.#readers.values()]
    const cursor = this.#cursor
    let records = 0
    try {
      for (; records < limit && cursor.next(); records++) {
        for (let i = 0; i < readers.length; i++) readers[i]!.read(cursor)
      }
    } catch (error) {
      return this.#fail(error as BrokerError)
    }
    const isRead = records < limit
    this.position = isRead ? part.nextOffset : cursor.offset + 1
    if (isRead) parts.shift()
    if (isRead && parts.length > 0) this.#open(parts[0]!)
    const read = { records, decoded: records * readers.length, bytes: isRead ? part.batches.length : 0 }
    for (const { feed } of [...this.feeds]) feed.passed(this.position, end, read)
    this.#options.onRead(this, read)
    return this.hasMore
  }

  #open({ batches, fetchOffset, abortedTransactions }: FetchedPartition): void {
    this.#cursor.reset(batches, fetchOffset, abortedTransactions)
  }

  #fail(error: BrokerError): false {
    this.#parts = []
    this.#options.onError(this, error)
    return false
  }
}

const endOf = ({ nextOffset, lastStableOffset }: FetchedPartition): number => Math.max(nextOffset, lastStableOffset)

/** Feeds with equal texts can share a reader. */
function identityOf({ feed, readInternal }: LaneFeed): string {
  const { step } = feed.input
  if (readInternal !== null || step.kind !== 'source') return `internal ${step.id} ${feed.topic}`
  return sourceIdentity(step)
}

interface LaneReader {
  readonly isEmpty: boolean
  add(member: LaneFeed): void
  remove(member: LaneFeed): void
  read(cursor: RecordCursor): void
}

const readerOf = (member: LaneFeed, partition: number): LaneReader =>
  member.readInternal === null ? new SourceLaneReader(member, partition) : new InternalLaneReader(member)

class SourceLaneReader implements LaneReader {
  readonly #group: SourceGroup
  readonly #members = new Set<LaneFeed>()
  #isBroken = false

  constructor(first: LaneFeed, partition: number) {
    this.#group = new SourceGroup([], {
      partition,
      headers: (cursor) => readHeaders(cursor as RecordBatchCursor),
    })
    this.add(first)
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  add(member: LaneFeed): void {
    this.#members.add(member)
    this.#group.add(member.feed.subscription)
  }

  remove(member: LaneFeed): void {
    this.#members.delete(member)
    this.#group.remove(member.feed.subscription)
  }

  read(cursor: RecordCursor): void {
    if (this.#isBroken) return
    try {
      this.#group.read(cursor)
    } catch (error) {
      this.#isBroken = true
      for (const member of this.#members) member.fail(error)
    }
  }
}

/** An internal topic belongs to one query, but a task may read it by two steps. */
class InternalLaneReader implements LaneReader {
  readonly #members = new Set<LaneFeed>()

  constructor(first: LaneFeed) {
    this.#members.add(first)
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  add(member: LaneFeed): void {
    this.#members.add(member)
  }

  remove(member: LaneFeed): void {
    this.#members.delete(member)
  }

  read(cursor: RecordCursor): void {
    for (const { feed, readInternal, fail } of this.#members) {
      try {
        feed.subscription.deliver(readInternal!(cursor), cursor.offset, cursor)
      } catch (error) {
        fail(error)
      }
    }
  }
}
