/** Inputs whose rows are looked up by those of others: of records of one time theirs go first, so that a row is there for the record that came with it. */
import { inputsOf } from '../operators/inputs.ts'
import type { StepId, StepSchema } from '../operators/step.ts'
import type { SubTopology } from './topology.ts'

/** Tables, and the right side of as-of joins. */
export function lookedUpInputs(
  { reads, steps }: SubTopology,
  schemas: ReadonlyMap<StepId, StepSchema>,
): ReadonlySet<StepId> {
  const found = new Set(reads.filter(({ id }) => schemas.get(id)!.kind === 'table').map(({ id }) => id))
  const behind = (id: StepId): void => {
    if (reads.some((read) => read.id === id)) found.add(id)
    else for (const input of inputsOf(steps.find((step) => step.id === id)!)) behind(input)
  }
  for (const step of steps) if (step.kind === 'asofJoin') behind(step.right)
  return found
}
