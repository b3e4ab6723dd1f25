/** Which foreign-key joins keep their results: an operator that takes out what a row was before needs the old one, and their inputs do not have it. */
import type { Step } from '../operators/index.ts'
import { readsOldValue } from '../operators/old-value.ts'

export const withResultStores = (steps: readonly Step[]): readonly Step[] =>
  steps.map((step) =>
    step.kind === 'foreignKeyResolve' && readsOldValue(step.id, steps)
      ? { ...step, resultStore: step.store.replace(/left$/, 'results') }
      : step,
  )
