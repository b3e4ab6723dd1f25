/**
 * The queries of a worker, and which of them a commit takes. Each record that is read moves the positions of all queries over its topic, though
 * most of a thousand filters write nothing. A query of which only positions have moved is quiet: after a crash it reads the same records again,
 * and again writes nothing. So a commit takes all queries that have done something, and quiet ones by turns.
 */
import type { CompiledQuery } from './compiled-query.ts'
import type { CommitsIn, WorkerQuery } from './worker-query.ts'

/** Quiet queries that one commit takes: with fewer of them, each commit has all positions. */
const QUIET_QUERIES = 100
/** Queries that it looks at for that, so that thousands which have read nothing cost it little. */
const LOOKED_AT = 1000

export class WorkerQueries {
  readonly #byId = new Map<string, CompiledQuery>()
  /** Queries that are not quiet, as far as is known. */
  readonly #touched = new Set<WorkerQuery>()
  readonly #lists = new Map<CommitsIn, QueryList>()
  /** By how they commit: place in the list where the next commit looks first. */
  readonly #next = new Map<CommitsIn, number>()

  get(queryId: string): CompiledQuery | undefined {
    return this.#byId.get(queryId)
  }

  values(): Iterable<CompiledQuery> {
    return this.#byId.values()
  }

  /** In the place of one of the same id. */
  add(compiled: CompiledQuery): void {
    const { query } = compiled
    const former = this.#byId.get(query.id)
    if (former !== undefined) this.delete(former)
    this.#byId.set(query.id, compiled)
    this.#list(query.commitsIn).add(query)
    this.touch(query)
  }

  /** No effect if another of the same id has its place. */
  delete(compiled: CompiledQuery): void {
    const { query } = compiled
    this.#touched.delete(query)
    if (this.#byId.get(query.id) !== compiled) return
    this.#byId.delete(query.id)
    this.#list(query.commitsIn).delete(query)
  }

  get all(): readonly WorkerQuery[] {
    return [...this.#lists.values()].flatMap(({ queries }) => queries)
  }

  /** Those that commit so. */
  of(use: CommitsIn): readonly WorkerQuery[] {
    return this.#list(use).queries
  }

  /** The next commit takes the query: it has done something, or its positions are wanted. */
  touch(query: WorkerQuery): void {
    if (this.#byId.get(query.id)?.query === query) this.#touched.add(query)
  }

  /** Those among `of(use)` that a commit takes now. The next one takes other quiet ones. */
  take(use: CommitsIn): WorkerQuery[] {
    const { taken, next } = this.#choose(use)
    this.#next.set(use, next)
    return taken
  }

  /** What `take` would give. */
  peek(use: CommitsIn): readonly WorkerQuery[] {
    return this.#choose(use).taken
  }

  #choose(use: CommitsIn): { readonly taken: WorkerQuery[]; readonly next: number } {
    const taken = this.#takeTouched(use)
    const queries = this.of(use)
    const count = Math.min(queries.length, LOOKED_AT)
    const first = this.#next.get(use) ?? 0
    const limit = taken.length + QUIET_QUERIES
    for (let i = 0; i < count; i++) {
      if (taken.length === limit) return { taken, next: first + i }
      const query = queries[(first + i) % queries.length]!
      if (query.isQuiet && query.isDirty) taken.push(query)
    }
    return { taken, next: queries.length === 0 ? 0 : (first + count) % queries.length }
  }

  #takeTouched(use: CommitsIn): WorkerQuery[] {
    const taken: WorkerQuery[] = []
    for (const query of this.#touched) {
      if (query.commitsIn !== use) continue
      if (query.isQuiet) this.#touched.delete(query)
      else taken.push(query)
    }
    return taken
  }

  #list(use: CommitsIn): QueryList {
    let list = this.#lists.get(use)
    if (list === undefined) this.#lists.set(use, (list = new QueryList()))
    return list
  }
}

/** A list from which a query is taken by moving the last one to its place. */
class QueryList {
  readonly queries: WorkerQuery[] = []
  readonly #places = new Map<WorkerQuery, number>()

  add(query: WorkerQuery): void {
    this.#places.set(query, this.queries.length)
    this.queries.push(query)
  }

  delete(query: WorkerQuery): void {
    const place = this.#places.get(query)
    if (place === undefined) return
    this.#places.delete(query)
    const last = this.queries.pop()!
    if (last === query) return
    this.queries[place] = last
    this.#places.set(last, place)
  }
}
