/**
 * The stream time of an operator: the latest time of its own records. Behind a repartition it is not ahead of the watermark, the time
 * that all tasks upstream have reached: what one of them has still to send is not late because another one was faster.
 */
import type { OperatorContext } from './operator-context.ts'

export class StreamTime {
  readonly #watermark: OperatorContext['watermark']
  #latest = -1
  #now = -1

  constructor({ watermark }: Pick<OperatorContext, 'watermark'>) {
    this.#watermark = watermark
  }

  /** The latest time of the records, epoch ms; -1 before the first. */
  get latest(): number {
    return this.#latest
  }

  /** Epoch ms; never goes back; -1 before the first record, and while the watermark is below every record. */
  get now(): number {
    if (this.#watermark === null) return this.#latest
    const reached = Math.min(this.#latest, this.#watermark())
    if (reached > this.#now) this.#now = reached
    return this.#now
  }

  /** Takes the time of a record into account. Returns `now`. */
  advance(timestamp: number): number {
    if (timestamp > this.#latest) this.#latest = timestamp
    return this.now
  }

  /** Continues from an earlier `now`. */
  restore(now: number): void {
    if (now > this.#latest) this.#latest = now
    if (now > this.#now) this.#now = now
  }
}
