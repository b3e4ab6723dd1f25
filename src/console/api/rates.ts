/** How fast counts grow, over the last few snapshots. */
import type { Overview, QueryOverview } from '../../engine/describe/overview.ts'
import { growth } from '../../engine/describe/query-counts.ts'

export interface QueryRates {
  readonly recordsIn: number
  /** Records from each source that it reads, in their order. */
  readonly reads: readonly number[]
  readonly recordsOut: number
  readonly errors: number
  /** Mean latency of the records of these seconds, ms; null: none was measured. */
  readonly latencyMs: number | null
}

export const NO_RATES: QueryRates = { recordsIn: 0, reads: [], recordsOut: 0, errors: 0, latencyMs: null }

/** Rates over a few seconds move less than those over one. */
const WINDOW_MS = 5000

/** The snapshots that rates are read from: those of the last seconds, the newest last. */
export function withSnapshot(snapshots: readonly Overview[], next: Overview): Overview[] {
  const rest = snapshots.filter(({ at }) => at < next.at && at >= next.at - WINDOW_MS)
  return [...rest, next]
}

/** Rates per second by the ids of queries, and of connectors by their names. */
export interface Rates {
  readonly queries: ReadonlyMap<string, QueryRates>
  readonly connectors: ReadonlyMap<string, number>
}

export function ratesOf(snapshots: readonly Overview[]): Rates {
  const first = snapshots[0]
  const last = snapshots.at(-1)
  const seconds = first === undefined || last === undefined ? 0 : (last.at - first.at) / 1000
  if (first === undefined || last === undefined || seconds <= 0) return { queries: new Map(), connectors: new Map() }
  const formerly = new Map(first.queries.map((query) => [query.id, query]))
  const records = new Map(first.connectors.map((connector) => [connector.name, connector.records]))
  return {
    queries: new Map(
      last.queries.flatMap((query) => {
        const before = formerly.get(query.id)
        return before === undefined ? [] : [[query.id, queryRates(before, query, seconds)] as const]
      }),
    ),
    connectors: new Map(
      last.connectors.map((connector) => [
        connector.name,
        growth(records.get(connector.name) ?? connector.records, connector.records) / seconds,
      ]),
    ),
  }
}

function queryRates(former: QueryOverview, query: QueryOverview, seconds: number): QueryRates {
  const { counts: before } = former
  const { counts: now } = query
  const measured = growth(before.latencyCount, now.latencyCount)
  return {
    recordsIn: growth(before.recordsIn, now.recordsIn) / seconds,
    reads: query.reads.map(({ records }, i) => growth(former.reads[i]?.records ?? records, records) / seconds),
    recordsOut: growth(before.recordsOut, now.recordsOut) / seconds,
    errors: growth(before.errors, now.errors) / seconds,
    latencyMs: measured === 0 ? null : growth(before.latencyMs, now.latencyMs) / measured,
  }
}
