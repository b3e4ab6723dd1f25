/** All persistent queries, the figures by which one finds those in trouble, and push queries. */
import { useState } from 'preact/hooks'
import type { QueryOverview } from '../../engine/describe/overview.ts'
import { healthOf } from '../api/query-health.ts'
import { NO_RATES, type QueryRates } from '../api/rates.ts'
import { HealthBadge } from '../parts/badge.tsx'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { figureColumn } from '../parts/figure-column.tsx'
import { bytesText, countText, durationText, rateText } from '../parts/format.ts'
import { Page } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { SearchField } from '../parts/search-field.tsx'
import { useOverview } from '../parts/use-overview.ts'

interface Row {
  readonly query: QueryOverview
  readonly rates: QueryRates
}

const COLUMNS: readonly TableColumn<Row>[] = [
  {
    name: 'State',
    value: ({ query, rates }) => healthOf(query, rates),
    cell: ({ query, rates }) => <HealthBadge health={healthOf(query, rates)} />,
  },
  {
    name: 'Query',
    value: ({ query }) => query.id,
    cell: ({ query }) => (
      <a class="mono" href={linkTo('queries', query.id)}>
        {query.id}
      </a>
    ),
  },
  { name: 'Reads', value: ({ query }) => query.reads.map(({ name }) => name).join(', ') },
  { name: 'Writes', value: ({ query }) => query.writes ?? '' },
  figureColumn('In', ({ rates }) => rates.recordsIn, rateText),
  figureColumn('Out', ({ rates }) => rates.recordsOut, rateText),
  figureColumn('Lag', ({ query }) => query.counts.lagRecords, countText),
  figureColumn('Errors', ({ query }) => query.counts.errors, countText),
  figureColumn('Late', ({ query }) => query.counts.lateRecords, countText),
  figureColumn('State size', ({ query }) => query.counts.stateBytes, bytesText),
  figureColumn('Latency', ({ rates }) => rates.latencyMs, durationText),
]

export function QueriesPage() {
  const { overview, rates, error } = useOverview()
  const [search, setSearch] = useState('')
  const rows = (overview?.queries ?? [])
    .map((query) => ({ query, rates: rates.queries.get(query.id) ?? NO_RATES }))
    .filter(({ query }) =>
      [query.id, query.writes ?? '', ...query.reads.map(({ name }) => name)].some((text) =>
        text.includes(search.toUpperCase()),
      ),
    )
  return (
    <Page title="Queries" error={error} actions={<SearchField label="Find a query" onSearch={setSearch} />}>
      {overview !== null && overview.pushQueries > 0 && (
        <p class="dim">
          {overview.pushQueries} push {overview.pushQueries === 1 ? 'query is' : 'queries are'} open.
        </p>
      )}
      {rows.length > 0 && <DataTable label="Queries" columns={COLUMNS} rows={rows} keyOf={({ query }) => query.id} />}
      {overview !== null && rows.length === 0 && (
        <EmptyState icon="queries" title={search === '' ? 'No query runs here' : 'No query has this name'}>
          {search === '' && (
            <p>
              A query runs from <code>CREATE STREAM … AS SELECT</code> or <code>CREATE TABLE … AS SELECT</code> until it
              is terminated.
            </p>
          )}
        </EmptyState>
      )}
    </Page>
  )
}
