/** Dead letters as their headers tell of them. See docs/operations.md#bad-records. */
import type { BrowsedRecord } from '../../engine/requests.ts'
import { deadLetterOrigin, deadLetterText, type RecordPlace } from '../../types/record-headers.ts'

export interface DeadLetter {
  /** Where the record failed. */
  readonly origin: RecordPlace
  readonly cause: string
  /** The query or connector that could not process it. */
  readonly by: string
}

/** Names of the headers, behind their prefix, that each kind of writer has for the same thing. */
const NAMES = {
  query: { cause: 'message', by: 'query' },
  sink: { cause: 'exception.message', by: 'connector.name' },
} as const

/** Null: the headers are not those of a dead letter. */
export function readDeadLetter(headers: BrowsedRecord['headers']): DeadLetter | null {
  const found = deadLetterOrigin(headers)
  if (found === null) return null
  const { writer, place } = found
  const text = (field: string) => deadLetterText(headers, writer, field)
  return { origin: place, cause: text(NAMES[writer].cause), by: text(NAMES[writer].by) }
}
