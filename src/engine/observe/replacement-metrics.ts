/** How far the new versions of queries are that this server builds beside the running ones. */
import type { QueryRuntime } from '../../runtime/query-runtime.ts'
import type { Catalog } from '../commands/catalog.ts'
import type { DescribedMetric, Sample } from './metric-family.ts'

type ReplacementMetric = DescribedMetric & {
  readonly samples: (catalog: Catalog, runtime: Pick<QueryRuntime, 'status'>) => readonly Sample[]
}

const PHASES = ['building', 'switching', 'kept'] as const

/** Metrics with the labels `source` and `query`: the stream or table, and the version that does not write it. */
export const REPLACEMENT_METRICS: readonly ReplacementMetric[] = [
  {
    type: 'gauge',
    name: 'millrace_replacement_phase',
    help: 'Phase of a version of a query that does not write its stream or table: 1 for the phase that it is in, 0 for the others.',
    labels: ['source', 'query', 'phase'],
    samples: ({ replacements }) =>
      [...replacements].flatMap(([source, { phase, version }]) =>
        PHASES.map((one) => ({
          labels: { source, query: version.link.queryId, phase: one },
          value: one === phase ? 1 : 0,
        })),
      ),
  },
  {
    type: 'gauge',
    name: 'millrace_replacement_remaining_records',
    help: 'Records that a new version of a query has to process before it takes the place of the running one.',
    labels: ['source', 'query'],
    samples: ({ replacements }, runtime) =>
      [...replacements].flatMap(([source, { phase, version }]) => {
        const status = phase === 'kept' ? undefined : runtime.status(version.link.queryId)
        const labels = { source, query: version.link.queryId }
        return status === undefined ? [] : [{ labels, value: status.lagRecords }]
      }),
  },
]
