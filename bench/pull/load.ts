/** A process that sends pull queries at a steady rate when its parent sends a `LoadRequest`, and answers with a `LoadReport`. */
import { systemTimer } from '../../src/clock.ts'
import { askAtRate, percentile } from './ask-at-rate.ts'
import { askQuery, openClient, type Via } from './clients.ts'
import { type PullQueries, queryOf } from './queries.ts'

/** What the process is started with, as JSON. */
export interface LoadOptions {
  readonly url: string
  readonly via: Via
  readonly connections: number
  readonly queries: PullQueries
  /** Queries a second. */
  readonly rate: number
}

export interface LoadRequest {
  readonly seconds: number
}

/** Milliseconds, as `AskedTimes` has them. */
export interface LoadReport {
  readonly p50: number
  readonly p99: number
  readonly longest: number
  readonly lateP99: number
}

const { url, via, connections, queries, rate } = JSON.parse(process.argv[2]!) as LoadOptions
const client = openClient(via, url, connections)

process.on('message', async ({ seconds }: LoadRequest) => {
  const { answered, late } = await askAtRate({
    timer: systemTimer,
    rate,
    requests: rate * seconds,
    ask: (index) => askQuery(client, queryOf(queries, index)),
  })
  const report: LoadReport = {
    p50: percentile(answered, 0.5),
    p99: percentile(answered, 0.99),
    longest: percentile(answered, 1),
    lateP99: percentile(late, 0.99),
  }
  process.send!(report)
})
