/**
 * The fetched batches of a connector's partitions. One fetcher serves all of them, and a partition whose task is busy is not fetched
 * further: the target's pace reaches back to the broker, and no other connector notices.
 */
import type { Broker, FetchedPartition, Fetcher } from '../../broker/broker.ts'
import { sleep, type Timer } from '../../clock.ts'

/** Fetches that wait for a task. */
const MOST_WAITING = 2
/** How long a poll, and a task without records, waits. */
const POLL_MS = 250

interface Feed {
  readonly waiting: FetchedPartition[]
  /** Wakes the task that waits. */
  wake: () => void
}

export interface PartitionFeedOptions {
  readonly broker: Broker
  readonly topic: string
  readonly timer: Timer
}

export class PartitionFeed {
  readonly #topic: string
  readonly #broker: Broker
  readonly #timer: Timer
  readonly #feeds = new Map<number, Feed>()
  #fetcher: Fetcher | null = null
  #pumping: Promise<void> = Promise.resolve()
  #failure: Error | null = null

  constructor({ broker, topic, timer }: PartitionFeedOptions) {
    this.#broker = broker
    this.#topic = topic
    this.#timer = timer
  }

  /** Begins to fetch the partition. */
  open(partition: number, offset: number): void {
    this.#feeds.set(partition, { waiting: [], wake: () => {} })
    if (this.#fetcher === null) {
      this.#fetcher = this.#broker.fetcher({ readCommitted: true, maxBytes: 4 << 20, maxBufferedBytes: 8 << 20 })
      this.#failure = null
      this.#pumping = this.#pump(this.#fetcher)
    }
    this.#fetcher.assign({ topic: this.#topic, partition, offset })
    this.#fetcher.wakeUp()
  }

  /** What was fetched next; null: nothing came for a while, or the partition was closed. Rejects if nothing can be fetched any more. */
  async next(partition: number): Promise<FetchedPartition | null> {
    if (this.#failure !== null) throw this.#failure
    const feed = this.#feeds.get(partition)
    if (feed === undefined) return null
    if (feed.waiting.length === 0) {
      const woken = new AbortController()
      feed.wake = () => woken.abort()
      await sleep(this.#timer, POLL_MS, { signal: woken.signal })
      feed.wake = () => {}
    }
    if (this.#failure !== null) throw this.#failure
    const fetched = feed.waiting.shift() ?? null
    if (fetched !== null && feed.waiting.length < MOST_WAITING) {
      this.#fetcher?.resume({ topic: this.#topic, partition })
    }
    return fetched
  }

  /** Moves the partition, after its position was lost. */
  seek(partition: number, offset: number): void {
    const feed = this.#feeds.get(partition)
    if (feed === undefined) return
    feed.waiting.length = 0
    this.#fetcher?.seek({ topic: this.#topic, partition, offset })
    this.#fetcher?.resume({ topic: this.#topic, partition })
  }

  /** Lets a task that waits look up at once. */
  wake(): void {
    for (const { wake } of this.#feeds.values()) wake()
  }

  /** Ends the partition; with the last one the fetcher is closed. */
  async close(partition: number): Promise<void> {
    const feed = this.#feeds.get(partition)
    if (feed === undefined) return
    this.#feeds.delete(partition)
    feed.wake()
    const fetcher = this.#fetcher
    if (fetcher === null) return
    fetcher.unassign({ topic: this.#topic, partition })
    if (this.#feeds.size > 0) return
    this.#fetcher = null
    fetcher.wakeUp()
    await this.#pumping
    await fetcher.close()
  }

  async #pump(fetcher: Fetcher): Promise<void> {
    try {
      while (this.#fetcher === fetcher) {
        for (const fetched of await fetcher.poll(POLL_MS)) this.#take(fetched, fetcher)
      }
    } catch (error) {
      this.#failure = error as Error
      for (const { wake } of this.#feeds.values()) wake()
    }
  }

  #take(fetched: FetchedPartition, fetcher: Fetcher): void {
    const feed = this.#feeds.get(fetched.partition)
    if (feed === undefined) return
    feed.waiting.push(fetched)
    if (feed.waiting.length >= MOST_WAITING) fetcher.pause(fetched, 'full')
    feed.wake()
  }
}
