/**
 * The loop that moves records: fetch, hand each partition's batches to its reader, let the readers read by turns, end the round, again. It
 * runs while it has readers. Between two rounds everything else in the thread has its turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FetchedPartition, Fetcher, PauseReason } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import { AWAITED_RECORDS, type Pace } from '../pace.ts'

/** Long enough to be cheap for an idle worker; a fetch that finds records ends the wait. */
const POLL_MS = 500
/** Records after which the next reader has its turn. */
const TURN_RECORDS = 4096
/**
 * The same where records wait in tasks for other inputs. A reader whose inputs have enough keeps the rest as bytes. So few records are in
 * memory, and they are gone before the garbage collector moves them to the old generation.
 */
const WAITING_TURN_RECORDS = 128

/** A reader of a topic partition; a loop has at most one per partition. */
export interface LoopReader {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record to read. */
  readonly position: number
  /** Offset behind all that it has received. */
  readonly fetchPosition: number
  readonly isPaused: boolean
  /** Whether an input keeps its records until another reader has come as far. */
  readonly keepsRecords: boolean
  /** Whether a record of its last turn took long, or it has had no turn yet. */
  readonly isSlow: boolean
  /** Receives what was fetched for its `fetchPosition`, or why nothing was; `read` reads it. */
  receive(fetched: FetchedPartition): void
  /** Reads at most `limit` records. False: nothing is left. */
  read(limit: number): boolean
  /** Whether some of it is not read yet. */
  isReading(fetched: FetchedPartition): boolean
}

export interface FetchLoopOptions {
  readonly fetcher: Fetcher
  readonly pace: Pace
  /** Called when records were fetched, and again after each wait for room. */
  readonly beforeReading: () => void
  /** Null: reading may continue at once; else resolves when it may. */
  readonly waitForRoom: () => Promise<void> | null
  /** Called after each round. Must not throw. */
  readonly onRound: () => void
  /** Called when the fetcher itself has failed, which is a bug or the end of the broker. */
  readonly onBroken: (error: unknown) => void
}

export class FetchLoop {
  readonly #options: FetchLoopOptions
  readonly #readers = new Map<string, LoopReader>()
  /** Readers with something to read. */
  readonly #active = new Set<LoopReader>()
  /** Fetched, and not released yet. */
  #held: FetchedPartition[] = []
  #running: Promise<void> | null = null
  #isClosed = false

  constructor(options: FetchLoopOptions) {
    this.#options = options
  }

  /** Reads from the reader's position on. */
  start(reader: LoopReader): void {
    this.#readers.set(positionKey(reader), reader)
    this.#options.fetcher.assign({ topic: reader.topic, partition: reader.partition, offset: reader.position })
    this.#running ??= this.#run()
  }

  stop(reader: LoopReader): void {
    if (this.#readers.get(positionKey(reader)) !== reader) return
    this.#readers.delete(positionKey(reader))
    this.#active.delete(reader)
    this.#options.fetcher.unassign(reader)
  }

  /** Continues at the reader's position, which has changed. */
  seek(reader: LoopReader): void {
    this.#options.fetcher.seek({ topic: reader.topic, partition: reader.partition, offset: reader.position })
  }

  pause(reader: LoopReader, reason: PauseReason): void {
    this.#options.fetcher.pause(reader, reason)
  }

  resume(reader: LoopReader): void {
    this.#options.fetcher.resume(reader)
    if (this.#active.has(reader)) this.#options.fetcher.wakeUp()
  }

  /** The next round begins without waiting for records. */
  wakeUp(): void {
    if (this.#running !== null) this.#options.fetcher.wakeUp()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#readers.clear()
    this.#options.fetcher.wakeUp()
    await this.#running
    await this.#options.fetcher.close()
  }

  async #run(): Promise<void> {
    const { fetcher, beforeReading, waitForRoom, onRound, onBroken } = this.#options
    try {
      while (this.#readers.size > 0 && !this.#isClosed) {
        const fetched = await fetcher.poll(this.#ready().length > 0 ? 0 : POLL_MS)
        beforeReading()
        for (let room = waitForRoom(); room !== null; room = waitForRoom()) {
          await room
          beforeReading()
        }
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

  /** Batches of a position that the reader has left meanwhile are dropped; the fetcher continues at the new one. */
  #hand(part: FetchedPartition): void {
    this.#held.push(part)
    const reader = this.#readers.get(positionKey(part))
    if (reader === undefined || part.fetchOffset !== reader.fetchPosition) return
    reader.receive(part)
    this.#active.add(reader)
  }

  /**
   * Reads until nothing is left, a record has taken long or a call waits for the thread: then the rest waits until others have had what came
   * meanwhile.
   */
  #readByTurns(): void {
    const { pace } = this.#options
    const before = pace.slowEvaluations
    let records = 0
    for (let readers = this.#ready(); readers.length > 0; readers = this.#ready()) {
      for (const reader of readers) {
        const from = reader.position
        if (!reader.read(reader.keepsRecords ? WAITING_TURN_RECORDS : TURN_RECORDS)) this.#active.delete(reader)
        records += reader.position - from
        if (pace.slowEvaluations !== before || (records >= AWAITED_RECORDS && pace.isAwaited())) {
          this.#moveLast(reader)
          return
        }
      }
    }
  }

  /** Readers that may read; slow ones once the others have read all that they have. */
  #ready(): LoopReader[] {
    const fast: LoopReader[] = []
    const slow: LoopReader[] = []
    for (const reader of this.#active) if (!reader.isPaused) (reader.isSlow ? slow : fast).push(reader)
    return fast.length > 0 ? fast : slow
  }

  #moveLast(reader: LoopReader): void {
    if (this.#active.delete(reader)) this.#active.add(reader)
  }

  #release(): void {
    const isRead = (part: FetchedPartition) => this.#readers.get(positionKey(part))?.isReading(part) !== true
    this.#options.fetcher.release(this.#held.filter(isRead))
    this.#held = this.#held.filter((part) => !isRead(part))
  }
}
