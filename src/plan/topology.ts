/**
 * From the steps of a plan to its sub-topologies: the parts between topics, cut at repartitions. A repartition step belongs to two: one
 * writes its internal topic, the other reads it. Steps that share a store stay together, as the store belongs to one task.
 */
import { assert } from '../assert.ts'
import { OPERATORS, type OperatorStep, type Step } from '../operators/index.ts'
import { inputsOf } from '../operators/inputs.ts'
import type { OperatorDefinition } from '../operators/operator.ts'
import type { RepartitionStep, SourceStep, StepId, StepSchema } from '../operators/step.ts'
import type { StoreDeclaration } from '../state/store.ts'
import type { PhysicalPlan } from './physical-plan.ts'

export interface SubTopology {
  /** From 0, in the order in which they first appear in the plan; part of task names. */
  readonly index: number
  /** Where its records come from: topics of sources, and internal topics. */
  readonly reads: readonly (SourceStep | RepartitionStep)[]
  /** All other steps, feeding steps first; a repartition here is one that it writes. */
  readonly steps: readonly Exclude<Step, SourceStep>[]
}

export function isOperator(step: Step): step is OperatorStep {
  return step.kind in OPERATORS
}

/** What leaves each step. */
export function stepSchemas(steps: readonly Step[]): ReadonlyMap<StepId, StepSchema> {
  const schemas = new Map<StepId, StepSchema>()
  const schemaOf = (id: StepId): StepSchema => {
    const schema = schemas.get(id)
    assert(schema !== undefined, `step ${id} comes after one that it feeds`)
    return schema
  }
  for (const step of steps) schemas.set(step.id, schemaAfter(step, schemaOf))
  return schemas
}

function schemaAfter(step: Step, schemaOf: (id: StepId) => StepSchema): StepSchema {
  if (step.kind === 'source') {
    const { sourceKind, key, window, columns } = step
    return { kind: sourceKind, key, window, value: columns.map(({ name, type }) => ({ name, type })) }
  }
  if (!isOperator(step)) return schemaOf(step.input)
  return definitionOf(step).schema(step, inputsOf(step).map(schemaOf))
}

/** The definition of a step's kind. The cast relates the two, which the types of a table by kind cannot. */
export const definitionOf = <S extends OperatorStep>(step: S): OperatorDefinition<S> =>
  OPERATORS[step.kind] as unknown as OperatorDefinition<S>

/** Stores of a step, by the schemas of its inputs. */
export function storesOf(step: OperatorStep, schemas: ReadonlyMap<StepId, StepSchema>): readonly StoreDeclaration[] {
  const inputs = inputsOf(step).map((id) => schemas.get(id)!)
  return definitionOf(step).stores?.(step, inputs) ?? []
}

/** Whether a step has a store. */
export const haveStores = (steps: readonly Step[], schemas: ReadonlyMap<StepId, StepSchema>): boolean =>
  steps.some((step) => isOperator(step) && storesOf(step, schemas).length > 0)

/** Whether the sub-topology has the store of the table that pull queries read. */
export const keepsTable = (
  { steps }: SubTopology,
  { materialization }: Pick<PhysicalPlan, 'materialization'>,
): boolean => steps.some(({ id }) => id === materialization?.step)

export function splitTopology(steps: readonly Step[]): SubTopology[] {
  const groups = new UnionFind()
  const schemas = stepSchemas(steps)
  const repartitions = new Set(steps.filter(({ kind }) => kind === 'repartition').map(({ id }) => id))
  const output = (id: StepId): string => (repartitions.has(id) ? reading(id) : id)
  for (const step of steps) {
    for (const input of inputsOf(step)) groups.join(step.id, output(input))
    if (isOperator(step)) {
      for (const { name } of storesOf(step, schemas)) groups.join(step.id, `store:${name}`)
    }
  }
  return collect(steps, groups)
}

/** The reading half of a repartition, as a node of its own. */
const reading = (id: StepId): string => `read:${id}`

function collect(steps: readonly Step[], groups: UnionFind): SubTopology[] {
  const found = new Map<string, { reads: (SourceStep | RepartitionStep)[]; steps: Exclude<Step, SourceStep>[] }>()
  const group = (node: string) => {
    const root = groups.root(node)
    const existing = found.get(root)
    if (existing !== undefined) return existing
    const made = { reads: [], steps: [] }
    found.set(root, made)
    return made
  }
  for (const step of steps) {
    if (step.kind === 'source') group(step.id).reads.push(step)
    else group(step.id).steps.push(step)
    if (step.kind === 'repartition') group(reading(step.id)).reads.push(step)
  }
  return [...found.values()].map((part, index) => ({ index, ...part }))
}

class UnionFind {
  readonly #parents = new Map<string, string>()

  root(node: string): string {
    const parent = this.#parents.get(node)
    if (parent === undefined || parent === node) return node
    const root = this.root(parent)
    this.#parents.set(node, root)
    return root
  }

  join(a: string, b: string): void {
    const rootA = this.root(a)
    const rootB = this.root(b)
    if (rootA !== rootB) this.#parents.set(rootB, rootA)
  }
}
