/** Queries that feed themselves, directly or by way of other queries: one record would be written again without end. */
import { StatementError } from '../../errors.ts'
import type { Metastore } from '../../metastore/metastore.ts'
import type { PlanContext } from '../builder.ts'

/** What a query that is planned reads and writes. */
export interface Flow {
  readonly queryId: string
  /** Names of sources. */
  readonly reads: readonly string[]
  readonly writesTopic: string
}

/** Throws StatementError for a query whose results come back to it, unless `millrace.allow.loops` allows that. */
export function refuseLoop(flow: Flow, { metastore, config }: Pick<PlanContext, 'metastore' | 'config'>): void {
  if (config('millrace.allow.loops') === 'true') return
  const way = wayBack(flow, metastore)
  if (way === null) return
  const by = way.length === 0 ? '' : `, by way of ${way.join(', ')}`
  throw new StatementError(
    `The query would feed itself: what it writes to topic ${flow.writesTopic} comes back to it${by}. One record would be written again without end.` +
      "\nIf a condition ends the loop, allow it: SET 'millrace.allow.loops' = 'true';",
  )
}

/**
 * Ids of the queries that carry records from the topic it writes to one it reads, in their order; null if no queries do. Searched from what it
 * reads: few queries write that, where thousands may read it too.
 */
function wayBack({ queryId, reads, writesTopic }: Flow, metastore: Metastore): readonly string[] | null {
  const ways = new Map<string, readonly string[]>(topicsOf(reads, metastore).map((topic) => [topic, []]))
  for (const [topic, way] of ways) {
    if (topic === writesTopic) return way
    for (const writer of writersOf(topic, metastore)) {
      if (writer === queryId) continue
      for (const before of topicsOf(metastore.queries.get(writer)?.reads ?? [], metastore)) {
        if (!ways.has(before)) ways.set(before, [writer, ...way])
      }
    }
  }
  return null
}

const topicsOf = (sources: readonly string[], metastore: Metastore): string[] =>
  sources.flatMap((name) => metastore.sources.get(name)?.topic ?? [])

/** Ids of the queries that write the topic. */
const writersOf = (topic: string, { sourcesByTopic, writers }: Metastore): string[] =>
  (sourcesByTopic.get(topic) ?? []).flatMap((name) => writers.get(name) ?? [])
