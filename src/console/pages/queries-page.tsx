/** All persistent queries, the figures by which one finds those in trouble, and push queries. */
import { useState } from 'preact/hooks'
import type { QueryOverview } from '../../engine/describe/overview.ts'
import { healthOf } from '../api/query-health.ts'
import { NO_RATES, type QueryRates } from '../api/rates.ts'
import { HealthBadge } from '../parts/badge.tsx'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { bytesText, countText, durationText, rateText } from '../parts/format.ts'
import { Page } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { useOverview } from '../parts/use-overview.ts'

interface Row {
  readonly query: QueryOverview
  readonly rates: QueryRates
}

const figure = (
  name: string,
  value: (row: Row) => number | null,
  text: (value: number) => string,
): TableColumn<Row> => ({
  name,
  isNumeric: true,
  value,
  cell: (row) => {
    const number = value(row)
    return number === null || number === 0 ? <span class="dim">{number === null ? '–' : '0'}</span> : text(number)
  },
})

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
  figure('In', ({ rates }) => rates.recordsIn, rateText),
  figure('Out', ({ rates }) => rates.recordsOut, rateText),
  figure('Lag', ({ query }) => query.counts.lagRecords, countText),
  figure('Errors', ({ query }) => query.counts.errors, countText),
  figure('Late', ({ query }) => query.counts.lateRecords, countText),
  figure('State size', ({ query }) => query.counts.stateBytes, bytesText),
  figure('Latency', ({ rates }) => rates.latencyMs, durationText),
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
    <Page
      title="Queries"
      error={error}
      actions={
        <input
          type="search"
          placeholder="Find a query"
          aria-label="Find a query"
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      }
    >
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
