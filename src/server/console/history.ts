/**
 * The last hour of a server, for the console's plots: a sample of each series every ten seconds, in rings that are as long as an hour. Counters
 * are kept as rates, so that a restart of a query shows no fall.
 */
import type { Clock } from '../../clock.ts'
import type { Overview, QueryOverview } from '../../engine/describe/overview.ts'
import { growth } from '../../engine/describe/query-counts.ts'

export const SAMPLE_MS = 10_000
const SAMPLES = 360
/** Only so many queries, the first ones, have series of their own; the sums have all of them. */
const MOST_QUERIES = 100

export interface ProcessUsage {
  /** CPU time of the process so far. */
  readonly cpuMs: number
  readonly memoryBytes: number
}

/** Series by name; each has one value for each time, null where nothing was known. */
export interface HistoryAnswer {
  /** Epoch ms, ascending. */
  readonly times: readonly number[]
  readonly server: Readonly<Record<ServerSeries, readonly (number | null)[]>>
  readonly queries: Readonly<Record<string, Readonly<Record<QuerySeries, readonly (number | null)[]>>>>
}

const SERVER_SERIES = ['recordsIn', 'recordsOut', 'lag', 'errors', 'cpu', 'memory', 'pushQueries'] as const
const QUERY_SERIES = ['recordsIn', 'recordsOut', 'lag'] as const
type ServerSeries = (typeof SERVER_SERIES)[number]
type QuerySeries = (typeof QUERY_SERIES)[number]

/** One number per sample; 32 bits are enough for a plot. */
const ring = (): Float32Array => new Float32Array(SAMPLES).fill(Number.NaN)

const rings = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, ring()])) as Record<Name, Float32Array>

interface Sample {
  readonly overview: Overview
  readonly usage: ProcessUsage
}

export class History {
  readonly #clock: Clock
  readonly #times = new Float64Array(SAMPLES)
  readonly #server = rings(SERVER_SERIES)
  readonly #queries = new Map<string, Record<QuerySeries, Float32Array>>()
  /** Samples taken so far. The next one stands at this number modulo the length of the rings. */
  #count = 0
  #last: (Sample & { readonly at: number }) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Adds a sample. */
  add(overview: Overview, usage: ProcessUsage): void {
    const at = this.#clock.now()
    const place = this.#count++ % SAMPLES
    const last = this.#last
    this.#last = { at, overview, usage }
    this.#times[place] = at
    const seconds = last === null ? 0 : (at - last.at) / 1000
    const formerly = new Map(last?.overview.queries.map((query) => [query.id, query]))
    this.#forget(overview, place)
    const total = { recordsIn: 0, recordsOut: 0, errors: 0, lag: 0 }
    for (const query of overview.queries) {
      const rates = ratesOf(query, formerly.get(query.id), seconds)
      total.recordsIn += rates.recordsIn
      total.recordsOut += rates.recordsOut
      total.errors += rates.errors
      total.lag += query.counts.lagRecords
      const series = this.#seriesOf(query.id)
      if (series === null) continue
      series.recordsIn[place] = rates.recordsIn
      series.recordsOut[place] = rates.recordsOut
      series.lag[place] = query.counts.lagRecords
    }
    const server = this.#server
    server.recordsIn[place] = total.recordsIn
    server.recordsOut[place] = total.recordsOut
    server.errors[place] = total.errors
    server.lag[place] = total.lag
    server.cpu[place] = last === null || seconds <= 0 ? Number.NaN : (usage.cpuMs - last.usage.cpuMs) / (seconds * 1000)
    server.memory[place] = usage.memoryBytes
    server.pushQueries[place] = overview.pushQueries
  }

  /** `queries`: ids of those whose series are wanted. */
  answer(queries: readonly string[]): HistoryAnswer {
    const order = this.#order()
    const values = (series: Float32Array) => order.map((place) => (Number.isNaN(series[place]) ? null : series[place]!))
    const named = <Name extends string>(names: readonly Name[], series: Record<Name, Float32Array>) =>
      Object.fromEntries(names.map((name) => [name, values(series[name])])) as Record<Name, (number | null)[]>
    return {
      times: order.map((place) => this.#times[place]!),
      server: named(SERVER_SERIES, this.#server),
      queries: Object.fromEntries(
        queries.flatMap((id) => {
          const series = this.#queries.get(id)
          return series === undefined ? [] : [[id, named(QUERY_SERIES, series)]]
        }),
      ),
    }
  }

  /** Places of the samples, the oldest first. */
  #order(): number[] {
    const kept = Math.min(this.#count, SAMPLES)
    return Array.from({ length: kept }, (_, i) => (this.#count - kept + i) % SAMPLES)
  }

  #seriesOf(id: string): Record<QuerySeries, Float32Array> | null {
    const known = this.#queries.get(id)
    if (known !== undefined) return known
    if (this.#queries.size >= MOST_QUERIES) return null
    const made = rings(QUERY_SERIES)
    this.#queries.set(id, made)
    return made
  }

  /** Drops the series of queries that have ended, and the oldest sample of the others. */
  #forget({ queries }: Overview, place: number): void {
    const ids = new Set(queries.map(({ id }) => id))
    for (const [id, series] of this.#queries) {
      if (!ids.has(id)) this.#queries.delete(id)
      for (const name of QUERY_SERIES) series[name][place] = Number.NaN
    }
  }
}

/** Records per second. */
function ratesOf({ counts }: QueryOverview, former: QueryOverview | undefined, seconds: number) {
  const rate = (name: 'recordsIn' | 'recordsOut' | 'errors') =>
    seconds <= 0 ? 0 : growth(former?.counts[name] ?? 0, counts[name]) / seconds
  return { recordsIn: rate('recordsIn'), recordsOut: rate('recordsOut'), errors: rate('errors') }
}
