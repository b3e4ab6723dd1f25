/** A query with what all its tasks on a worker share. */
import type { StepId, StepSchema } from '../../operators/step.ts'
import type { SubTopology } from '../../plan/topology.ts'
import type { PushRow } from '../query-runtime.ts'
import type { WorkerQuery } from './worker-query.ts'

export interface CompiledQuery {
  readonly query: WorkerQuery
  readonly topologies: readonly SubTopology[]
  readonly schemas: ReadonlyMap<StepId, StepSchema>
  /** Rows of a push query that were gathered in this round. */
  readonly rows: PushRow[]
}
