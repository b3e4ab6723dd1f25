/** Whether a source's key columns are read downstream, or the key just passes through. */

import { factsOf, type Step } from '../operators/index.ts'
import { inputsOf } from '../operators/inputs.ts'
import type { SourceStep, StepId } from '../operators/step.ts'
import { FORMATS } from '../serde/index.ts'

/** False only if every record goes through steps that ignore its key to a sink that writes the key's bytes as they came. */
export function needsKey(source: SourceStep, steps: readonly Step[]): boolean {
  const needs = (id: StepId): boolean =>
    steps.some((step) => {
      if (!inputsOf(step).includes(id)) return false
      if (step.kind === 'sink') return !copiesKey(source, step)
      return factsOf(step).passesKey ? needs(step.id) : true
    })
  return needs(source.id)
}

/** Where a format has several ways to write a value, keys must be read and written again. */
function copiesKey(source: SourceStep, sink: Extract<Step, { kind: 'sink' }>): boolean {
  return (
    FORMATS[source.keyFormat.format].isCanonical &&
    sink.keyFormat.format === source.keyFormat.format &&
    source.window?.type === sink.window?.type &&
    source.key.length === 1 &&
    sink.key.length === 1 &&
    sink.timestamp === null
  )
}
