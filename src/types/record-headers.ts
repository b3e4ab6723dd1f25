/** The headers that Millrace adds to records. */
import type { Header } from './record.ts'

/**
 * What the headers of dead letters begin with. Those of queries say what Kafka Streams' headers say; those of sinks are the headers of Kafka
 * Connect's `DeadLetterQueueReporter`. Both have `topic`, `partition` and `offset`.
 */
export const DEAD_LETTER_PREFIXES = { query: '__streams.errors.', sink: '__connect.errors.' } as const

/**
 * Where a record stood that was sent again, as `topic-partition@offset`. Each send adds one, so that a record which was sent twice has two. See
 * docs/http-api.md#post-send-again.
 */
export const SENT_AGAIN_HEADER = '__millrace.sent.again.from'

/** Where a record stands. */
export interface RecordPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** The value of that header. */
export const placeText = ({ topic, partition, offset }: RecordPlace): string => `${topic}-${partition}@${offset}`

/** What wrote a dead letter. */
type DeadLetterWriter = keyof typeof DEAD_LETTER_PREFIXES

type HeaderTexts = readonly (readonly [name: string, text: string | null])[]

/** What the headers of a dead letter say of its record. */
export interface DeadLetterOrigin {
  readonly writer: DeadLetterWriter
  /** Where the record failed. */
  readonly place: RecordPlace
}

/** The headers of a dead letter, all text. Long texts, such as messages that quote the record, are cut: they must fit into a batch beside the record. */
export const deadLetterHeaders = (
  writer: DeadLetterWriter,
  fields: Readonly<Record<string, string | number>>,
): Header[] =>
  Object.entries(fields).map(([name, value]) => ({
    key: DEAD_LETTER_PREFIXES[writer] + name,
    value: Buffer.from(String(value).slice(0, MAX_HEADER_TEXT)),
  }))

/** Longest text of a header, UTF-16 code units: at most 24 KiB of UTF-8. */
const MAX_HEADER_TEXT = 8192

/** Null: these are not the headers of a dead letter. A record that failed several times has the headers of each failure; the last one counts. */
export function deadLetterOrigin(headers: HeaderTexts): DeadLetterOrigin | null {
  const writers = Object.keys(DEAD_LETTER_PREFIXES) as DeadLetterWriter[]
  const writerOf = (name: string) => writers.find((writer) => name === `${DEAD_LETTER_PREFIXES[writer]}topic`)
  const [name = ''] = headers.findLast(([known]) => writerOf(known) !== undefined) ?? []
  const writer = writerOf(name)
  if (writer === undefined) return null
  const text = (field: string) => deadLetterText(headers, writer, field)
  const [topic, partition, offset] = [text('topic'), text('partition'), text('offset')]
  if (topic === '' || !WHOLE_NUMBER.test(partition) || !WHOLE_NUMBER.test(offset)) return null
  return { writer, place: { topic, partition: Number(partition), offset: Number(offset) } }
}

/** What the last of the headers with this name, behind the prefix of the writer, says; empty: there is none. */
export const deadLetterText = (headers: HeaderTexts, writer: DeadLetterWriter, field: string): string =>
  headers.findLast(([name]) => name === DEAD_LETTER_PREFIXES[writer] + field)?.[1] ?? ''

const WHOLE_NUMBER = /^\d{1,15}$/
