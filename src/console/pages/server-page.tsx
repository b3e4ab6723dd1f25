/** The server: how it is, what it has done in the last hour, its cluster, and its settings. */
import { useMemo, useState } from 'preact/hooks'
import type { PropertyInfo } from '../../engine/describe/entities.ts'
import type { ClusterStatus } from '../../engine/requests.ts'
import type { HistoryAnswer } from '../api/history.ts'
import { ask, getJson } from '../api/http.ts'
import { StateBadge } from '../parts/badge.tsx'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { bytesText, percentText, rateText, timeText, wholeText } from '../parts/format.ts'
import { Page, Section } from '../parts/page.tsx'
import { Plot } from '../parts/plot.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { usePoll } from '../parts/use-poll.ts'

const SLOW_MS = 10_000

export function ServerPage() {
  const health = usePoll('health', SLOW_MS, (signal) =>
    getJson<{ isHealthy: boolean; serverState: string }>('/healthcheck', { signal }),
  )
  return (
    <Page
      title={
        <>
          Server{' '}
          {health.data !== null && <StateBadge state={health.data.isHealthy ? health.data.serverState : 'FAILED'} />}
        </>
      }
      error={health.error}
    >
      <Section title="Last hour">
        <Plots />
      </Section>
      <Section title="Cluster">
        <Members />
      </Section>
      <Section title="Settings">
        <Settings />
      </Section>
    </Page>
  )
}

function Plots() {
  const { data, error } = usePoll('history', SLOW_MS, (signal) =>
    getJson<HistoryAnswer>('/console/api/history', { signal }),
  )
  const plots = useMemo(() => {
    if (data === null || data.times.length === 0) return null
    const { times, server } = data
    const of = (...names: (keyof HistoryAnswer['server'])[]) => ({
      times: times.map((ms) => ms / 1000),
      lines: names.map((name) => ({ label: LABELS[name] ?? name, values: server[name] })),
    })
    return {
      records: of('recordsIn', 'recordsOut'),
      lag: of('lag'),
      errors: of('errors'),
      cpu: of('cpu'),
      memory: of('memory'),
      push: of('pushQueries'),
    }
  }, [data])
  if (error !== null) return <p class="dim">{error}</p>
  if (plots === null) return <p class="dim">The first figures come ten seconds after the start.</p>
  return (
    <div class="plots">
      <Plot title="Records of all queries" data={plots.records} valueText={rateText} />
      <Plot title="Lag of all queries" data={plots.lag} valueText={wholeText} />
      <Plot title="Errors" data={plots.errors} valueText={rateText} />
      <Plot title="CPU, of one core" data={plots.cpu} valueText={percentText} />
      <Plot title="Memory" data={plots.memory} valueText={bytesText} />
      <Plot title="Push queries" data={plots.push} valueText={wholeText} />
    </div>
  )
}

const LABELS: Readonly<Record<string, string>> = { recordsIn: 'in', recordsOut: 'out' }

interface Member {
  readonly host: string
  readonly isAlive: boolean
  readonly heardAt: number
  readonly queries: number
}

const MEMBER_COLUMNS: readonly TableColumn<Member>[] = [
  { name: 'Server', value: ({ host }) => host, cell: ({ host }) => <code>{host}</code> },
  {
    name: 'State',
    value: ({ isAlive }) => (isAlive ? 'alive' : 'silent'),
    cell: ({ isAlive }) => <span class={`badge ${isAlive ? 'good' : 'bad'}`}>{isAlive ? 'alive' : 'silent'}</span>,
  },
  { name: 'Heard at', value: ({ heardAt }) => heardAt, cell: ({ heardAt }) => timeText(heardAt) },
  { name: 'Queries with tasks there', isNumeric: true, value: ({ queries }) => queries },
]

function Members() {
  const { data, error } = usePoll('cluster', SLOW_MS, (signal) =>
    getJson<{ clusterStatus: ClusterStatus }>('/clusterStatus', { signal }),
  )
  if (error !== null) return <p class="dim">{error}</p>
  const members = Object.entries(data?.clusterStatus ?? {}).map(([host, status]) => ({
    host,
    isAlive: status.hostAlive,
    heardAt: status.lastStatusUpdateMs,
    queries: Object.keys(status.activeStandbyPerQuery).length,
  }))
  return <DataTable label="Servers" columns={MEMBER_COLUMNS} rows={members} keyOf={({ host }) => host} />
}

const SETTING_COLUMNS: readonly TableColumn<PropertyInfo>[] = [
  { name: 'Setting', value: ({ name }) => name, cell: ({ name }) => <code>{name}</code> },
  { name: 'Value', value: ({ value }) => value ?? '', cell: ({ value }) => <code>{value ?? ''}</code> },
  { name: 'For', value: ({ level }) => level.toLowerCase() },
]

function Settings() {
  const [search, setSearch] = useState('')
  const { data, error } = usePoll('settings', SLOW_MS * 3, (signal) =>
    ask('SHOW PROPERTIES;', 'properties', { signal }),
  )
  if (error !== null) return <p class="dim">{error}</p>
  const rows = (data?.properties ?? []).filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()))
  return (
    <>
      <SearchField label="Find a setting" class="settings-search" onSearch={setSearch} />
      <DataTable label="Settings" columns={SETTING_COLUMNS} rows={rows} keyOf={({ name }) => name} />
    </>
  )
}
