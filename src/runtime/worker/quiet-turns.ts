/**
 * Which queries a commit takes. Each record that is read moves the positions of all queries over its topic, though most of a thousand filters
 * wrote nothing. A query of which only positions have moved is quiet: after a crash it reads the same records again, and again writes nothing.
 * So a commit takes all queries that have done something, and quiet ones by turns.
 */
import type { WorkerQuery } from './worker-query.ts'

type TurnQuery = Pick<WorkerQuery, 'isQuiet' | 'isDirty'>

/** Quiet queries that one commit takes: with fewer of them, each commit has all positions. */
const QUIET_QUERIES = 100

export class QuietTurns {
  /** Place in the list where the next commit begins. */
  #next = 0

  /** Queries for one commit, out of `queries`, whose order stays from call to call. */
  take<Query extends TurnQuery>(queries: readonly Query[]): Query[] {
    const taken: Query[] = []
    const first = this.#next
    let quiet = 0
    for (let i = 0; i < queries.length; i++) {
      const place = (first + i) % queries.length
      const query = queries[place]!
      if (query.isQuiet) {
        if (quiet === QUIET_QUERIES || !query.isDirty) continue
        quiet++
        this.#next = place + 1
      }
      taken.push(query)
    }
    return taken
  }
}
