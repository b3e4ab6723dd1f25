/** Records that queries could not process: which, where they are, and why. */
import { useMemo, useState } from 'preact/hooks'
import type { BrowsedTopic } from '../../engine/requests.ts'
import { foldable } from '../api/exact-json.ts'
import { getJson } from '../api/http.ts'
import { PROCESSING_LOG } from '../api/log-stream.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { timeText } from '../parts/format.ts'
import { Icon } from '../parts/icon.tsx'
import { JsonTree } from '../parts/json-tree.tsx'
import { Page } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { SearchField } from '../parts/search-field.tsx'
import { useOverview } from '../parts/use-overview.ts'
import { usePoll } from '../parts/use-poll.ts'
import { type LogEntry, readLogEntry } from './log-entries.ts'
import { SendAgain } from './send-again.tsx'
import { recordLink } from './topic-place.ts'

const POLL_MS = 3000
const ENTRIES = 200

export function ErrorsPage({ query }: { readonly query: string | null }) {
  const { overview, error } = useOverview()
  const log = overview?.sources.find(({ name }) => name === PROCESSING_LOG)
  return (
    <Page title={query === null ? 'Errors' : `Errors of ${query}`} error={error}>
      {query !== null && (
        <p>
          <a href={linkTo('errors')}>Show those of all queries</a>
        </p>
      )}
      {log !== undefined && <Entries topic={log.topic} query={query} />}
      {overview !== null && log === undefined && (
        <EmptyState icon="errors" title="The processing log is off">
          <p>
            With <code>ksql.logging.processing.stream.auto.create=true</code> the server writes each record that a query
            could not process to the stream <code>{PROCESSING_LOG}</code>.
          </p>
        </EmptyState>
      )}
    </Page>
  )
}

function Entries({ topic, query }: { readonly topic: string; readonly query: string | null }) {
  const [search, setSearch] = useState('')
  const path = `/console/api/topics/${encodeURIComponent(topic)}?limit=${ENTRIES}`
  const { data, error } = usePoll(path, POLL_MS, (signal) => getJson<BrowsedTopic>(path, { signal }))
  const known = useMemo(
    () => (data?.records ?? []).flatMap((record) => readLogEntry(record) ?? []).toReversed(),
    [data],
  )
  const entries = known
    .filter((entry) => query === null || entry.query === query)
    .filter((entry) => search === '' || JSON.stringify(entry).toLowerCase().includes(search.toLowerCase()))
  if (error !== null) return <p class="dim">{error}</p>
  return (
    <>
      <div class="toolbar boxed">
        <span class="dim">The newest {ENTRIES} entries of the processing log</span>
        <span class="spread" />
        <SearchField label="Find by query, topic, cause or record" class="filter" onSearch={setSearch} />
      </div>
      {data !== null && entries.length === 0 && (
        <EmptyState icon="check" title="No record has failed">
          <p>Records that a query cannot read or process appear here, with their cause.</p>
        </EmptyState>
      )}
      <ol class="records">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
    </>
  )
}

function Entry({ entry }: { readonly entry: LogEntry }) {
  const { time, query, step, message, causes, place, record, level } = entry
  return (
    <li>
      <details>
        <summary>
          <span class={`badge ${level === 'ERROR' ? 'bad' : 'warn'}`}>{level.toLowerCase()}</span>
          <time>{timeText(time)}</time>
          <code class="record-key">{query}</code>
          <span class="record-value">{causes.at(-1) ?? message}</span>
        </summary>
        <div class="record-full">
          <p>{message}</p>
          {causes.map((cause) => (
            <p key={cause} class="dim">
              {cause}
            </p>
          ))}
          <p class="flow">
            <a class="button" href={linkTo('queries', query)}>
              <Icon name="queries" /> {query}
              {step !== '' && `, step ${step}`}
            </a>
            {place !== null && (
              <a class="button" href={recordLink(place)}>
                <Icon name="topics" /> Record {place.partition}:{place.offset} of {place.topic}
              </a>
            )}
          </p>
          {place !== null && <SendAgain at={place} origin={place} cause={causes.at(-1) ?? message} />}
          {record !== null && (
            <>
              <div class="row-field-name">Record</div>
              <JsonTree value={foldable(record)} />
            </>
          )}
        </div>
      </details>
    </li>
  )
}
