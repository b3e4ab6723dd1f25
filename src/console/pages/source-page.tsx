/** One stream or table: its columns, the queries that read and write it, and some of its rows. */
import type { FieldInfo, RunningQuery, SourceDescription } from '../../engine/describe/entities.ts'
import { schemaInfoText } from '../../engine/describe/schema-info.ts'
import { quoted } from '../../sql/format-names.ts'
import { ask } from '../api/http.ts'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { Page, Section } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { Tiles } from '../parts/tiles.tsx'
import { usePoll } from '../parts/use-poll.ts'
import { SampleRows } from './sample-rows.tsx'

const POLL_MS = 5000

const COLUMNS: readonly TableColumn<FieldInfo>[] = [
  { name: 'Column', value: ({ name }) => name, cell: ({ name }) => <code>{name}</code> },
  {
    name: 'Type',
    value: ({ schema }) => schemaInfoText(schema),
    cell: ({ schema }) => <code>{schemaInfoText(schema)}</code>,
  },
  { name: 'Role', value: ({ type }) => type?.toLowerCase() ?? '' },
]

export function SourcePage({ name }: { readonly name: string }) {
  const { data, error } = usePoll(`describe ${name}`, POLL_MS, async (signal) => {
    const statement = `DESCRIBE ${quoted(name)} EXTENDED;`
    return (await ask(statement, 'sourceDescription', { signal })).sourceDescription
  })
  const back = { href: linkTo('sources'), title: 'Streams and tables' }
  const select = `SELECT * FROM ${quoted(name)} EMIT CHANGES;`
  return (
    <Page
      title={
        <>
          {name} {data !== null && <span class="badge">{data.type.toLowerCase()}</span>}
        </>
      }
      back={back}
      error={error}
      actions={
        <a class="button" href={`${linkTo('')}?sql=${encodeURIComponent(select)}`}>
          Follow in the editor
        </a>
      }
    >
      {data !== null && <Description source={data} />}
    </Page>
  )
}

function Description({ source }: { readonly source: SourceDescription }) {
  const {
    name,
    topic,
    keyFormat,
    valueFormat,
    partitions,
    replication,
    windowType,
    timestamp,
    statistics,
    errorStats,
  } = source
  return (
    <>
      <Tiles
        tiles={[
          { name: 'Topic', value: <a href={linkTo('topics', topic)}>{topic}</a>, isWide: true },
          { name: 'Key format', value: keyFormat },
          { name: 'Value format', value: valueFormat },
          { name: 'Partitions', value: partitions },
          { name: 'Replicas', value: replication },
          ...(windowType === null ? [] : [{ name: 'Window', value: windowType.toLowerCase() }]),
          ...(timestamp === '' ? [] : [{ name: 'Event time', value: timestamp }]),
        ]}
      />
      <Section title="Columns">
        <DataTable label="Columns" columns={COLUMNS} rows={source.fields} keyOf={(field) => field.name} />
      </Section>
      <Section title="Rows" note={source.type === 'TABLE' ? 'some of those that it has now' : 'the first of its topic'}>
        <SampleRows source={name} />
      </Section>
      <QueryLinks title="Written by" queries={source.writeQueries} />
      <QueryLinks title="Read by" queries={source.readQueries} />
      {(statistics !== '' || errorStats !== '') && (
        <Section title="Statistics">
          <p class="dim">{[statistics, errorStats].filter((text) => text !== '').join(' · ')}</p>
        </Section>
      )}
      <Section title="Statement">
        <pre class="code">{source.statement}</pre>
      </Section>
    </>
  )
}

function QueryLinks({ title, queries }: { readonly title: string; readonly queries: readonly RunningQuery[] }) {
  if (queries.length === 0) return null
  return (
    <Section title={title}>
      <ul class="links">
        {queries.map(({ id, queryString }) => (
          <li key={id}>
            <a class="mono" href={linkTo('queries', id)}>
              {id}
            </a>{' '}
            <code class="dim">{queryString}</code>
          </li>
        ))}
      </ul>
    </Section>
  )
}
