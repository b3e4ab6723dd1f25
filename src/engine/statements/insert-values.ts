/** INSERT INTO ... VALUES. See docs/sql.md#insert-into--values. */
import { messageOf, StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { withProvisionalSchemas } from '../../plan/schema-registration.ts'
import { encodeInsertedRow, type InsertedRow, planInsertValues } from '../../plan/statements/insert-values.ts'
import type { InsertValues } from '../../sql/ast/definitions.ts'
import type { EngineParts } from '../parts.ts'
import { checked, type EntityBody } from './handler.ts'

/** All rows are checked and encoded before the first is written. */
export const insertValues = checked<InsertValues>((statement, { planning, parts }) => {
  const store = insertRows(planInsertValues(statement, planning), parts)
  return async () => {
    const source = await store()
    return source.isDerived ? derivedWarning(source) : null
  }
})

/** Encodes rows of one source; the result stores them. Throws StatementError for values that the source's formats cannot hold. */
export function insertRows(
  rows: readonly InsertedRow[],
  parts: Pick<EngineParts, 'rows' | 'writable'>,
): () => Promise<DataSource> {
  const provisional = withProvisionalSchemas(rows[0]!.source)
  const checkedRecords = encoded(rows, provisional)
  return async () => {
    const source = await parts.writable.of(rows[0]!.source)
    const records = source === provisional ? checkedRecords : encoded(rows, source)
    try {
      await Promise.all(records.map(({ record, timestamp }) => parts.rows.send(source.topic, record, { timestamp })))
    } catch (error) {
      const reason = messageOf(error)
      throw new StatementError(`Failed to insert values into '${source.name}'. ${reason}`, { cause: error })
    }
    return source
  }
}

const encoded = (rows: readonly InsertedRow[], source: DataSource) =>
  rows.map((row) => ({ record: encodeInsertedRow({ ...row, source }), timestamp: row.timestamp }))

/** The rows of a query's own stream or table belong to the query, as far as its state and its readers are concerned. */
function derivedWarning({ name, kind }: DataSource): EntityBody {
  const effect =
    kind === 'TABLE'
      ? 'Pull queries do not see the row, and the next change of its key replaces it.'
      : 'The query does not know of the row.'
  return {
    '@type': 'warning_entity',
    message: `The row was written to ${name}, which a query fills. ${effect} To change what the query computes, insert into its sources.`,
  }
}
