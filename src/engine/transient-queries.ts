/** The push queries that run now. */
import type { PhysicalPlan } from '../plan/physical-plan.ts'

/** A push query that is open. */
export interface TransientQuery {
  readonly queryId: string
  readonly statement: string
  readonly plan: PhysicalPlan
  readonly overrides: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

/** The registry of open push queries; each is removed when its flow ends. */
export class TransientQueries {
  readonly #queries = new Map<string, TransientQuery>()

  get count(): number {
    return this.#queries.size
  }

  list(): TransientQuery[] {
    return [...this.#queries.values()]
  }

  /** Finds a query by its id, in either case. */
  find(queryId: string): TransientQuery | undefined {
    const exact = this.#queries.get(queryId)
    if (exact !== undefined) return exact
    const wanted = queryId.toUpperCase()
    return this.list().find((query) => query.queryId.toUpperCase() === wanted)
  }

  add(query: TransientQuery): void {
    this.#queries.set(query.queryId, query)
  }

  remove(queryId: string): void {
    this.#queries.delete(queryId)
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.list().map(({ close }) => close()))
  }
}
