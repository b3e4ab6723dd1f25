/**
 * How pull queries read a table that a query keeps: what its store holds is put through the stages between the store and the table, which
 * are pure: results of an aggregation, HAVING, the projection.
 */
import type { Window } from '../types/record.ts'
import type { Row } from '../types/value.ts'
import { factsOf, type Step } from './index.ts'
import type { OperatorContext } from './operator-context.ts'
import type { StepId, StepSchema } from './step.ts'
import type { ListView, ViewStage } from './step-facts.ts'

export interface MaterializedView {
  /** How entries give rows; null: each is one, under its key. */
  readonly list: ListView | null
  /** The table's row for one that the store has; null if HAVING leaves it out. `window`: of the row's key, if that is windowed. */
  readonly read: (key: Row, window: Window | null, row: Row) => { readonly key: Row; readonly value: Row } | null
}

/** What the plan says about the table (`Materialization` of a physical plan). */
export interface MaterializedStages {
  /** The step that owns the store. */
  readonly step: StepId
  /** Steps after it, in order: projections, filters of tables. */
  readonly stages: readonly StepId[]
}

/** `output`: the schema of the step that owns the store. Throws an Error if one of the stages is a step of another kind, or unknown. */
export function materializedView(
  { step, stages }: MaterializedStages,
  steps: readonly Step[],
  output: StepSchema,
  context: OperatorContext,
): MaterializedView {
  const keeper = findStep(step, steps)
  const list = factsOf(keeper).view?.list?.(keeper, output, context) ?? null
  const behind = stages.filter((id) => id !== step).map((id) => findStep(id, steps))
  const compiled = (list === null ? [keeper, ...behind] : behind).map((one) => compileStage(one, context))
  return {
    list,
    read(key, window, row) {
      let value: Row | null = row
      for (const stage of compiled) {
        value = stage(value, key, window)
        if (value === null) return null
      }
      return { key, value }
    },
  }
}

function findStep(id: StepId, steps: readonly Step[]): Step {
  const step = steps.find((candidate) => candidate.id === id)
  if (step === undefined) throw new Error(`The plan has no step ${id}`)
  return step
}

function compileStage(step: Step, context: OperatorContext): ViewStage {
  const { view } = factsOf(step)
  if (view === null) throw new Error(`Step ${step.id} of kind ${step.kind} cannot be read by a pull query`)
  return view.compile(step, context)
}
