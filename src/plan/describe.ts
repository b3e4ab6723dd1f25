/** The execution plan as EXPLAIN prints it: a tree from the last step up to the sources. */
import { factsOf, type Step } from '../operators/index.ts'
import { inputsOf } from '../operators/inputs.ts'
import type { StepId, StepSchema } from '../operators/step.ts'
import { formatColumn } from '../types/schema.ts'
import type { PhysicalPlan } from './physical-plan.ts'

/** One line a step, inputs below and two tabs further in. `schemas`: what leaves each step. */
export function describePlan({ queryId, steps }: PhysicalPlan, schemas: ReadonlyMap<StepId, StepSchema>): string {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const lines: string[] = []
  const print = (step: Step, depth: number): void => {
    lines.push(`${'\t\t'.repeat(depth)} > ${describeStep(step, queryId, schemas)}`)
    for (const id of inputsOf(step)) print(byId.get(id)!, depth + 1)
  }
  for (const last of lastSteps(steps)) print(last, 0)
  return lines.join('\n')
}

/** Steps that feed no other; one, except where a plan writes on the side. */
function lastSteps(steps: readonly Step[]): Step[] {
  const feeding = new Set(steps.flatMap((step) => inputsOf(step)))
  return steps.filter(({ id }) => !feeding.has(id))
}

function describeStep(step: Step, queryId: string, schemas: ReadonlyMap<StepId, StepSchema>): string {
  const { key, value } = schemas.get(step.id)!
  const schema = [...key.map((column) => `${formatColumn(column)} KEY`), ...value.map(formatColumn)].join(', ')
  return `[ ${factsOf(step).label} ] | Schema: ${schema} | Logger: ${loggerOf(queryId, step.id)}`
}

/** Name of a step's logger in the processing log: the query's id and the step's path. */
export const loggerOf = (queryId: string, step: StepId): string => `${queryId}.${step.replaceAll('/', '.')}`
