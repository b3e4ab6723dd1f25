/** A record of a topic, which opens to its key, its value and its headers; a dead letter says what went wrong, too. */
import type { BrowsedRecord } from '../../engine/requests.ts'
import type { RecordPlace } from '../../types/record-headers.ts'
import { foldable } from '../api/exact-json.ts'
import { bytesText, timeText } from '../parts/format.ts'
import { Icon } from '../parts/icon.tsx'
import { JsonTree } from '../parts/json-tree.tsx'
import { type DeadLetter, readDeadLetter } from './dead-letter.ts'
import { SendAgain } from './send-again.tsx'
import { recordLink } from './topic-place.ts'

interface RecordItemProps {
  readonly topic: string
  readonly record: BrowsedRecord
  readonly isOpen: boolean
}

export function RecordItem({ topic, record, isOpen }: RecordItemProps) {
  const { partition, offset, timestamp, key, value, headers, bytes } = record
  const letter = readDeadLetter(headers)
  return (
    <li>
      <details open={isOpen}>
        <summary>
          <span class="record-place">
            {partition}:{offset}
          </span>
          <time>{timestamp < 0 ? 'no time' : timeText(timestamp)}</time>
          <code class="record-key">{key ?? 'null'}</code>
          <code class="record-value">{value ?? <span class="null">null (tombstone)</span>}</code>
        </summary>
        <div class="record-full">
          {letter !== null && <FailedBefore letter={letter} at={{ topic, partition, offset }} />}
          <div class="row-field-name">Key</div>
          <JsonTree value={foldable(key)} />
          <div class="row-field-name">
            Value <span class="dim">{bytesText(bytes)}</span>
          </div>
          <JsonTree value={foldable(value)} />
          {headers.length > 0 && <div class="row-field-name">Headers</div>}
          {headers.map(([name, text], i) => (
            <JsonTree key={i} name={name} value={text} />
          ))}
        </div>
      </details>
    </li>
  )
}

function FailedBefore({ letter, at }: { readonly letter: DeadLetter; readonly at: RecordPlace }) {
  const { origin, cause, by } = letter
  return (
    <>
      <p>{cause}</p>
      <p class="flow">
        <span class="dim">Failed in {by}</span>
        <a class="button" href={recordLink(origin)}>
          <Icon name="topics" /> Record {origin.partition}:{origin.offset} of {origin.topic}
        </a>
      </p>
      <SendAgain at={at} origin={origin} cause={cause} />
    </>
  )
}
