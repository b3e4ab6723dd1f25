/** Columns of a relation as expressions, and more columns behind its own. */
import type { NamedExpression } from '../../operators/step.ts'
import { keySchema, type PlanBuilder, type Relation } from '../builder.ts'

/** A column of the row as an expression. */
export function columnOf(name: string, { columns }: Pick<Relation, 'columns'>): NamedExpression {
  const index = columns.findIndex((column) => column.name === name)
  const { type } = columns[index]!
  return { name, type, expression: { kind: 'column', type, index, name }, text: name }
}

/** The relation with the columns `added` behind its own; the relation itself if there are none. */
export function addColumns(
  id: string,
  added: readonly NamedExpression[],
  input: Relation,
  builder: PlanBuilder,
): Relation {
  if (added.length === 0) return input
  const columns = [...input.columns.map(({ name }) => columnOf(name, input)), ...added]
  const step = builder.add({ kind: 'project', id, input: input.step, key: keySchema(input), columns })
  return { ...input, step, columns: columns.map(({ name, type }) => ({ name, type })) }
}
