/** Which steps need `oldValue`: making it costs an aggregation a second row per record, and most tables end in a sink that ignores it. */
import { factsOf, type Step } from './index.ts'
import { inputsOf } from './inputs.ts'
import type { StepId } from './step.ts'

/** True if some step that gets the records of step `id`, directly or through steps that only pass changes on, reads their old value. */
export function readsOldValue(id: StepId, steps: readonly Step[]): boolean {
  return steps.some((step) => {
    if (!inputsOf(step).includes(id)) return false
    if (step.kind === 'subscriber' && step.readsOldValue === true) return true
    const { oldValue: fact } = factsOf(step)
    const oldValue = typeof fact === 'function' ? fact(step) : fact
    return oldValue === 'reads' || (oldValue === 'passes' && readsOldValue(step.id, steps))
  })
}
