/** New keys for rows: their schema, and the group of a row. A group is the values of the GROUP BY expressions, or none where one of them is NULL or fails. */
import type { Row } from '../../types/value.ts'
import { compileColumn, type ReportingContext } from '../evaluate.ts'
import type { NamedExpression, StepSchema } from '../step.ts'

/** What leaves a step that gives the rows of its input another key. */
export const rekeyedSchema = (
  kind: StepSchema['kind'],
  key: readonly NamedExpression[],
  { value }: StepSchema,
): StepSchema => ({ kind, key: key.map(({ name, type }) => ({ name, type })), window: null, value })

export type Grouping = (row: Row) => Row | null

export function compileGrouping(key: readonly NamedExpression[], context: ReportingContext): Grouping {
  const evaluators = key.map((column, index) => compileColumn(column, index, context))
  const count = evaluators.length
  return (row) => {
    const group: Row = new Array(count)
    for (let i = 0; i < count; i++) {
      const value = evaluators[i]!(row)
      if (value === null) {
        context.reportError(`GROUP BY expression ${key[i]!.text} is NULL: the row is not aggregated.`)
        return null
      }
      group[i] = value
    }
    return group
  }
}
