/**
 * CREATE OR REPLACE ... AS SELECT: whether a running query can continue, with its offsets and its state, as another plan. Filters may come,
 * go and change, projected columns may change or be added, aggregates may be added; what decides where a record or a state lies may not
 * change. Each step's definition says which of its properties are fixed (`StepFacts.upgrade`), as `ExecutionStep.validateUpgrade` of
 * ksqlDB does.
 */
import { StatementError } from '../../errors.ts'
import type { Metastore, QueryLink } from '../../metastore/metastore.ts'
import { factsOf, type Step } from '../../operators/index.ts'
import type { PhysicalPlan } from '../physical-plan.ts'

/** The query that OR REPLACE takes over; null if nothing writes `sink`. Throws StatementError if others write it, too. */
export function replacedQuery(sink: string, metastore: Metastore): QueryLink | null {
  const writers = [...metastore.queries.values()].filter(({ writes }) => writes === sink)
  const [writer] = writers
  if (writer === undefined) return null
  if (writers.length === 1 && writer.kind === 'CREATE_AS') return writer
  throw new StatementError(
    `REPLACE for sink ${sink} is not supported because there are ${writers.length === 1 ? 'other' : 'multiple'} queries writing ` +
      `into it: [${writers.map(({ queryId }) => queryId).join(', ')}]. Terminate them first.`,
  )
}

/** Throws StatementError if the state or the position of `existing` means nothing to `next`. */
export function checkQueryUpgrade(existing: PhysicalPlan, next: PhysicalPlan): void {
  const before = existing.steps.filter(isCompared)
  const after = next.steps.filter(isCompared)
  for (const step of [...before, ...after]) refuseUnsupported(step)
  before.forEach((step, i) => {
    const other = after[i]
    if (other?.kind !== step.kind)
      throw differs(step, 'type', peerName(step), other === undefined ? 'none' : peerName(other))
    compareStep(step, other)
  })
  const added = after[before.length]
  if (added !== undefined) throw differs(added, 'type', 'none', peerName(added))
}

const isCompared = (step: Step): boolean => factsOf(step).upgrade !== 'free'

function refuseUnsupported(step: Step): void {
  if (factsOf(step).upgrade !== 'refused') return
  throw new StatementError(`Upgrades not yet supported for ${peerName(step)}. Drop the source and create it again.`)
}

function peerName(step: Step): string {
  const { peerName: name } = factsOf(step)
  return typeof name === 'string' ? name : name(step)
}

function compareStep(step: Step, next: Step): void {
  const { upgrade } = factsOf(step)
  if (typeof upgrade === 'string') return
  for (const { property, before, after, peerName: name } of upgrade(step, next)) {
    if (before !== after) throw refusal(name ?? peerName(step), property, before, after)
  }
}

const differs = (step: Step, property: string, before: string, after: string): StatementError =>
  refusal(peerName(step), property, before, after)

const refusal = (name: string, property: string, before: string, after: string): StatementError =>
  new StatementError(
    `Query is not upgradeable. Plan step of type ${name} must have matching ${property}. Values differ: ${before} vs. ${after}`,
  )
