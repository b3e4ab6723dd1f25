/** Inputs whose rows are looked up by records of other inputs. At equal times they are read first, so that the row is there for the record. */
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
