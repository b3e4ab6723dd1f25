/** Content types, and the choice among them by the header Accept (RFC 9110 12.5.1). */
import { RequestError } from '../errors.ts'

export const KSQL_JSON = 'application/vnd.ksql.v1+json'
/** JSON whose rows are Protobuf messages in base64. */
export const KSQL_PROTOBUF = 'application/vnd.ksql.v1+protobuf'
export const JSON_TYPE = 'application/json'
export const DELIMITED = 'application/vnd.ksqlapi.delimited.v1'

/**
 * The offered type that the client prefers: by quality, then by how specific the range is that covers it, then by the client's order, then
 * by the order of `offered`, whose first a client without preferences gets. Throws a RequestError (406) if the client accepts none.
 */
export function chooseType(accept: string | undefined, offered: readonly [string, ...string[]]): string {
  if (accept === undefined || accept.trim() === '') return offered[0]
  const question = `${accept}\n${offered.join()}`
  const known = CHOSEN.get(question)
  if (known !== undefined) return known
  const chosen = bestType(accept, offered)
  if (CHOSEN.size < MAX_CHOSEN && question.length <= MAX_QUESTION) CHOSEN.set(question, chosen)
  return chosen
}

/** Choices so far: a client mostly sends the same header. */
const CHOSEN = new Map<string, string>()
const MAX_CHOSEN = 100
const MAX_QUESTION = 1000

function bestType(accept: string, offered: readonly [string, ...string[]]): string {
  const ranges = accept.split(',').map(readRange)
  const [best] = offered
    .map((type) => ({ type, ...preferenceFor(type, ranges) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.breadth - b.breadth || a.position - b.position)
  if (best !== undefined) return best.type
  throw new RequestError(
    'NOT_ACCEPTABLE',
    `Not acceptable: ${accept}. This endpoint answers with ${offered.join(' or ')}.`,
  )
}

interface MediaRange {
  readonly type: string
  readonly quality: number
}

function readRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  const value = quality === undefined ? 1 : Number(quality.slice(2))
  return { type, quality: Number.isNaN(value) ? 0 : value }
}

interface Preference {
  readonly quality: number
  /** 0: the range names the type; 1: a wildcard for the subtype; 2: a wildcard for all. */
  readonly breadth: number
  /** Place of the range in the client's list. */
  readonly position: number
}

const REFUSED: Preference = { quality: 0, breadth: 0, position: 0 }

/** The most specific range that covers the type decides. */
function preferenceFor(type: string, ranges: readonly MediaRange[]): Preference {
  const covering = [type, `${type.split('/')[0]}/*`, '*/*']
  for (const [breadth, pattern] of covering.entries()) {
    const position = ranges.findIndex((candidate) => candidate.type === pattern)
    if (position !== -1) return { quality: ranges[position]!.quality, breadth, position }
  }
  return REFUSED
}
