/** Dead letters as their headers tell of them. See docs/operations.md#bad-records. */
import type { BrowsedRecord } from '../../engine/requests.ts'
import { DEAD_LETTER_PREFIXES } from '../../types/record-headers.ts'
import type { RecordPlace } from './topic-place.ts'

export interface DeadLetter {
  /** Where the record failed. */
  readonly origin: RecordPlace
  readonly cause: string
  /** The query or connector that could not process it. */
  readonly by: string
}

/** Names of the headers, behind their prefix, that each kind of writer has for the same thing. */
const KINDS = [
  { prefix: DEAD_LETTER_PREFIXES.query, cause: 'message', by: 'query' },
  { prefix: DEAD_LETTER_PREFIXES.sink, cause: 'exception.message', by: 'connector.name' },
] as const

/** Null: the headers are not those of a dead letter. */
export function readDeadLetter(headers: BrowsedRecord['headers']): DeadLetter | null {
  const text = (name: string) => headers.findLast(([known]) => known === name)?.[1] ?? ''
  for (const { prefix, cause, by } of KINDS) {
    const topic = text(`${prefix}topic`)
    const partition = text(`${prefix}partition`)
    const offset = text(`${prefix}offset`)
    if (topic === '' || !/^\d+$/.test(partition) || !/^\d+$/.test(offset)) continue
    return {
      origin: { topic, partition: Number(partition), offset: Number(offset) },
      cause: text(prefix + cause),
      by: text(prefix + by),
    }
  }
  return null
}
