/** State that grows with the records of a stream, for as long as the query runs: what it holds, and how it is bounded. */
import { keepsValues } from '../operators/changes/change-aggregate.ts'
import type { Step } from '../operators/index.ts'
import { inputsOf } from '../operators/inputs.ts'
import type { StepId, StepSchema } from '../operators/step.ts'
import type { PhysicalPlan } from './physical-plan.ts'
import { stepSchemas } from './topology.ts'

/** A sentence for each step of such state. */
export function growingState({ steps }: Pick<PhysicalPlan, 'steps'>): string[] {
  const schemas = stepSchemas(steps)
  const windowed = behindWindows(steps)
  return steps.flatMap((step) => {
    const inputs = inputsOf(step).map((id) => schemas.get(id)!)
    const held = heldBy(step, inputs) ?? (windowed.has(step.id) ? windowsHeldBy(step) : null)
    if (held === null) return []
    return [
      `The state of ${step.id} grows with ${held}. To bound it, end the query with STATE TTL and a time: STATE TTL 7 DAYS.`,
    ]
  })
}

/** Steps that read what an aggregation over windows gives. */
function behindWindows(steps: readonly Step[]): ReadonlySet<StepId> {
  const behind = new Set<StepId>()
  for (const step of steps) {
    if (step.kind === 'windowedAggregate' || inputsOf(step).some((id) => behind.has(id))) behind.add(step.id)
  }
  return behind
}

/** An aggregation drops windows that are past their retention; what was made of them stays. */
const windowsHeldBy = (step: Step): string | null =>
  (step.kind === 'over' || step.kind === 'changeJoin' || step.kind === 'changeAggregate') && step.ttlMs === null
    ? 'the windows of the query in FROM'
    : null

const isStream = ({ kind }: StepSchema): boolean => kind === 'stream'

function heldBy(step: Step, inputs: readonly StepSchema[]): string | null {
  switch (step.kind) {
    case 'changeJoin':
      return step.ttlMs === null && inputs.some(isStream) ? 'the records of the streams that it joins' : null
    case 'asofJoin':
      return step.ttlMs === null ? 'the versions of the rows of the table that it joins' : null
    case 'over':
      return step.ttlMs === null && inputs.some(isStream) && step.limit === null ? 'the records of the stream' : null
    case 'combineRows':
      return step.ttlMs === null && inputs.some(isStream) ? 'the different rows of the streams' : null
    case 'changeAggregate': {
      if (step.ttlMs !== null || !inputs.some(isStream)) return null
      if (step.functions.length === 0) return 'the different rows of the stream'
      return keepsValues(step) ? 'the different values of each group' : null
    }
    default:
      return null
  }
}
