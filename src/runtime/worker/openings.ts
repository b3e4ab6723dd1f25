/**
 * Tasks while they are opened. Restoring state may take long, and meanwhile slots can be released and come back: a task is opened again only
 * when its earlier opening has ended, since both would write the same files.
 */
import type { WorkerQuery } from './worker-query.ts'

/** Tasks of a query that are opened together. */
export class Opening {
  readonly query: WorkerQuery
  readonly #ended = Promise.withResolvers<void>()
  readonly #controllers = new Map<number, AbortController>()

  constructor(query: WorkerQuery) {
    this.query = query
  }

  /** Resolves after `end`. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  end(): void {
    this.#ended.resolve()
  }

  /** Aborted when the slot is released, or the query stopped. */
  signal(slot: number): AbortSignal {
    return this.#controllerOf(slot).signal
  }

  release(slots: Iterable<number>): void {
    for (const slot of slots) this.#controllerOf(slot).abort()
  }

  abort(): void {
    this.release(this.#controllers.keys())
  }

  #controllerOf(slot: number): AbortController {
    const controller = this.#controllers.get(slot) ?? new AbortController()
    this.#controllers.set(slot, controller)
    return controller
  }
}

/** The openings of a worker that have not ended. */
export class Openings {
  readonly #openings = new Set<Opening>()

  /** Begins one. `earlier` resolves when those of the same query that began before have ended. */
  begin(query: WorkerQuery): { readonly opening: Opening; readonly earlier: Promise<unknown> } {
    const same = [...this.#openings].filter((other) => other.query.id === query.id)
    const opening = new Opening(query)
    this.#openings.add(opening)
    void opening.ended.then(() => this.#openings.delete(opening))
    return { opening, earlier: Promise.all(same.map(({ ended }) => ended)) }
  }

  /** Ends the openings of tasks in these slots. Those of push queries stay. */
  release(slots: readonly number[]): void {
    for (const opening of this.#openings) if (opening.query.isSlotted) opening.release(slots)
  }

  /** Ends those of a query that was stopped. */
  abort(queryId: string): void {
    for (const opening of this.#openings) if (opening.query.id === queryId) opening.abort()
  }
}
