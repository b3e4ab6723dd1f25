/** Which repartitions have stream time read behind them, in their own sub-topology or in one that it feeds. */
import { factsOf, type Step } from '../operators/index.ts'
import type { StepId } from '../operators/step.ts'
import { isOperator, type SubTopology } from './topology.ts'

export function repartitionsByTime(topologies: readonly SubTopology[]): ReadonlySet<StepId> {
  const readerOf = (id: StepId): SubTopology => topologies.find(({ reads }) => reads.some((read) => read.id === id))!
  // A foreign-key join sends questions to another sub-topology, and answers come back: what was visited has its answer elsewhere.
  const usesTime = (topology: SubTopology, visited: Set<SubTopology>): boolean => {
    if (visited.has(topology)) return false
    visited.add(topology)
    return topology.steps.some((step) =>
      step.kind === 'repartition' ? usesTime(readerOf(step.id), visited) : usesStreamTime(step),
    )
  }
  const repartitions = topologies.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'repartition'))
  return new Set(repartitions.filter(({ id }) => usesTime(readerOf(id), new Set())).map(({ id }) => id))
}

function usesStreamTime(step: Step): boolean {
  if (!isOperator(step)) return false
  const { usesStreamTime } = factsOf(step)
  return typeof usesStreamTime === 'function' ? usesStreamTime(step) : usesStreamTime
}
