/**
 * Rows on their way to one subscriber of a push query: taken in batches as they come, handed on one batch at a time. The batches are shared
 * with other subscribers, so a queue holds references only; a subscriber that falls too far behind is ended.
 */
import type { ProcessingError } from '../processing-error.ts'
import type { PushRow, PushSubscriber } from '../query-runtime.ts'

/** Rows handed on at once: how far a subscriber is behind others is known as exactly as this. */
const MAX_PART_ROWS = 256

export interface SubscriberQueueOptions {
  readonly subscriber: PushSubscriber
  /** Rows after which it ends; null: none. */
  readonly limit: number | null
  /** Called with the difference when the number of waiting rows changes. */
  readonly onWaiting: (rows: number) => void
  /** Called when the number of waiting rows has fallen. */
  readonly onProgress: () => void
  /** Called when the queue has ended, by itself or by `end`. */
  readonly onEnded: () => void
}

type End = Parameters<PushSubscriber['onEnd']>[0]

export class SubscriberQueue {
  readonly #options: SubscriberQueueOptions
  #batches: (readonly PushRow[])[] = []
  #waiting = 0
  #left: number
  #taken = 0
  #isDelivering = false
  #isEnded = false
  /** Set when the rows that wait are the last ones. */
  #end: End | null = null

  constructor(options: SubscriberQueueOptions) {
    this.#options = options
    this.#left = options.limit ?? Number.POSITIVE_INFINITY
  }

  /** Rows that wait. */
  get size(): number {
    return this.#waiting
  }

  /** How often the subscriber has taken rows. */
  get taken(): number {
    return this.#taken
  }

  /** Takes a batch, which is not changed afterwards. */
  offer(rows: readonly PushRow[]): void {
    if (this.#end !== null) return
    const batch = rows.length <= this.#left ? rows : rows.slice(0, this.#left)
    this.#left -= batch.length
    this.#addWaiting(batch.length)
    this.#batches.push(batch)
    if (this.#left === 0) this.#end = { reason: 'limit' }
    if (!this.#isDelivering) void this.#deliver()
  }

  /** Overtakes the rows that wait. */
  onProcessingError(error: ProcessingError): void {
    if (!this.#isEnded) this.#options.subscriber.onProcessingError?.(error)
  }

  /** Drops what waits. No effect if it has ended. */
  end(end: End): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#end = end
    this.#batches = []
    this.#addWaiting(-this.#waiting)
    this.#options.onEnded()
    this.#options.subscriber.onEnd(end)
  }

  #addWaiting(rows: number): void {
    this.#waiting += rows
    this.#options.onWaiting(rows)
  }

  async #deliver(): Promise<void> {
    const { subscriber, onProgress } = this.#options
    this.#isDelivering = true
    try {
      for (let batch = this.#batches.shift(); batch !== undefined; batch = this.#batches.shift()) {
        for (let from = 0; from < batch.length && !this.#isEnded; from += MAX_PART_ROWS) {
          const part = batch.length <= MAX_PART_ROWS ? batch : batch.slice(from, from + MAX_PART_ROWS)
          await subscriber.onRows(part)
          this.#taken++
          this.#addWaiting(-Math.min(this.#waiting, part.length))
          onProgress()
        }
      }
      if (this.#end !== null) this.end(this.#end)
    } catch (error) {
      this.end({ reason: 'error', error: error instanceof Error ? error : new Error(String(error)) })
    } finally {
      this.#isDelivering = false
    }
  }
}
