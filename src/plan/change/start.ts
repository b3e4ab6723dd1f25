/** Where a new version of a query begins to read: WITH (START = ...) of CREATE OR REPLACE. See docs/changing-queries.md#where-it-begins. */
import type { Start } from '../../analysis/with-properties.ts'
import { inputsOf } from '../../operators/inputs.ts'
import type { StepId } from '../../operators/step.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { isOperator, stepSchemas, storesOf } from '../topology.ts'

/** Where one source of a new version begins. `handover`: where the running query stands when the versions change places. */
export type ReadStart = 'handover' | 'earliest' | number

export interface SourceRead {
  readonly source: string
  readonly topic: string
  readonly from: ReadStart
}

/**
 * The topics that the plan reads, each once. A table is read whole: its rows are what the topic says of each key. A stream whose records go
 * into no state need not be read again.
 */
export function sourceReads(plan: PhysicalPlan, start: Exclude<Start, 'kept'>): SourceRead[] {
  const feeding = stepsThatFeedState(plan)
  const reads = new Map<string, SourceRead>()
  for (const step of plan.steps) {
    if (step.kind !== 'source') continue
    const from = step.sourceKind === 'table' ? 'earliest' : feeding.has(step.id) ? streamStart(start) : 'handover'
    const other = reads.get(step.topic)
    if (other === undefined || isEarlier(from, other.from))
      reads.set(step.topic, { source: step.source, topic: step.topic, from })
  }
  return [...reads.values()]
}

const streamStart = (start: Exclude<Start, 'kept'>): ReadStart => (start === 'latest' ? 'handover' : start)

const RANK = { earliest: 0, handover: 2 } as const

function isEarlier(one: ReadStart, other: ReadStart): boolean {
  if (typeof one === 'number' && typeof other === 'number') return one < other
  const rank = (start: ReadStart) => (typeof start === 'number' ? 1 : RANK[start])
  return rank(one) < rank(other)
}

/** Steps whose records some state depends on: the steps before a store. */
function stepsThatFeedState({ steps }: PhysicalPlan): ReadonlySet<StepId> {
  const schemas = stepSchemas(steps)
  const feeding = new Set<StepId>()
  for (const step of steps.toReversed()) {
    const keepsInput = isOperator(step) && storesOf(step, schemas).length > 0
    if (!keepsInput && !feeding.has(step.id)) continue
    for (const input of inputsOf(step)) {
      // The stream of a join with a table looks rows up and leaves nothing behind.
      const isLookup = step.kind === 'streamTableJoin' && input === inputsOf(step)[0] && !feeding.has(step.id)
      if (!isLookup) feeding.add(input)
    }
  }
  return feeding
}
