/**
 * The difference between two plans of one query, step by step: what CREATE OR REPLACE keeps of a running query, and what it drops, adds or
 * builds again. Steps have ids by their role, so that the steps of two plans that do the same work have the same id.
 */
import type { Step } from '../../operators/index.ts'
import { factsOf } from '../../operators/index.ts'
import { inputsOf } from '../../operators/inputs.ts'
import type { StepId, StepSchema } from '../../operators/step.ts'
import { formatColumn } from '../../types/schema.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { isOperator, stepSchemas, storesOf } from '../topology.ts'

/**
 * `kept`: the query takes over the running query's state and positions. `rebuilt`: it runs beside the running query, with state of its own,
 * until it has come as far.
 */
export type ChangeWay = 'kept' | 'rebuilt'

/**
 * `kept`: the step does what it did, with the state that it has. `changed`: it has no state, or keeps it, and computes something else.
 * `reset`: its state is built again. `backfilled`: it is new, and its state is built. `added`: it is new and has no state. `removed`: it
 * goes, and its state with it.
 */
export type StepFate = 'kept' | 'changed' | 'reset' | 'backfilled' | 'added' | 'removed'

export interface StepChange {
  readonly step: StepId
  /** What EXPLAIN calls the step. */
  readonly label: string
  readonly fate: StepFate
  /** Names of the stores whose state the fate is about. */
  readonly stores: readonly string[]
  /** What differs, a short text each: `+ COUNT(*)`, `- (V > 2)`. */
  readonly details: readonly string[]
}

/** The steps of the new plan in its order, then those that only the former one had. */
export function diffPlans(before: PhysicalPlan, after: PhysicalPlan, way: ChangeWay): StepChange[] {
  const former = described(before)
  const next = described(after)
  const changed = [...next.values()].map((step) => changeOf(former.get(keyOf(step.step)), step, way))
  const removed = [...former.values()].filter(({ step }) => !next.has(keyOf(step)))
  return [...changed, ...removed.map((step) => change(step, 'removed', []))]
}

interface DescribedStep {
  readonly step: Step
  readonly schema: StepSchema
  readonly stores: readonly string[]
}

const keyOf = ({ kind, id }: Step): string => `${kind} ${id}`

function described({ steps }: PhysicalPlan): Map<string, DescribedStep> {
  const schemas = stepSchemas(steps)
  return new Map(
    steps.map((step) => {
      const stores = isOperator(step) ? storesOf(step, schemas).map(({ name }) => name) : []
      return [keyOf(step), { step, schema: schemas.get(step.id)!, stores }]
    }),
  )
}

function changeOf(former: DescribedStep | undefined, next: DescribedStep, way: ChangeWay): StepChange {
  const hasState = next.stores.length > 0
  if (former === undefined) return change(next, hasState ? 'backfilled' : 'added', textsOf(next.step))
  const isSame = fingerprint(former.step) === fingerprint(next.step)
  const details = isSame ? [] : differences(former, next)
  if (hasState && way === 'rebuilt') return change(next, 'reset', details)
  return change(next, isSame ? 'kept' : 'changed', details)
}

const change = ({ step, stores }: DescribedStep, fate: StepFate, details: readonly string[]): StepChange => ({
  step: step.id,
  label: factsOf(step).label,
  fate,
  stores,
  details,
})

/** What the step computes, without what only links it to its neighbours: their ids, and the places of columns in their rows. */
function fingerprint(step: Step): string {
  const links = new Set<unknown>(inputsOf(step))
  return JSON.stringify(step, (key, value: unknown) => {
    if (links.has(value) || isColumnPlace(key, value)) return null
    if (step.kind === 'source' && key === 'columns') return null
    if (value instanceof Map) return [...value]
    return typeof value === 'bigint' ? `${value}n` : value
  })
}

const isColumnPlace = (key: string, value: unknown): boolean => key === 'index' && typeof value === 'number'

function differences(former: DescribedStep, next: DescribedStep): string[] {
  const texts = listDifferences(textsOf(former.step), textsOf(next.step))
  const columns = listDifferences(columnsOf(former.schema), columnsOf(next.schema))
  if (texts.length > 0) return next.step.kind === 'sink' ? columns : texts
  if (columns.length > 0) return columns
  return propertyDifferences(former.step, next.step)
}

const columnsOf = ({ key, value }: StepSchema): string[] => [
  ...key.map((column) => `${formatColumn(column)} KEY`),
  ...value.map(formatColumn),
]

function listDifferences(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...after.filter((text) => !before.includes(text)).map((text) => `+ ${text}`),
    ...before.filter((text) => !after.includes(text)).map((text) => `- ${text}`),
  ]
}

/** The SQL in a step: of its expressions, conditions and calls. */
function textsOf(step: Step): string[] {
  const texts: string[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    const { text, name } = value as { readonly text?: unknown; readonly name?: unknown }
    if (typeof text === 'string') texts.push(typeof name === 'string' && name !== text ? `${text} AS ${name}` : text)
    else for (const item of Object.values(value)) visit(item)
  }
  const { text, ...rest } = step as Step & { readonly text?: string }
  if (text !== undefined) texts.push(text)
  visit(rest)
  return texts
}

function propertyDifferences(former: Step, next: Step): string[] {
  const before = former as unknown as Readonly<Record<string, unknown>>
  const after = next as unknown as Readonly<Record<string, unknown>>
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .filter((name) => name !== 'columns' && !inputsOf(next).includes(String(after[name])))
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name}: ${shown(before[name])} -> ${shown(after[name])}`)
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none')
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}...`
}

const MAX_SHOWN = 120
