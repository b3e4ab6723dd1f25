/** A physical plan: what a query does, as plain JSON. The command log stores it; it does not change while the query lives. */
import type { FunctionDefinition } from '../functions/definition.ts'
import type { Step } from '../operators/index.ts'
import type { StepId } from '../operators/step.ts'

export interface PhysicalPlan {
  readonly queryId: string
  /** In an order in which every step comes after those that feed it. */
  readonly steps: readonly Step[]
  /** Names of the streams and tables it reads, left-most first. */
  readonly sources: readonly string[]
  /** Name of the stream or table that it writes; null for push queries and materialized source tables. */
  readonly sink: string | null
  /** How pull queries read the result; null if it is not a table or not kept. */
  readonly materialization: Materialization | null
  /** The user-defined functions that the steps call, as they were when the query was planned. Absent: none. */
  readonly functions?: readonly FunctionDefinition[]
}

/** Rows of `store`, put through the `stages` (aggregate results, HAVING, projection) in order, are the table's rows. */
export interface Materialization {
  readonly store: string
  /** The step that owns the store. */
  readonly step: StepId
  readonly stages: readonly StepId[]
}
