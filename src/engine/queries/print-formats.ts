/** Guesses the format of a topic's bytes for PRINT. Source: ksqlDB's `RecordFormatter`. */
import { readInt64 } from '../../serde/kafka.ts'
import { doubleToText } from '../../types/double-text.ts'
import { isPlainText } from '../../types/plain-text.ts'
import { formatTimestamp } from '../../types/time-text.ts'
import type { PrintSchemas } from './print-schemas.ts'

export type GuessedFormat = RegisteredFormat | PlainFormat

/** Formats whose payloads name a schema of the registry. */
type RegisteredFormat = 'AVRO' | 'PROTOBUF' | 'JSON_SR'

type PlainFormat =
  | 'JSON'
  | 'KAFKA_INT'
  | 'KAFKA_BIGINT'
  | 'KAFKA_DOUBLE'
  | 'TIME_WINDOWED(KAFKA_STRING)'
  | 'TIME_WINDOWED(KAFKA_BIGINT)'
  | 'TIME_WINDOWED(KAFKA_INT)'
  | 'SESSION_WINDOWED(KAFKA_STRING)'
  | 'KAFKA_STRING'

type Reader = (bytes: Buffer) => string | null

/** Each reader returns the text of bytes that may be in its format, otherwise null. The first that fits all bytes so far is shown. */
const READERS: { readonly [Format in PlainFormat]: Reader } = {
  JSON: (bytes) => (isJson(bytes) ? bytes.toString() : null),
  KAFKA_INT: (bytes) => (bytes.length === 4 && !isPlainText(bytes) ? String(bytes.readInt32BE(0)) : null),
  KAFKA_BIGINT: (bytes) => (bytes.length === 8 && !isPlainText(bytes) ? String(readInt64(bytes, 0)) : null),
  KAFKA_DOUBLE: (bytes) => (bytes.length === 8 && !isPlainText(bytes) ? doubleToText(bytes.readDoubleBE(0)) : null),
  'TIME_WINDOWED(KAFKA_STRING)': (bytes) => timeWindowed(bytes, READERS.KAFKA_STRING),
  'TIME_WINDOWED(KAFKA_BIGINT)': (bytes) => timeWindowed(bytes, READERS.KAFKA_BIGINT),
  'TIME_WINDOWED(KAFKA_INT)': (bytes) => timeWindowed(bytes, READERS.KAFKA_INT),
  'SESSION_WINDOWED(KAFKA_STRING)': sessionWindowed,
  KAFKA_STRING: (bytes) => (isPlainText(bytes) ? bytes.toString() : null),
}

const REGISTERED: readonly RegisteredFormat[] = ['AVRO', 'PROTOBUF', 'JSON_SR']
const FORMATS: readonly GuessedFormat[] = [...REGISTERED, ...(Object.keys(READERS) as PlainFormat[])]

/** A guess that narrows with each record. */
export class FormatGuess {
  readonly #schemas: PrintSchemas
  #candidates: readonly GuessedFormat[] = FORMATS
  #seen = false

  constructor(schemas: PrintSchemas) {
    this.#schemas = schemas
  }

  /** Whether there was anything to guess from. */
  get hasSeen(): boolean {
    return this.#seen
  }

  /** The format that fits everything seen so far; `MIXED` if none does. */
  get text(): string {
    if (!this.#seen) return '¯\\_(ツ)_/¯ - no data processed'
    return this.#candidates.length === 0 ? 'MIXED' : this.#candidates.join(' or ')
  }

  /** The bytes as text by the likeliest format. Throws SchemaNotLoaded where its schema must be fetched first. */
  read(bytes: Buffer | null): string {
    if (bytes === null) return '<null>'
    const candidates = this.#candidates.filter((format) => this.#text(format, bytes) !== null)
    const format = candidates[0] ?? FORMATS.find((candidate) => this.#text(candidate, bytes) !== null)
    this.#seen = true
    this.#candidates = candidates
    return format === undefined ? `0x${bytes.toString('hex')}` : this.#text(format, bytes)!
  }

  #text(format: GuessedFormat, bytes: Buffer): string | null {
    return isRegistered(format) ? this.#schemas.read(format, bytes) : READERS[format](bytes)
  }
}

const isRegistered = (format: GuessedFormat): format is RegisteredFormat =>
  REGISTERED.includes(format as RegisteredFormat)

function isJson(bytes: Buffer): boolean {
  const first = bytes[0]
  if (first !== BRACE && first !== BRACKET && first !== QUOTE) return false
  try {
    JSON.parse(bytes.toString())
    return true
  } catch {
    return false
  }
}

const BRACE = 0x7b
const BRACKET = 0x5b
const QUOTE = 0x22

/** A number counts as the start of a key's window only if it lies between 1980 and 2200. */
const isLikelyTime = (ms: number): boolean => ms > 315_532_800_000 && ms < 7_258_118_400_000

function timeWindowed(bytes: Buffer, inner: Reader): string | null {
  const at = bytes.length - 8
  if (at < 1) return null
  const start = Number(readInt64(bytes, at))
  const key = isLikelyTime(start) ? inner(bytes.subarray(0, at)) : null
  return key === null ? null : `[${key}@${formatTimestamp(start)}Z/-]`
}

function sessionWindowed(bytes: Buffer): string | null {
  const at = bytes.length - 16
  if (at < 1) return null
  const end = Number(readInt64(bytes, at))
  const start = Number(readInt64(bytes, at + 8))
  const key = isLikelyTime(start) && isLikelyTime(end) ? READERS.KAFKA_STRING(bytes.subarray(0, at)) : null
  return key === null ? null : `[${key}@${formatTimestamp(start)}Z/${formatTimestamp(end)}Z]`
}
