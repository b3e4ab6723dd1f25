/**
 * Bad records: records of a source whose key, value or time cannot be read. The treatment of one follows from its source (ON_ERROR), else
 * from the configuration. A dead letter is the record as it was, with headers that say where it was and what is wrong with it; they have
 * the names that Kafka Streams gives them (KIP-1034), and two more.
 */
import { type RecordBatchCursor, readHeaders } from '../../broker/record-batch-cursor.ts'
import type { BadRecordPolicy } from '../../metastore/data-source.ts'
import type { SourceStep } from '../../operators/step.ts'
import type { Header } from '../../types/record.ts'
import { deadLetterHeaders } from '../../types/record-headers.ts'
import { BadRecordError, type RecordPosition } from '../processing-error.ts'
import type { RecordCursor } from './record-cursor.ts'

/** What is wrong with a record. */
export interface ReadFault {
  readonly message: string
  readonly causes: readonly string[]
  readonly target: 'key' | 'value'
  /** The bytes that could not be read; absent where they could, but the time in them is none. */
  readonly bytes?: Uint8Array
}

/** A bad record with its bytes. */
export interface BadRecord {
  readonly position: RecordPosition
  /** Timestamp of the record in its topic, epoch ms. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
  readonly fault: ReadFault
}

type Config = (name: string) => string | undefined

/** How a source treats its bad records. A push query writes no dead letters: each subscriber would write them again. */
export function policyOf(
  { badRecords }: SourceStep,
  config: Config,
  { transient }: { transient: boolean },
): BadRecordPolicy {
  if (badRecords?.kind === 'deadLetter' && transient) return { kind: 'skip' }
  return badRecords ?? { kind: isOn(config('ksql.fail.on.deserialization.error')) ? 'fail' : 'skip' }
}

/** The error that stops the query at this record; null: the query continues. */
export function fatalError(
  position: RecordPosition,
  fault: ReadFault,
  { policy, config }: { readonly policy: BadRecordPolicy; readonly config: Config },
): BadRecordError | null {
  const { topic, partition, offset } = position
  const place = `offset ${offset} of partition ${partition} of topic ${topic}`
  const isTime = fault.bytes === undefined
  if (policy.kind === 'fail') {
    return new BadRecordError(
      `The ${isTime ? 'time' : fault.target} of the record at ${place} cannot be read: ${causeText(fault)}\n` +
        "The query stops at such a record. To go past it, create the source with ON_ERROR='SKIP' or 'DEAD_LETTER', then the query.",
    )
  }
  if (!isTime || !isOn(config('ksql.timestamp.throw.on.invalid'))) return null
  return new BadRecordError(
    `Fatal user code error in TimestampExtractor callback for record at ${place}: ${fault.message}`,
  )
}

/** Many messages say their cause already. */
const causeText = ({ message, causes }: ReadFault): string =>
  [message, ...causes.filter((cause) => !message.includes(cause))].join(' Caused by: ')

const isOn = (value: string | undefined): boolean => value?.toLowerCase() === 'true'

/** Copies the record, as the cursor and its bytes move on. */
export function badRecord(cursor: RecordCursor, position: RecordPosition, fault: ReadFault): BadRecord {
  const { timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor
  return {
    position,
    timestamp,
    key: keyEnd < 0 ? null : copyOf(cursor.buffer, keyStart, keyEnd),
    value: valueEnd < 0 ? null : copyOf(cursor.buffer, valueStart, valueEnd),
    headers: readHeaders(cursor as RecordBatchCursor) ?? [],
    fault,
  }
}

const copyOf = (buffer: Buffer, start: number, end: number): Uint8Array => new Uint8Array(buffer.subarray(start, end))

/** The record's own headers and those of the fault, all text. */
export function headersOfBadRecord({ position, timestamp, headers, fault }: BadRecord, queryId: string): Header[] {
  const added = deadLetterHeaders('query', {
    message: causeText(fault),
    topic: position.topic,
    partition: position.partition,
    offset: position.offset,
    timestamp,
    query: queryId,
  })
  return [...headers, ...added]
}
