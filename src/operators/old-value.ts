/** Who needs `oldValue`: making it costs an aggregation a second row per record, and most tables end in a sink that ignores it. */
import type { Step } from './index.ts'
import { inputsOf } from './inputs.ts'
import type { StepId } from './step.ts'

/** True if some step that gets the records of step `id`, directly or through steps that only pass changes on, reads their old value. */
export function readsOldValue(id: StepId, steps: readonly Step[]): boolean {
  return steps.some((step) => {
    if (!inputsOf(step).includes(id)) return false
    return READERS.has(step.kind) || (PASSERS.has(step.kind) && readsOldValue(step.id, steps))
  })
}

const READERS: ReadonlySet<Step['kind']> = new Set(['tableFilter', 'tableGroupBy', 'tableAggregate'])
const PASSERS: ReadonlySet<Step['kind']> = new Set(['project', 'repartition'])
