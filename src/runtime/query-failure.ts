/** Turns what was thrown into the reason for which a query stopped. */
import { BrokerError, type BrokerErrorCode } from '../broker/broker-error.ts'
import { isDiskFull } from '../errors.ts'
import { StateDamagedError } from '../state/lmdb/state-damaged-error.ts'
import { OffsetsLostError } from './offsets-lost-error.ts'
import { BadRecordError } from './processing-error.ts'
import type { QueryFailure } from './query-runtime.ts'
import { StateLostError } from './state-lost-error.ts'

/** Faults that the author of the query, or the owner of its topics, can cure. */
const OF_THE_USER: ReadonlySet<BrokerErrorCode> = new Set(['UNKNOWN_TOPIC', 'AUTHORIZATION_FAILED', 'RECORD_TOO_LARGE'])

/** `time`: epoch ms. Source: ksqlDB's QueryErrorClassifier: missing topics, authorization and bad data are faults of the user. */
export function failureOf(error: unknown, time: number): QueryFailure {
  const failure: QueryFailure = { time, type: typeOf(error), message: failureText(error) }
  if (error instanceof OffsetsLostError) return { ...failure, lostOffsets: error.lost }
  return error instanceof StateLostError ? { ...failure, isStateLost: true } : failure
}

function typeOf(error: unknown): QueryFailure['type'] {
  if (error instanceof BadRecordError || error instanceof OffsetsLostError) return 'USER'
  if (error instanceof BrokerError) return OF_THE_USER.has(error.code) ? 'USER' : 'SYSTEM'
  if (isDiskFull(error) || error instanceof StateLostError || error instanceof StateDamagedError) return 'SYSTEM'
  if (error instanceof Error && error.name === 'AssertionFailure') return 'SYSTEM'
  return 'UNKNOWN'
}

function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const causes: string[] = []
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) causes.push(` Caused by: ${cause.message}`)
  const text = error.message + causes.join('')
  // The log's own errors say so in their messages.
  return isDiskFull(error) ? `No space is left on the disk for the query's state. Free some. Caused by: ${text}` : text
}
