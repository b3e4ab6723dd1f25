/** What runs, as Prometheus reads it: asked of the runtime at each scrape. Source: cli-and-operations.md 2.7. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { QueryRuntime } from '../runtime/query-runtime.ts'
import type { MeteredEngine } from './api.ts'

export function createMetrics(runtime: QueryRuntime, { catalog, pushQueries }: MeteredEngine): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const perQuery = (
    name: string,
    help: string,
    value: (status: NonNullable<ReturnType<QueryRuntime['status']>>) => number,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ['query'],
      registers: [registry],
      collect() {
        this.reset()
        for (const queryId of catalog().queries.keys()) {
          const status = runtime.status(queryId)
          if (status !== undefined) this.set({ query: queryId }, value(status))
        }
      },
    })
  perQuery('millrace_query_records_consumed', 'Records that the query has read.', (status) => status.recordsConsumed)
  perQuery('millrace_query_records_produced', 'Records that the query has written.', (status) => status.recordsProduced)
  perQuery('millrace_query_errors', 'Records that the query could not process.', (status) => status.processingErrors)
  perQuery('millrace_query_lag_records', 'Records behind the end of the sources.', (status) => status.lagRecords)
  perQuery('millrace_query_running', '1 if the query runs, else 0.', ({ state }) => Number(state === 'RUNNING'))
  new Gauge({
    name: 'millrace_step_records',
    help: 'Records into and out of each step of the query.',
    labelNames: ['query', 'step', 'direction'],
    registers: [registry],
    collect() {
      this.reset()
      for (const query of catalog().queries.keys()) {
        for (const { step, recordsIn, recordsOut } of runtime.status(query)?.steps ?? []) {
          this.set({ query, step, direction: 'in' }, recordsIn)
          this.set({ query, step, direction: 'out' }, recordsOut)
        }
      }
    },
  })
  new Gauge({
    name: 'millrace_step_state_entries',
    help: 'Entries of the stores of a step with state.',
    labelNames: ['query', 'step'],
    registers: [registry],
    collect() {
      this.reset()
      for (const query of catalog().queries.keys()) {
        for (const { step, stateEntries } of runtime.status(query)?.steps ?? []) {
          if (stateEntries !== null) this.set({ query, step }, stateEntries)
        }
      }
    },
  })
  new Gauge({
    name: 'millrace_push_queries',
    help: 'Push queries that are open.',
    registers: [registry],
    collect() {
      this.set(pushQueries())
    },
  })
  return registry
}
