/**
 * The loop that moves records: fetch, hand each partition's batches to its lane, let the host end the round, again. It runs while it has
 * lanes. Between two rounds it lets everything else in the thread have its turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FetchedPartition, Fetcher } from '../broker/broker.ts'
import type { BrokerError } from '../broker/broker-error.ts'
import { positionKey } from './store-provider.ts'

/** Long enough to be cheap for an idle host; a fetch that finds records ends the wait. */
const POLL_MS = 500

/** A reader of one topic partition, of which a loop has one at most. */
export interface Lane {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record to read. */
  readonly position: number
  readonly isPaused: boolean
  read(fetched: FetchedPartition): void
  fail(error: BrokerError): void
}

export interface FetchLoopOptions {
  readonly fetcher: Fetcher
  /** Resolves when reading may go on; synchronously null where it may at once. */
  readonly gate: () => Promise<void> | null
  /** After each round: what gathered is sent. Must not throw. */
  readonly onRound: () => void
  /** The fetcher itself failed, which is a bug or the end of the broker. */
  readonly onBroken: (error: unknown) => void
}

export class FetchLoop {
  readonly #options: FetchLoopOptions
  readonly #lanes = new Map<string, Lane>()
  #running: Promise<void> | null = null
  #isClosed = false

  constructor(options: FetchLoopOptions) {
    this.#options = options
  }

  /** Reads for the lane from its position on. */
  start(lane: Lane): void {
    this.#lanes.set(positionKey(lane), lane)
    this.#options.fetcher.assign({ topic: lane.topic, partition: lane.partition, offset: lane.position })
    this.#running ??= this.#run()
  }

  stop(lane: Lane): void {
    if (this.#lanes.get(positionKey(lane)) !== lane) return
    this.#lanes.delete(positionKey(lane))
    this.#options.fetcher.unassign(lane)
  }

  /** To the lane's position, which has changed. */
  seek(lane: Lane): void {
    this.#options.fetcher.seek({ topic: lane.topic, partition: lane.partition, offset: lane.position })
  }

  pause(lane: Lane): void {
    this.#options.fetcher.pause(lane)
  }

  resume(lane: Lane): void {
    this.#options.fetcher.resume(lane)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#lanes.clear()
    this.#options.fetcher.wakeUp()
    await this.#running
    await this.#options.fetcher.close()
  }

  async #run(): Promise<void> {
    const { fetcher, gate, onRound, onBroken } = this.#options
    try {
      while (this.#lanes.size > 0 && !this.#isClosed) {
        const fetched = await fetcher.poll(POLL_MS)
        for (let wait = gate(); wait !== null; wait = gate()) await wait
        for (const part of fetched) this.#read(part)
        onRound()
        fetcher.release(fetched)
        await nextTurn()
      }
    } catch (error) {
      if (!this.#isClosed) onBroken(error)
    } finally {
      this.#running = null
    }
  }

  /** What was fetched for a position that the lane has left meanwhile is dropped; the fetcher goes on at the new one. */
  #read(part: FetchedPartition): void {
    const lane = this.#lanes.get(positionKey(part))
    if (lane === undefined || part.fetchOffset !== lane.position) return
    if (part.error !== null) lane.fail(part.error)
    else if (lane.isPaused) this.seek(lane)
    else lane.read(part)
  }
}
