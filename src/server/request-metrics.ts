/** Counts of the server's requests, queries and connections, and the metrics that show them. See docs/operations.md#metrics. */
import type { LineStream, RowStream } from '../engine/api.ts'
import { DurationHistogram, histogramSamples, type MetricFamily } from '../engine/observe/metric-family.ts'

/** Seconds. */
const REQUEST_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Seconds: push queries are open for minutes or days. */
const PUSH_BOUNDS = [1, 10, 60, 600, 3600, 21_600, 86_400]

/** An answered request. */
export interface AnsweredRequest {
  readonly method: string
  /** The path of the route, which is one of a fixed set; empty for a path that has none. */
  readonly route: string
  readonly status: number
  readonly seconds: number
  /** Whether the answer was a stream of rows or lines, whose duration says nothing about the server. */
  readonly isStream: boolean
}

/** Connections by protocol, as they are now. */
export type OpenConnections = Record<'http1' | 'http2' | 'websocket', number>

export class RequestMetrics {
  readonly connections: OpenConnections = { http1: 0, http2: 0, websocket: 0 }
  readonly #answered = new Map<string, { readonly request: AnsweredRequest; count: number }>()
  readonly #durations = new Map<string, DurationHistogram>()
  readonly #pull = new DurationHistogram(REQUEST_BOUNDS)
  readonly #push = new DurationHistogram(PUSH_BOUNDS)

  request(request: AnsweredRequest): void {
    const { method, route, status, seconds, isStream } = request
    const id = `${method} ${route} ${status}`
    const answered = this.#answered.get(id)
    if (answered === undefined) this.#answered.set(id, { request, count: 1 })
    else answered.count++
    if (isStream) return
    const histogram = this.#durations.get(route) ?? new DurationHistogram(REQUEST_BOUNDS)
    this.#durations.set(route, histogram)
    histogram.observe(seconds)
  }

  /** A query has ended, or its client has gone. PRINT is not counted. */
  query(kind: (RowStream | LineStream)['kind'], seconds: number): void {
    if (kind === 'push') this.#push.observe(seconds)
    else if (kind !== 'print') this.#pull.observe(seconds)
  }

  families(): MetricFamily[] {
    return [
      {
        name: REQUESTS,
        type: 'counter',
        help: 'HTTP requests that have been answered; path is empty for paths that do not exist.',
        labels: ['method', 'path', 'code'],
        samples: () =>
          [...this.#answered.values()].map(({ request: { method, route, status }, count }) => ({
            labels: { method, path: route, code: status },
            value: count,
          })),
      },
      {
        name: DURATIONS,
        type: 'histogram',
        help: 'From a request until its answer was sent, without answers that stream rows.',
        labels: ['path'],
        samples: () =>
          [...this.#durations].flatMap(([path, histogram]) => histogramSamples(DURATIONS, histogram, { path })),
      },
      {
        name: CONNECTIONS,
        type: 'gauge',
        help: 'Connections that are open.',
        labels: ['protocol'],
        samples: () => Object.entries(this.connections).map(([protocol, value]) => ({ labels: { protocol }, value })),
      },
      {
        name: PULL,
        type: 'histogram',
        help: 'From the request of a pull query until its last row was sent.',
        labels: [],
        samples: () => histogramSamples(PULL, this.#pull, {}),
      },
      {
        name: PUSH,
        type: 'histogram',
        help: 'From the request of a push query until its end.',
        labels: [],
        samples: () => histogramSamples(PUSH, this.#push, {}),
      },
    ]
  }
}

const REQUESTS = 'millrace_http_requests_total'
const DURATIONS = 'millrace_http_request_duration_seconds'
const CONNECTIONS = 'millrace_http_connections'
const PULL = 'millrace_pull_query_duration_seconds'
const PUSH = 'millrace_push_query_duration_seconds'
