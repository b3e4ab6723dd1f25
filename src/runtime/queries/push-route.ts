/**
 * Push queries that differ only in the constant of `WHERE column = constant` share their tasks: a record is read, tested and encoded once,
 * and passes if some subscriber wants its value. The value travels behind the columns of the row, and says which subscribers get it.
 */
import type { Expression, LiteralExpression } from '../../expressions/expression.ts'
import type { Step } from '../../operators/index.ts'
import type { FilterStep } from '../../operators/stateless/filter.ts'
import type { ProjectStep } from '../../operators/stateless/project.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import type { Value } from '../../types/value.ts'
import type { PushRow } from '../query-runtime.ts'
import { wantedValue } from '../task/filter-index.ts'

export interface PushRoute {
  /** The plan without the constant. */
  readonly plan: PhysicalPlan
  /** Equal for plans that differ in their constants only. */
  readonly identity: readonly Step[]
  /** The constant. */
  readonly value: Value
}

/** Null: the query does not have the form `SELECT ... FROM stream WHERE column = constant [AND ...]`. */
export function routeOf(plan: PhysicalPlan): PushRoute | null {
  const [source, filter, project, subscriber, ...more] = plan.steps
  if (source?.kind !== 'source' || filter?.kind !== 'filter' || project?.kind !== 'project') return null
  if (subscriber?.kind !== 'subscriber' || more.length > 0) return null
  const wanted = wantedValue(filter.predicate)
  if (wanted === null) return null
  const { column, value } = wanted
  const routed: FilterStep = { ...filter, predicate: restOf(filter.predicate), wanted: column }
  const { name, type } = column
  const columns: ProjectStep['columns'] = [...project.columns, { name, type, expression: column, text: name }]
  const around = (step: FilterStep): Step[] => [source, step, { ...project, columns }, subscriber]
  return { plan: { ...plan, steps: around(routed) }, identity: around({ ...routed, text: '' }), value }
}

/** Takes the values off the rows. The rows by their value, in their order. */
export function rowsByValue(rows: readonly PushRow[]): Map<Value, PushRow[]> {
  const byValue = new Map<Value, PushRow[]>()
  for (const row of rows) {
    const value = row.row.pop()!
    const others = byValue.get(value)
    if (others === undefined) byValue.set(value, [row])
    else others.push(row)
  }
  return byValue
}

const TRUE: LiteralExpression = { kind: 'literal', type: { kind: 'BOOLEAN' }, value: true }

/** A chain of ANDs without its first condition. */
function restOf(predicate: Expression): Expression {
  if (predicate.kind !== 'logical') return TRUE
  const { left, right } = predicate
  return left.kind === 'logical' ? { ...predicate, left: restOf(left) } : right
}
