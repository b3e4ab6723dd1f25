/**
 * Sends a bad record to its topic again, once what it failed for was mended, or with another value. A bad record stands in its own topic; a
 * dead letter stands elsewhere, with headers that say where the record was.
 */
import type { Broker, TopicDescription } from '../../broker/broker.ts'
import { type CopiedRecord, copyRecord } from '../../broker/copied-record.ts'
import { readTopicRange } from '../../broker/topic-range.ts'
import type { Timer } from '../../clock.ts'
import { RequestError, StatementError } from '../../errors.ts'
import { checkInsertsEnabled, checkTakesRecords, type InsertContext } from '../../plan/statements/insert-values.ts'
import { isPlainText } from '../../types/plain-text.ts'
import type { Header } from '../../types/record.ts'
import {
  DEAD_LETTER_PREFIXES,
  deadLetterOrigin,
  placeText,
  type RecordPlace,
  SENT_AGAIN_HEADER,
} from '../../types/record-headers.ts'
import type { SendAgainRequest, SentAgain } from '../requests.ts'
import { existingTopic, noPartition } from '../topics.ts'
import type { RowProducer } from './row-producer.ts'

const PREFIXES = Object.values(DEAD_LETTER_PREFIXES)

export interface SendAgainParts {
  readonly broker: Broker
  readonly timer: Timer
  readonly rows: RowProducer
  readonly planning: Pick<InsertContext, 'metastore' | 'config'>
}

/**
 * The record keeps its key, its time, its partition, and its own headers. Resolves when it is stored. Throws RequestError for a record that
 * does not exist or whose value is not text that could be replaced, StatementError for a topic whose streams and tables take no rows.
 */
export async function sendAgain(request: SendAgainRequest, parts: SendAgainParts): Promise<SentAgain> {
  const { broker, rows, planning } = parts
  checkInsertsEnabled(planning.config)
  const description = await existingTopic(request.topic, broker)
  const record = await storedRecord(request, description, parts)
  const origin = originOf(record.headers) ?? request
  checkTarget(origin.topic, planning)
  const target = origin.topic === request.topic ? description : await existingTopic(origin.topic, broker)
  if (origin.partition >= target.partitions) {
    throw new RequestError(
      'BAD_REQUEST',
      `Topic ${origin.topic} has no partition ${origin.partition}, from which the record came, but 0 to ${target.partitions - 1}.`,
    )
  }
  const from = placeText(origin)
  const sent = { key: record.key, value: valueToSend(record.value, request.value) }
  const headers = [...ownHeaders(record.headers), { key: SENT_AGAIN_HEADER, value: Buffer.from(from) }]
  const timestamp = record.timestamp < 0 ? null : record.timestamp
  await rows.send(origin.topic, sent, { timestamp, partition: origin.partition, headers })
  return { topic: origin.topic, partition: origin.partition, from }
}

async function storedRecord(
  { topic, partition, offset }: RecordPlace,
  { partitions }: TopicDescription,
  { broker, timer }: SendAgainParts,
): Promise<CopiedRecord> {
  if (partition >= partitions) throw noPartition(topic, partition, partitions)
  const [starts, ends] = await Promise.all([broker.startOffsets(topic), broker.endOffsets(topic)])
  const start = starts[partition]!.offset
  const end = ends[partition]!.offset
  let found: CopiedRecord | null = null
  if (offset >= start && offset < end) {
    const range = { topic, from: [{ partition, offset }], ends, limit: 1 }
    await readTopicRange(range, { broker, timer }, (cursor) => {
      if (cursor.offset === offset) found = copyRecord(cursor)
    })
  }
  if (found !== null) return found
  throw new RequestError(
    'NOT_FOUND',
    `Topic ${topic} has no record at offset ${offset} of partition ${partition}. Its offsets are ${start} to ${end - 1}.`,
  )
}

/** Where the record of a dead letter was; null: the headers are not those of a dead letter. */
const originOf = (headers: readonly Header[]): RecordPlace | null =>
  deadLetterOrigin(headers.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()]))
    ?.place ?? null

const ownHeaders = (headers: readonly Header[]): readonly Header[] =>
  headers.filter(({ key }) => !PREFIXES.some((prefix) => key.startsWith(prefix)))

/** Some stream or table over the topic must take rows, so that no one reaches more topics than by INSERT. */
function checkTarget(topic: string, { metastore, config }: SendAgainParts['planning']): void {
  const sources = [...metastore.sources.values()].filter((source) => source.topic === topic)
  const refusals = sources.map((source) => {
    try {
      checkTakesRecords(source, config)
      return null
    } catch (error) {
      return error
    }
  })
  if (refusals.includes(null)) return
  if (refusals.length > 0) throw refusals[0]
  throw new StatementError(
    `No stream or table reads topic ${topic}, so records cannot be sent to it. Create one over it first.`,
  )
}

/** Throws RequestError where text would replace bytes of a format that is not text. */
function valueToSend(own: Buffer | null, given: string | null): Buffer | null {
  if (given === null) return own
  if (own !== null && !isPlainText(own)) {
    throw new RequestError(
      'BAD_REQUEST',
      'The value of this record is not text, so it cannot be replaced by one. Send the record without a value to send its own.',
    )
  }
  return Buffer.from(given)
}
