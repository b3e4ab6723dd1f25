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

/** Why a query cannot continue as another plan. */
export interface UpgradeProblem {
  readonly reason: string
  /** What to do on a server that builds no new version beside the query; null: the reason says it. */
  readonly advice: string | null
}

/** Throws StatementError if the state or the position of `existing` means nothing to `next`. */
export function checkQueryUpgrade(existing: PhysicalPlan, next: PhysicalPlan): void {
  const problem = queryUpgradeProblem(existing, next)
  if (problem === null) return
  const { reason, advice } = problem
  throw new StatementError(advice === null ? reason : `${reason} ${advice}`)
}

/** Null: `next` can continue with the state and the positions of `existing`. */
export function queryUpgradeProblem(existing: PhysicalPlan, next: PhysicalPlan): UpgradeProblem | null {
  const before = existing.steps.filter(isCompared)
  const after = next.steps.filter(isCompared)
  const unsupported = [...before, ...after].find((step) => factsOf(step).upgrade === 'refused')
  if (unsupported !== undefined) {
    const reason = `Upgrades not yet supported for ${peerName(unsupported)}.`
    return { reason, advice: 'Drop the source and create it again.' }
  }
  for (const [i, step] of before.entries()) {
    const reason = stepProblem(step, after[i])
    if (reason !== null) return { reason, advice: null }
  }
  const added = after[before.length]
  return added === undefined ? null : { reason: differs(added, 'type', 'none', peerName(added)), advice: null }
}

const isCompared = (step: Step): boolean => factsOf(step).upgrade !== 'free'

function peerName(step: Step): string {
  const { peerName: name } = factsOf(step)
  return typeof name === 'string' ? name : name(step)
}

function stepProblem(step: Step, next: Step | undefined): string | null {
  if (next?.kind !== step.kind)
    return differs(step, 'type', peerName(step), next === undefined ? 'none' : peerName(next))
  const { upgrade } = factsOf(step)
  if (typeof upgrade === 'string') return null
  const changed = upgrade(step, next).find(({ before, after }) => before !== after)
  if (changed === undefined) return null
  const { property, before, after, peerName: name } = changed
  return differenceText(name ?? peerName(step), property, before, after)
}

const differs = (step: Step, property: string, before: string, after: string): string =>
  differenceText(peerName(step), property, before, after)

const differenceText = (name: string, property: string, before: string, after: string): string =>
  `Query is not upgradeable. Plan step of type ${name} must have matching ${property}. Values differ: ${before} vs. ${after}`
