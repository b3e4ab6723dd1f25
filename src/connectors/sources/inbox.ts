/**
 * Records that were received and are not stored yet: the place between a port that others write to and the task that stores. It is bounded:
 * a receiver waits, refuses or drops when it is full, as its protocol allows.
 */
import { sleep, type Timer } from '../../clock.ts'
import type { SourceBatch, SourceRecord } from '../connector.ts'

interface Waiting {
  readonly records: readonly SourceRecord[]
  readonly bytes: number
  readonly settle: (error: Error | null) => void
}

export interface InboxOptions {
  readonly timer: Timer
  readonly signal: AbortSignal
  /** Most bytes of values that wait. One offer may be larger if nothing else waits. */
  readonly mostBytes: number
}

const MOST_IN_A_BATCH = 20_000
const POLL_MS = 500

export class Inbox {
  readonly #options: InboxOptions
  #waiting: Waiting[] = []
  #bytes = 0
  #wake: () => void = () => {}
  #drained: () => void = () => {}
  #failure: Error | null = null

  constructor(options: InboxOptions) {
    this.#options = options
  }

  /** Whether an offer would be refused. */
  get isFull(): boolean {
    return this.#bytes >= this.#options.mostBytes
  }

  /** Called when there is room again. */
  set onRoom(call: () => void) {
    this.#drained = call
  }

  /** Resolves when the records are stored; rejects if they are not. Null: there is no room. */
  offer(records: readonly SourceRecord[]): Promise<void> | null {
    return this.isFull ? null : this.#put(records)
  }

  #put(records: readonly SourceRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve()
    const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
    const stored = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ records, bytes, settle: (error) => (error === null ? resolve() : reject(error)) })
    })
    this.#bytes += bytes
    this.#wake()
    return stored
  }

  /** Takes records that are here already, whether there is room or not: the caller stops receiving while `isFull`. */
  add(records: readonly SourceRecord[]): void {
    this.#put(records).catch(() => {})
  }

  /** Makes the next poll reject: the port cannot be used. */
  fail(error: Error): void {
    this.#failure = error
    this.#wake()
  }

  /** What was received, for `SourceTask.poll`. */
  async poll(): Promise<SourceBatch> {
    if (this.#waiting.length === 0 && this.#failure === null) await this.#wait()
    if (this.#failure !== null) throw this.#failure
    const taken: Waiting[] = []
    const records: SourceRecord[] = []
    while (this.#waiting.length > 0 && records.length < MOST_IN_A_BATCH) {
      const next = this.#waiting.shift()!
      taken.push(next)
      for (const record of next.records) records.push(record)
    }
    return { records, position: null, stored: (error) => this.#settle(taken, error) }
  }

  /** Rejects what was not stored. */
  close(): void {
    for (const { settle } of this.#waiting) settle(new Error('The connector was stopped.'))
    this.#waiting = []
    this.#bytes = 0
  }

  async #wait(): Promise<void> {
    const { timer, signal } = this.#options
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    await sleep(timer, POLL_MS, { signal: AbortSignal.any([woken.signal, signal]) })
    this.#wake = () => {}
  }

  #settle(taken: readonly Waiting[], error: Error | null): void {
    for (const { settle, bytes } of taken) {
      this.#bytes -= bytes
      settle(error)
    }
    if (!this.isFull) this.#drained()
  }
}
