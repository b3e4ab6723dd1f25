/** Content types and the choice among them. Source: rest.md 1; RFC 9110 12.5.1 (Accept). */
import { RequestError } from '../errors.ts'

export const KSQL_JSON = 'application/vnd.ksql.v1+json'
export const JSON_TYPE = 'application/json'
export const DELIMITED = 'application/vnd.ksqlapi.delimited.v1'
export const PLAIN_TEXT = 'text/plain; charset=utf-8'

/**
 * The offered type that the client likes best; among equals the first offered, which is also what a client without wishes gets.
 * Throws a RequestError (406) if it accepts none of them.
 */
export function chooseType(accept: string | undefined, offered: readonly [string, ...string[]]): string {
  if (accept === undefined || accept.trim() === '') return offered[0]
  const ranges = accept.split(',').map(readRange)
  const [best] = offered
    .map((type) => ({ type, quality: qualityOf(type, ranges) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
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

/** By the most specific range that covers the type. */
function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  const covering = [type, `${type.split('/')[0]}/*`, '*/*']
  for (const pattern of covering) {
    const range = ranges.find((candidate) => candidate.type === pattern)
    if (range !== undefined) return range.quality
  }
  return 0
}
