/**
 * All that a worker reads of one topic partition. The main lane is where everybody is in the end: one fetch, one decode. An input that is
 * behind it catches up in a second lane, together with others that are behind, and joins when that lane has come as far. An input that
 * takes nothing for a while is parked, so that it holds up nobody.
 */
import type { BrokerError } from '../../broker/broker-error.ts'
import type { TopicTotals } from '../query-progress.ts'
import type { FetchLoop } from './fetch-loop.ts'
import { type LaneFeed, PartitionLane } from './partition-reader.ts'

/** An input this far ahead does not wait for the main lane: it becomes the main lane, and those that are behind catch up. */
const FAR_AHEAD_RECORDS = 20_000

export interface ReadersOptions {
  readonly topic: string
  readonly partition: number
  readonly main: FetchLoop
  readonly catchUp: FetchLoop
  readonly onRead: (read: TopicTotals) => void
  readonly onError: (feeds: readonly LaneFeed[], error: BrokerError, reader: PartitionReaders) => void
}

export class PartitionReaders {
  readonly topic: string
  readonly partition: number
  #main: PartitionLane
  #behind: PartitionLane
  readonly #parked = new Set<LaneFeed>()

  constructor({ topic, partition, main, catchUp, onRead, onError }: ReadersOptions) {
    this.topic = topic
    this.partition = partition
    const laneOptions = {
      topic,
      partition,
      onRead: (lane: PartitionLane, read: TopicTotals) => {
        onRead(read)
        this.#settle(lane)
      },
      onError: (lane: PartitionLane, error: BrokerError) => onError([...lane.feeds], error, this),
    }
    this.#main = new PartitionLane({ ...laneOptions, loop: main })
    this.#behind = new PartitionLane({ ...laneOptions, loop: catchUp })
  }

  get isEmpty(): boolean {
    return this.#main.isEmpty && this.#behind.isEmpty && this.#parked.size === 0
  }

  add(member: LaneFeed): void {
    if (member.feed.isBlocked) this.#parked.add(member)
    else this.#place(member)
  }

  remove(member: LaneFeed): void {
    this.#parked.delete(member)
    for (const lane of [this.#main, this.#behind]) {
      if (!lane.feeds.has(member)) continue
      lane.remove(member)
      this.#settle(lane)
    }
  }

  /** `member.feed.isBlocked` has changed. */
  update(member: LaneFeed): void {
    if (this.#parked.has(member)) {
      if (member.feed.isBlocked) return
      this.#parked.delete(member)
      this.#place(member)
    } else this.#settle(this.#main.feeds.has(member) ? this.#main : this.#behind)
  }

  /** Moves inputs to `position` after what they wanted is gone. */
  restartAt(members: readonly LaneFeed[], position: number): void {
    for (const member of members) {
      this.remove(member)
      member.feed.position = position
      this.add(member)
    }
  }

  #place(member: LaneFeed): void {
    const { position } = member.feed
    this.#park(this.#main)
    if (this.#main.isEmpty) this.#main.start(position)
    else if (position < this.#main.position) {
      this.#placeBehind(member)
      return
    } else if (position - this.#main.position > FAR_AHEAD_RECORDS && this.#behind.isEmpty) this.#overtake(position)
    this.#main.add(member)
    this.#main.resume()
  }

  #placeBehind(member: LaneFeed): void {
    const { position } = member.feed
    this.#park(this.#behind)
    if (this.#behind.isEmpty) this.#behind.start(position)
    // The others there take no record twice, as each knows its position.
    else if (position < this.#behind.position) this.#behind.seek(position)
    this.#behind.add(member)
    this.#behind.resume()
  }

  #overtake(position: number): void {
    const members = [...this.#main.feeds]
    this.#behind.start(this.#main.position)
    for (const member of members) this.#behind.add(member)
    this.#main.stop()
    this.#main.start(position)
  }

  /** After the lane has moved, or its inputs have changed. */
  #settle(lane: PartitionLane): void {
    if (!lane.isEmpty && [...lane.feeds].every(({ feed }) => feed.isBlocked)) {
      lane.pause()
      return
    }
    // In the midst of a response they stay: what is left of it would have to be fetched once more for them.
    if (!lane.hasMore) this.#park(lane)
    if (!lane.isEmpty) lane.resume()
    const isBehind = !this.#main.isEmpty && this.#behind.position < this.#main.position
    if (!this.#behind.isEmpty && !isBehind) this.#join()
    for (const each of [this.#main, this.#behind]) if (each.isEmpty) each.stop()
  }

  #join(): void {
    const { position } = this.#behind
    const members = [...this.#behind.feeds]
    this.#behind.stop()
    this.#park(this.#main)
    if (this.#main.isEmpty) this.#main.start(position)
    for (const member of members) this.#main.add(member)
    this.#main.resume()
  }

  /** Takes inputs that are blocked out of a lane that goes on. */
  #park(lane: PartitionLane): void {
    for (const member of [...lane.feeds]) {
      if (!member.feed.isBlocked) continue
      lane.remove(member)
      this.#parked.add(member)
    }
  }
}
