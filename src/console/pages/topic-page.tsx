/** The records of a topic, from an offset, a time or the end. */
import { useState } from 'preact/hooks'
import type { BrowsedRecord, BrowsedTopic } from '../../engine/requests.ts'
import { formatString } from '../../sql/format-names.ts'
import { getJson } from '../api/http.ts'
import { Button } from '../parts/button.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { countOf, countText, timeText } from '../parts/format.ts'
import { Page } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { SearchField } from '../parts/search-field.tsx'
import { usePoll } from '../parts/use-poll.ts'
import { RecordItem } from './record-item.tsx'
import { type TopicPlace, topicPath } from './topic-place.ts'

const POLL_MS = 5000

interface TopicPageProps {
  readonly topic: string
  /** Where a link leads; the newest records otherwise. */
  readonly place: TopicPlace
}

export function TopicPage({ topic, place: linked }: TopicPageProps) {
  const [place, setPlace] = useState(linked)
  const [filter, setFilter] = useState('')
  const path = topicPath(topic, place)
  const { data, error, refresh } = usePoll(path, POLL_MS, (signal) => getJson<BrowsedTopic>(path, { signal }))
  const shown = (data?.records ?? []).filter(({ key, value, headers }) =>
    `${key} ${value} ${headers.flat().join(' ')}`.toLowerCase().includes(filter.toLowerCase()),
  )
  // The newest stand first; from a place on, records are read in their order.
  const ordered = place.kind === 'newest' ? shown.toReversed() : shown
  const total = data?.partitions.reduce((sum, { start, end }) => sum + end - start, 0) ?? 0
  return (
    <Page
      title={topic}
      back={{ href: linkTo('topics'), title: 'Topics' }}
      error={error}
      actions={
        <a
          class="button"
          href={`${linkTo('')}?sql=${encodeURIComponent(`PRINT ${formatString(topic)} FROM BEGINNING;`)}`}
        >
          Follow in the editor
        </a>
      }
    >
      <div class="toolbar boxed">
        <PlaceForm place={place} partitions={data?.partitions.length ?? 0} onChange={setPlace} />
        <SearchField label="Filter the records shown" class="filter" onSearch={setFilter} />
        <Button icon="search" onClick={refresh}>
          Read
        </Button>
      </div>
      {data !== null && (
        <p class="dim">
          {countText(total)} offsets in {countOf(data.partitions.length, 'partition')} · key {data.keyFormat} · value{' '}
          {data.valueFormat}
        </p>
      )}
      {data !== null && shown.length === 0 && (
        <EmptyState icon="topics" title={filter === '' ? 'There are no records from here on' : 'No record matches'} />
      )}
      <ol class="records">
        {ordered.map((record) => (
          <RecordItem
            key={`${record.partition}-${record.offset}`}
            topic={topic}
            record={record}
            isOpen={shown.length === 1 || isAt(record, linked)}
          />
        ))}
      </ol>
    </Page>
  )
}

const isAt = ({ partition, offset }: BrowsedRecord, place: TopicPlace): boolean =>
  place.kind === 'offset' && place.partition === partition && place.offset === offset

interface PlaceFormProps {
  readonly place: TopicPlace
  readonly partitions: number
  readonly onChange: (place: TopicPlace) => void
}

function PlaceForm({ place, partitions, onChange }: PlaceFormProps) {
  const { partition } = place
  return (
    <>
      <select
        aria-label="Which records"
        value={place.kind}
        onChange={(event) => {
          const kind = event.currentTarget.value
          if (kind === 'offset') onChange({ kind, partition, offset: 0 })
          else if (kind === 'timestamp') onChange({ kind, partition, timestamp: Date.now() - 3_600_000 })
          else onChange({ kind: 'newest', partition })
        }}
      >
        <option value="newest">the newest</option>
        <option value="offset">from an offset</option>
        <option value="timestamp">from a time</option>
      </select>
      {place.kind === 'offset' && (
        <input
          type="number"
          min={0}
          aria-label="Offset"
          value={place.offset}
          onChange={(event) =>
            onChange({ ...place, offset: Math.max(0, Math.floor(event.currentTarget.valueAsNumber || 0)) })
          }
        />
      )}
      {place.kind === 'timestamp' && (
        <input
          type="datetime-local"
          step={1}
          aria-label="Time"
          value={timeText(place.timestamp).replace(' ', 'T')}
          onChange={(event) => {
            const timestamp = new Date(event.currentTarget.value).getTime()
            if (Number.isFinite(timestamp)) onChange({ ...place, timestamp })
          }}
        />
      )}
      <select
        aria-label="Partition"
        value={partition ?? -1}
        onChange={(event) => {
          const chosen = Number(event.currentTarget.value)
          onChange({ ...place, partition: chosen < 0 ? null : chosen })
        }}
      >
        <option value={-1}>all partitions</option>
        {Array.from({ length: partitions }, (_, i) => (
          <option key={i} value={i}>
            partition {i}
          </option>
        ))}
      </select>
    </>
  )
}
