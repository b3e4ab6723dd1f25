/** Event time from a column: BIGINT and TIMESTAMP as they are, STRING by its pattern. */
import { timestampParser } from '../../functions/time-pattern.ts'
import type { TimestampColumn } from '../../metastore/data-source.ts'
import type { Value } from '../../types/value.ts'

/** Epoch ms of a column's value. Throws an Error for text that does not match, for NULL and for negative times. */
export function eventTime({ column, format }: TimestampColumn): (value: Value) => number {
  const parse = format === null ? Number : timestampParser(format, 'UTC')
  return (value) => {
    if (value === null) throw new Error(`Timestamp column ${column} is null`)
    const timestamp = parse(String(value))
    if (timestamp >= 0 && Number.isSafeInteger(timestamp)) return timestamp
    throw new Error(`Timestamp column ${column} holds a time that is negative or out of range: ${String(value)}`)
  }
}
