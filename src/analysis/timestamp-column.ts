/** WITH (TIMESTAMP = ..., TIMESTAMP_FORMAT = ...). */
import { messageOf, StatementError } from '../errors.ts'
import { checkTimestampFormat } from '../functions/time-pattern.ts'
import type { TimestampColumn } from '../metastore/data-source.ts'
import { suggestion } from '../suggest.ts'
import type { Column } from '../types/schema.ts'
import type { WithProperties } from './with-properties.ts'

type TimestampProperties = Pick<WithProperties, 'timestamp' | 'timestampFormat' | 'location'>

export function timestampColumn(properties: TimestampProperties, columns: readonly Column[]): TimestampColumn | null {
  const { timestamp, timestampFormat, location } = properties
  if (timestamp === null) {
    if (timestampFormat === null) return null
    throw new StatementError("'TIMESTAMP_FORMAT' needs 'TIMESTAMP': name the column that holds the event time.", {
      location: location('TIMESTAMP_FORMAT'),
    })
  }
  const column = columns.find(({ name }) => name === timestamp)
  if (column === undefined) {
    const names = columns.map(({ name }) => name)
    throw new StatementError(
      `The TIMESTAMP column set in the WITH clause does not exist in the schema: '${timestamp}'` +
        suggestion(timestamp, names, { label: 'Columns', most: 30 }).replace(' ', '\n'),
      { location: location('TIMESTAMP') },
    )
  }
  checkType(column, properties)
  if (timestampFormat !== null) checkFormat(timestampFormat, properties)
  return { column: timestamp, format: timestampFormat }
}

function checkType({ name, type }: Column, { timestampFormat: format, location }: TimestampProperties): void {
  if (format === null && (type.kind === 'BIGINT' || type.kind === 'TIMESTAMP')) return
  if (format !== null && type.kind === 'STRING') return
  if (format !== null) {
    throw new StatementError(
      `A String timestamp field must be specified when setting a timestamp_format. Column \`${name}\` is ${type.kind}: leave the format out.`,
      { location: location('TIMESTAMP_FORMAT') },
    )
  }
  throw new StatementError(
    `Timestamp column, \`${name}\`, should be LONG(INT64), TIMESTAMP, or a String with a timestamp_format specified`,
    { location: location('TIMESTAMP') },
  )
}

/** A pattern that cannot be read would make every record a bad one. */
function checkFormat(format: string, { location }: TimestampProperties): void {
  try {
    checkTimestampFormat(format)
  } catch (error) {
    throw new StatementError(`TIMESTAMP_FORMAT '${format}' is not a pattern of dates and times: ${messageOf(error)}`, {
      location: location('TIMESTAMP_FORMAT'),
      cause: error,
    })
  }
}
