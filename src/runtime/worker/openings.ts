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

/** The openings of a worker that have not ended, by the id of their query. */
export class Openings {
  readonly #openings = new Map<string, Set<Opening>>()

  /** Begins one. `earlier` resolves when those of the same query that began before have ended. */
  begin(query: WorkerQuery): { readonly opening: Opening; readonly earlier: Promise<unknown> } {
    const same = this.#openings.get(query.id) ?? new Set()
    const earlier = Promise.all([...same].map(({ ended }) => ended))
    const opening = new Opening(query)
    this.#openings.set(query.id, same.add(opening))
    void opening.ended.then(() => {
      same.delete(opening)
      if (same.size === 0) this.#openings.delete(query.id)
    })
    return { opening, earlier }
  }

  /** Ends the openings of tasks in these slots. Those of push queries stay. */
  release(slots: readonly number[]): void {
    for (const same of this.#openings.values())
      for (const opening of same) if (opening.query.isSlotted) opening.release(slots)
  }

  /** Ends those of a query that was stopped. */
  abort(queryId: string): void {
    for (const opening of this.#openings.get(queryId) ?? []) opening.abort()
  }
}
