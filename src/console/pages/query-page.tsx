/** One persistent query: how it fares, what each of its steps does, where it stands, and what went wrong. */
import type { QueryDescription } from '../../engine/describe/entities.ts'
import { ask } from '../api/http.ts'
import { healthOf, LAG_RECORDS } from '../api/query-health.ts'
import { NO_RATES } from '../api/rates.ts'
import { HealthBadge } from '../parts/badge.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { bytesText, countText, durationText, rateText, timeText } from '../parts/format.ts'
import { Notice } from '../parts/notice.tsx'
import { Page, Section } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { type Tile, Tiles } from '../parts/tiles.tsx'
import { useOverview } from '../parts/use-overview.ts'
import { usePoll } from '../parts/use-poll.ts'
import { QueryActions } from './query-actions.tsx'
import { QueryHistory } from './query-history.tsx'
import { QueryOffsets } from './query-offsets.tsx'
import { QueryProgress } from './query-progress.tsx'
import { StepTable } from './step-table.tsx'

const DESCRIBE_MS = 2000

export function QueryPage({ id }: { readonly id: string }) {
  const { overview, rates: allRates, error, refresh } = useOverview()
  const described = usePoll(`explain ${id}`, DESCRIBE_MS, async (signal) => {
    const { queryDescription } = await ask(`EXPLAIN ANALYZE ${id};`, 'queryDescription', { signal })
    return queryDescription
  })
  const query = overview?.queries.find((one) => one.id === id)
  const back = { href: linkTo('queries'), title: 'Queries' }
  if (overview !== null && query === undefined) {
    return (
      <Page title={id} back={back}>
        <EmptyState icon="queries" title="This query does not run here">
          <p>It was terminated, or it never was.</p>
        </EmptyState>
      </Page>
    )
  }
  if (query === undefined) return <Page title={id} back={back} error={error} />
  const rates = allRates.queries.get(id) ?? NO_RATES
  const { counts, trouble } = query
  const description = described.data
  const tiles: Tile[] = [
    { name: 'In', value: rateText(rates.recordsIn), title: `${countText(counts.recordsIn)} records` },
    { name: 'Out', value: rateText(rates.recordsOut), title: `${countText(counts.recordsOut)} records` },
    { name: 'Lag', value: countText(counts.lagRecords), ...(counts.lagRecords > LAG_RECORDS && { kind: 'warn' }) },
    { name: 'Errors', value: countText(counts.errors), ...(counts.errors > 0 && { kind: 'bad' }) },
    { name: 'Late', value: countText(counts.lateRecords), ...(counts.lateRecords > 0 && { kind: 'warn' }) },
    { name: 'Dropped', value: countText(counts.droppedRecords), ...(counts.droppedRecords > 0 && { kind: 'bad' }) },
    { name: 'State', value: bytesText(counts.stateBytes), title: `${countText(counts.stateEntries)} entries` },
    { name: 'Latency', value: rates.latencyMs === null ? '–' : durationText(rates.latencyMs) },
  ]
  return (
    <Page
      title={
        <>
          <span class="mono">{id}</span> <HealthBadge health={healthOf(query, rates)} />
        </>
      }
      back={back}
      error={error ?? described.error}
      actions={<QueryActions query={query} onDone={refresh} />}
    >
      <p class="flow">
        {query.reads.map(({ name }) => (
          <a key={name} href={linkTo('sources', name)}>
            {name}
          </a>
        ))}
        {query.writes !== null && (
          <>
            <span aria-hidden="true">→</span> <a href={linkTo('sources', query.writes)}>{query.writes}</a>
          </>
        )}
      </p>
      <QueryProgress query={query} rates={rates} />
      {trouble !== null && (
        <Notice kind="bad">
          <pre>{trouble}</pre>
        </Notice>
      )}
      {counts.errors > 0 && (
        <Notice kind="warn">
          {countText(counts.errors)} records or starts failed.{' '}
          <a href={`${linkTo('errors')}?query=${encodeURIComponent(id)}`}>Show the records with their causes</a>
        </Notice>
      )}
      <Tiles tiles={tiles} />
      <Section title="Steps" note="in the order in which records pass them">
        {description?.operators === undefined ? (
          <p class="dim">Reading…</p>
        ) : (
          <StepTable steps={description.operators} />
        )}
      </Section>
      <Section title="Last hour">
        <QueryHistory id={id} />
      </Section>
      <Section title="Offsets" note="of each partition that the query reads">
        {description !== null && (
          <QueryOffsets sources={query.reads.map(({ name }) => name)} groupId={description.consumerGroupId} />
        )}
      </Section>
      {description !== null && <Details description={description} />}
    </Page>
  )
}

function Details({ description }: { readonly description: QueryDescription }) {
  const { statementText, executionPlan, topology, overriddenProperties, queryErrors } = description
  const overridden = Object.entries(overriddenProperties)
  return (
    <>
      {queryErrors.length > 0 && (
        <Section title="Failures">
          {queryErrors.toReversed().map(({ timestamp, errorMessage, type }) => (
            <Notice key={timestamp} kind="bad">
              <div class="dim">
                {timeText(timestamp)} · {type.toLowerCase()}
              </div>
              <pre>{errorMessage}</pre>
            </Notice>
          ))}
        </Section>
      )}
      <Section title="Statement">
        <pre class="code">{statementText}</pre>
        {overridden.length > 0 && (
          <p class="dim">With {overridden.map(([name, value]) => `${name} = ${value}`).join(', ')}</p>
        )}
      </Section>
      <Section title="Plan">
        <pre class="code plan-text">{executionPlan}</pre>
        <details class="more">
          <summary>Topology</summary>
          <pre class="code plan-text">{topology}</pre>
        </details>
      </Section>
    </>
  )
}
