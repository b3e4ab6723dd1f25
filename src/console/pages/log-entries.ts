/** Entries of the processing log. Source: ksqlDB's `ProcessingLogMessageSchema`. */
import type { BrowsedRecord } from '../../engine/requests.ts'
import type { RecordPlace } from '../../types/record-headers.ts'

export interface LogEntry {
  /** Partition and offset of the entry itself, in the log's topic. */
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  readonly level: string
  /** The query whose step failed. */
  readonly query: string
  readonly step: string
  readonly message: string
  readonly causes: readonly string[]
  /** Where the record is that could not be read; null: not known. */
  readonly place: RecordPlace | null
  /** The record, as far as the log has it; null: it has not. */
  readonly record: string | null
}

interface LoggedError {
  readonly errorMessage?: string
  readonly cause?: readonly string[]
  readonly topic?: string
  readonly partition?: number
  readonly offset?: number
  readonly recordB64?: string | null
  readonly record?: string | null
}

interface LoggedMessage {
  readonly [kind: string]: LoggedError | number | null | undefined
}

/** Null for a record that is no entry. */
export function readLogEntry({ partition, offset, timestamp, value }: BrowsedRecord): LogEntry | null {
  const entry = readObject(value)
  if (entry === null) return null
  const fields = new Map(Object.entries(entry).map(([name, field]) => [name.toLowerCase(), field]))
  const error = errorIn((fields.get('message') ?? {}) as LoggedMessage)
  if (error === null) return null
  const [query = '', ...step] = String(fields.get('logger') ?? '')
    .replace(/^processing\./, '')
    .split('.')
  const place = readPlace(error)
  return {
    id: `${partition}-${offset}`,
    time: Number(fields.get('time') ?? timestamp),
    level: String(fields.get('level') ?? 'ERROR'),
    query,
    step: step.join('/'),
    message: error.errorMessage ?? '',
    causes: error.cause ?? [],
    place,
    record: recordText(error),
  }
}

function readObject(text: string | null): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null
  } catch {
    return null
  }
}

/** The part of a message that is set; names are in the case of the stream's columns. */
function errorIn(message: LoggedMessage): LoggedError | null {
  const parts = Object.values(message).filter((part): part is LoggedError => typeof part === 'object' && part !== null)
  const [part] = parts
  if (part === undefined) return null
  const known = new Map(Object.entries(part).map(([name, field]) => [name.toLowerCase(), field]))
  const named = ['errorMessage', 'cause', 'topic', 'partition', 'offset', 'recordB64', 'record'] as const
  return Object.fromEntries(named.map((name) => [name, known.get(name.toLowerCase())])) as LoggedError
}

function readPlace({ topic, partition, offset }: LoggedError): LogEntry['place'] {
  if (topic === undefined || topic === null || typeof partition !== 'number' || typeof offset !== 'number') return null
  return { topic, partition, offset }
}

function recordText({ recordB64, record }: LoggedError): string | null {
  if (typeof recordB64 !== 'string') return record ?? null
  try {
    const bytes = Uint8Array.from(atob(recordB64), (character) => character.charCodeAt(0))
    return new TextDecoder().decode(bytes)
  } catch {
    return recordB64
  }
}
