/**
 * The last check of a plan, before anything is done with it: every column that a step reads by its place is there, in the row that the step
 * before leaves, with the name and the type that the planner thought. It finds mistakes of the planner, never of a statement; without it
 * such a query would run and give wrong values. As DataFusion's checks of its physical planner do.
 */
import { assert } from '../assert.ts'
import { type ColumnRead, expressionReads } from '../operators/column-read.ts'
import { factsOf, type Step } from '../operators/index.ts'
import { inputsOf } from '../operators/inputs.ts'
import type { StepSchema } from '../operators/step.ts'
import { formatColumn } from '../types/schema.ts'
import { equalTypes, formatType, quoteName } from '../types/sql-type.ts'
import type { PhysicalPlan } from './physical-plan.ts'
import { stepSchemas } from './topology.ts'

/** The plan itself. Throws an AssertionFailure that names the step and the column. */
export function checkPlan(plan: PhysicalPlan): PhysicalPlan {
  const schemas = stepSchemas(plan.steps)
  for (const step of plan.steps) {
    const inputs = inputsOf(step).map((id) => schemas.get(id)!)
    for (const read of columnsRead(step, inputs)) checkRead(step, read)
  }
  const kept = plan.materialization
  for (const id of kept === null ? [] : [kept.step, ...kept.stages])
    assert(schemas.has(id), `The table of ${plan.queryId} is read through step ${id}, which does not exist.`)
  return plan
}

/** A step with expressions has one input, on whose rows it evaluates them. */
function columnsRead(step: Step, inputs: readonly StepSchema[]): readonly ColumnRead[] {
  const { expressions, reads } = factsOf(step)
  return [...expressionReads(expressions(step), inputs[0]?.value ?? []), ...reads(step, inputs)]
}

function checkRead(step: Step, { row, index, name, type }: ColumnRead): void {
  const column = row[index]
  if (column !== undefined && (name === null || column.name === name) && equalTypes(column.type, type)) return
  const wanted = name === null ? `a column of type ${formatType(type)}` : `${quoteName(name)} ${formatType(type)}`
  const found = column === undefined ? `a row of length ${row.length} has nothing` : `${formatColumn(column)} is there`
  assert(false, `Step ${step.id} reads ${wanted} at place ${index} of its input, where ${found}.`)
}
