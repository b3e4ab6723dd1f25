/** WITH (TIMESTAMP = ..., TIMESTAMP_FORMAT = ...). */
import { StatementError } from '../errors.ts'
import type { TimestampColumn } from '../metastore/data-source.ts'
import type { Column } from '../types/schema.ts'
import type { WithProperties } from './with-properties.ts'

export function timestampColumn(
  { timestamp, timestampFormat }: Pick<WithProperties, 'timestamp' | 'timestampFormat'>,
  columns: readonly Column[],
): TimestampColumn | null {
  if (timestamp === null) {
    if (timestampFormat === null) return null
    throw new StatementError("'TIMESTAMP_FORMAT' needs 'TIMESTAMP': name the column that holds the event time.")
  }
  const column = columns.find(({ name }) => name === timestamp)
  if (column === undefined) {
    throw new StatementError(
      `The TIMESTAMP column set in the WITH clause does not exist in the schema: '${timestamp}'` +
        `\nColumns: ${columns.map(({ name }) => name).join(', ')}.`,
    )
  }
  checkType(column, timestampFormat)
  return { column: timestamp, format: timestampFormat }
}

function checkType({ name, type }: Column, format: string | null): void {
  if (format === null && (type.kind === 'BIGINT' || type.kind === 'TIMESTAMP')) return
  if (format !== null && type.kind === 'STRING') return
  if (format !== null) {
    throw new StatementError(
      `A String timestamp field must be specified when setting a timestamp_format. Column \`${name}\` is ${type.kind}: leave the format out.`,
    )
  }
  throw new StatementError(
    `Timestamp column, \`${name}\`, should be LONG(INT64), TIMESTAMP, or a String with a timestamp_format specified`,
  )
}
