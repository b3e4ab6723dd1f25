/** The connectors that the server runs itself. */
import type { ConnectorOverview } from '../../engine/describe/overview.ts'
import { quoted } from '../../sql/format-names.ts'
import { ask } from '../api/http.ts'
import { StateBadge } from '../parts/badge.tsx'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { countText } from '../parts/format.ts'
import { Notice } from '../parts/notice.tsx'
import { Page, Section } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { Tiles } from '../parts/tiles.tsx'
import { useOverview } from '../parts/use-overview.ts'
import { usePoll } from '../parts/use-poll.ts'
import { ConnectorActions } from './connector-actions.tsx'

const POLL_MS = 3000

const COLUMNS: readonly TableColumn<ConnectorOverview>[] = [
  { name: 'State', value: ({ state }) => state, cell: ({ state }) => <StateBadge state={state} /> },
  { name: 'Connector', value: ({ name }) => name, cell: ({ name }) => <a href={linkTo('connectors', name)}>{name}</a> },
  { name: 'Kind', value: ({ kind, connector }) => `${connector} ${kind.toLowerCase()}` },
  { name: 'Topic', value: ({ topic }) => topic, cell: ({ topic }) => <a href={linkTo('topics', topic)}>{topic}</a> },
  { name: 'Records', isNumeric: true, value: ({ records }) => records, cell: ({ records }) => countText(records) },
  { name: 'Refused', isNumeric: true, value: ({ refused }) => refused, cell: ({ refused }) => countText(refused) },
  {
    name: 'Lag',
    isNumeric: true,
    value: ({ lagRecords }) => lagRecords,
    cell: ({ lagRecords }) => (lagRecords === null ? '–' : countText(lagRecords)),
  },
]

export function ConnectorsPage() {
  const { overview, error } = useOverview()
  const rows = overview?.connectors ?? []
  return (
    <Page title="Connectors" error={error}>
      {rows.length > 0 && <DataTable label="Connectors" columns={COLUMNS} rows={rows} keyOf={({ name }) => name} />}
      {overview !== null && rows.length === 0 && (
        <EmptyState icon="connectors" title="No connector runs here">
          <p>
            <code>CREATE SINK … FROM</code> writes the records of a stream to files, databases and services;{' '}
            <code>CREATE SOURCE</code> reads them from there. Connectors of Kafka Connect are listed by{' '}
            <code>SHOW CONNECTORS;</code>
          </p>
        </EmptyState>
      )}
    </Page>
  )
}

export function ConnectorPage({ name }: { readonly name: string }) {
  const { data, error, refresh } = usePoll(`connector ${name}`, POLL_MS, (signal) =>
    ask(`DESCRIBE CONNECTOR ${quoted(name)};`, 'connector_description', { signal }),
  )
  const facts = data?.builtIn
  return (
    <Page
      title={
        <>
          {name} {data !== null && <StateBadge state={data.status.connector.state} />}
        </>
      }
      back={{ href: linkTo('connectors'), title: 'Connectors' }}
      error={error}
      actions={
        facts !== undefined && (
          <ConnectorActions name={name} isPaused={data?.status.connector.state === 'PAUSED'} onDone={refresh} />
        )
      }
    >
      {facts !== undefined && (
        <>
          {facts.lastError !== null && (
            <Notice kind="bad">
              <pre>{facts.lastError.message}</pre>
            </Notice>
          )}
          <Tiles
            tiles={[
              { name: 'Records', value: countText(facts.records) },
              { name: 'Per second', value: countText(facts.recordsPerSecond) },
              { name: 'Refused', value: countText(facts.refused), ...(facts.refused > 0 && { kind: 'bad' }) },
              { name: 'Retries', value: countText(facts.retries) },
              { name: 'Lag', value: facts.lag === null ? '–' : countText(facts.lag) },
            ]}
          />
          <Section title="Options">
            <DataTable
              label="Options"
              columns={[
                { name: 'Option', value: ([option]) => option },
                { name: 'Value', value: ([, value]) => value },
              ]}
              rows={Object.entries(facts.options)}
              keyOf={([option]) => option}
            />
          </Section>
          <Section title="Statement">
            <pre class="code">{facts.statement}</pre>
          </Section>
        </>
      )}
    </Page>
  )
}
