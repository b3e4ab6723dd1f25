/** INSERT INTO ... VALUES. See docs/sql.md#insert-into--values. */
import { messageOf, StatementError } from '../../errors.ts'
import { encodeInsertedRow, planInsertValues } from '../../plan/statements/insert-values.ts'
import type { InsertValues } from '../../sql/ast.ts'
import { checked } from './handler.ts'

export const insertValues = checked<InsertValues>((statement, { planning, parts }) => {
  const row = planInsertValues(statement, planning)
  const record = encodeInsertedRow(row)
  return async () => {
    const { name, topic } = row.source
    try {
      await parts.rows.send(topic, record, { timestamp: row.timestamp })
    } catch (error) {
      const reason = messageOf(error)
      throw new StatementError(`Failed to insert values into '${name}'. ${reason}`, { cause: error })
    }
    return null
  }
})
