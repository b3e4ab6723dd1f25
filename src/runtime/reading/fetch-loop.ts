/**
 * The loop that moves records: fetch, hand each partition's batches to its lane, let the lanes read, let the worker end the round, again. It
 * runs while it has lanes. Between two rounds it lets everything else in the thread have its turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FetchedPartition, Fetcher } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'

/** Long enough to be cheap for an idle worker; a fetch that finds records ends the wait. */
const POLL_MS = 500
/** Lanes take turns after so many records. */
const TURN_RECORDS = 4096
/**
 * The same where records wait in tasks for other inputs. A lane whose readers have enough keeps the rest as bytes. So few records are in
 * memory, and they are gone before the collector moves them to where garbage stays long.
 */
const WAITING_TURN_RECORDS = 128

/** A reader of one topic partition, of which a loop has one at most. */
export interface Lane {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record to read. */
  readonly position: number
  /** Offset behind all that it has to read. */
  readonly fetchPosition: number
  readonly isPaused: boolean
  /** Whether some reader keeps its records until another lane has come as far. */
  readonly keepsRecords: boolean
  /** Takes what was fetched for its `fetchPosition`, or why nothing was; `read` reads it. */
  take(fetched: FetchedPartition): void
  /** Reads at most so many records. False: that was all that it has. */
  read(limit: number): boolean
  /** Whether it has not read all of it. */
  isReading(fetched: FetchedPartition): boolean
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
  /** Those with something to read. */
  readonly #active = new Set<Lane>()
  /** Not released yet. */
  #held: FetchedPartition[] = []
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
    this.#active.delete(lane)
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
    if (this.#active.has(lane)) this.#options.fetcher.wakeUp()
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
        for (const part of fetched) this.#hand(part)
        this.#readByTurns()
        onRound()
        this.#release()
        await nextTurn()
      }
    } catch (error) {
      if (!this.#isClosed) onBroken(error)
    } finally {
      this.#running = null
    }
  }

  /** What was fetched for a position that the lane has left meanwhile is dropped; the fetcher goes on at the new one. */
  #hand(part: FetchedPartition): void {
    this.#held.push(part)
    const lane = this.#lanes.get(positionKey(part))
    if (lane === undefined || part.fetchOffset !== lane.fetchPosition) return
    lane.take(part)
    this.#active.add(lane)
  }

  #readByTurns(): void {
    const ready = () => [...this.#active].filter(({ isPaused }) => !isPaused)
    for (let lanes = ready(); lanes.length > 0; lanes = ready()) {
      for (const lane of lanes) {
        if (!lane.read(lane.keepsRecords ? WAITING_TURN_RECORDS : TURN_RECORDS)) this.#active.delete(lane)
      }
    }
  }

  #release(): void {
    const isRead = (part: FetchedPartition) => this.#lanes.get(positionKey(part))?.isReading(part) !== true
    this.#options.fetcher.release(this.#held.filter(isRead))
    this.#held = this.#held.filter((part) => !isRead(part))
  }
}
