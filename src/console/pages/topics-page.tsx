/** All topics. */
import { useState } from 'preact/hooks'
import { ask } from '../api/http.ts'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Page } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { SearchField } from '../parts/search-field.tsx'
import { usePoll } from '../parts/use-poll.ts'

const POLL_MS = 10_000

interface Topic {
  readonly name: string
  readonly replicaInfo: readonly number[]
  readonly consumerGroupCount: number
}

const COLUMNS: readonly TableColumn<Topic>[] = [
  { name: 'Topic', value: ({ name }) => name, cell: ({ name }) => <a href={linkTo('topics', name)}>{name}</a> },
  { name: 'Partitions', isNumeric: true, value: ({ replicaInfo }) => replicaInfo.length },
  { name: 'Replicas', isNumeric: true, value: ({ replicaInfo }) => replicaInfo[0] ?? 0 },
  { name: 'Consumer groups', isNumeric: true, value: ({ consumerGroupCount }) => consumerGroupCount },
]

export function TopicsPage() {
  const [showsAll, setShowsAll] = useState(false)
  const [search, setSearch] = useState('')
  const statement = `SHOW ${showsAll ? 'ALL ' : ''}TOPICS EXTENDED;`
  const { data, error } = usePoll(statement, POLL_MS, (signal) => ask(statement, 'kafka_topics_extended', { signal }))
  const rows = (data?.topics ?? []).filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()))
  return (
    <Page
      title="Topics"
      error={error}
      actions={
        <>
          <label class="choice">
            <input type="checkbox" checked={showsAll} onChange={(event) => setShowsAll(event.currentTarget.checked)} />{' '}
            internal topics too
          </label>
          <SearchField label="Find a topic" onSearch={setSearch} />
        </>
      }
    >
      {rows.length > 0 && <DataTable label="Topics" columns={COLUMNS} rows={rows} keyOf={({ name }) => name} />}
      {data !== null && rows.length === 0 && <EmptyState icon="topics" title="There is no such topic" />}
    </Page>
  )
}
