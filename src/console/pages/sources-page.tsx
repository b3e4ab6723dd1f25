/** All streams and tables. */
import { useState } from 'preact/hooks'
import type { Overview, SourceOverview } from '../../engine/describe/overview.ts'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Page } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { SearchField } from '../parts/search-field.tsx'
import { useOverview } from '../parts/use-overview.ts'

const columnsFor = ({ queries }: Overview): readonly TableColumn<SourceOverview>[] => {
  const readers = (source: string) => queries.filter(({ reads }) => reads.some(({ name }) => name === source)).length
  const writers = (source: string) => queries.filter(({ writes }) => writes === source).length
  return [
    { name: 'Name', value: ({ name }) => name, cell: ({ name }) => <a href={linkTo('sources', name)}>{name}</a> },
    {
      name: 'Kind',
      value: ({ kind, isWindowed }) => `${kind.toLowerCase()}${isWindowed ? ', windowed' : ''}`,
    },
    { name: 'Topic', value: ({ topic }) => topic, cell: ({ topic }) => <a href={linkTo('topics', topic)}>{topic}</a> },
    { name: 'Format', value: ({ valueFormat }) => valueFormat },
    { name: 'Written by', isNumeric: true, value: ({ name }) => writers(name) },
    { name: 'Read by', isNumeric: true, value: ({ name }) => readers(name) },
  ]
}

export function SourcesPage() {
  const { overview, error } = useOverview()
  const [search, setSearch] = useState('')
  const rows = (overview?.sources ?? []).filter(({ name, topic }) =>
    `${name} ${topic}`.toLowerCase().includes(search.toLowerCase()),
  )
  return (
    <Page
      title="Streams and tables"
      error={error}
      actions={<SearchField label="Find a stream or table" onSearch={setSearch} />}
    >
      {overview !== null && rows.length > 0 && (
        <DataTable label="Streams and tables" columns={columnsFor(overview)} rows={rows} keyOf={({ name }) => name} />
      )}
      {overview !== null && rows.length === 0 && (
        <EmptyState
          icon="sources"
          title={search === '' ? 'There are no streams and tables yet' : 'Nothing has this name'}
        >
          {search === '' && (
            <p>
              A stream or table gives the records of a topic columns: <a href={linkTo('')}>create one</a>.
            </p>
          )}
        </EmptyState>
      )}
    </Page>
  )
}
