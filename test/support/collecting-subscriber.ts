/** A subscriber of a push query that keeps what it gets. */
import type { PushRow, PushSubscriber } from '../../src/runtime/query-runtime.ts'

type End = Parameters<PushSubscriber['onEnd']>[0]

export class CollectingSubscriber implements PushSubscriber {
  readonly rows: PushRow[] = []
  /** Resolves with the end. */
  readonly ended: Promise<End>
  readonly #end: (end: End) => void
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>()

  constructor() {
    const { promise, resolve } = Promise.withResolvers<End>()
    this.ended = promise
    this.#end = resolve
  }

  /** Resolves when that many rows have come. */
  has(count: number): Promise<void> {
    if (this.rows.length >= count) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.add({ count, resolve }))
  }

  onRows: PushSubscriber['onRows'] = (rows) => {
    this.rows.push(...rows)
    for (const waiter of this.#waiting) if (this.rows.length >= waiter.count) waiter.resolve()
  }

  onEnd = (end: End): void => this.#end(end)
}
