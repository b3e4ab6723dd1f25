/** Bad records as they are sent again: what they hold, and whether they were sent before. */
import type { BrowsedRecord, BrowsedTopic, SentAgain } from '../../engine/requests.ts'
import { placeText, type RecordPlace, SENT_AGAIN_HEADER } from '../../types/record-headers.ts'
import { getJson, send } from '../api/http.ts'
import { topicPath } from './topic-place.ts'

/** A record that can be sent again. */
export interface Sendable {
  readonly record: BrowsedRecord
  /** Whether its value is text, so that another one can be written for it. */
  readonly isText: boolean
  /** Those of the newest records of its partition that are this one, sent again; the oldest first. */
  readonly earlier: readonly BrowsedRecord[]
}

/** How many records of the partition are searched for earlier sends. */
const SEARCHED = 500

/** `origin`: where the record stood at first. Resolves to null if it is not there any more. Rejects with a ServerError. */
export async function readSendable(
  at: RecordPlace,
  origin: RecordPlace,
  options: { readonly signal: AbortSignal },
): Promise<Sendable | null> {
  const { partition, offset } = at
  const newest = topicPath(origin.topic, { kind: 'newest', partition: origin.partition })
  const [found, searched] = await Promise.all([
    getJson<BrowsedTopic>(`${topicPath(at.topic, { kind: 'offset', partition, offset })}&limit=1`, options),
    getJson<BrowsedTopic>(`${newest}&limit=${SEARCHED}`, options),
  ])
  const [record] = found.records
  if (record === undefined || record.offset !== offset) return null
  return { record, isText: isTextFormat(found.valueFormat), earlier: sentFrom(origin, searched.records) }
}

/** Whether the first guess at a value's format is one that shows the value as it is. Source: ksqlDB's `RecordFormatter`. */
export const isTextFormat = (valueFormat: string): boolean => /^(?:JSON|KAFKA_STRING)(?: or |$)/.test(valueFormat)

/** The records that were sent again from this place. */
export function sentFrom(origin: RecordPlace, records: readonly BrowsedRecord[]): BrowsedRecord[] {
  const from = placeText(origin)
  return records.filter(({ headers }) => headers.some(([name, value]) => name === SENT_AGAIN_HEADER && value === from))
}

/** `value`: null for its own. Rejects with a ServerError. */
export async function sendAgain({ topic, partition, offset }: RecordPlace, value: string | null): Promise<SentAgain> {
  const body = JSON.stringify({ topic, partition, offset, ...(value !== null && { value }) })
  const response = await send('/send-again', { method: 'POST', body })
  return (await response.json()) as SentAgain
}
