/** The requests with which tasks and their copies open their stores. */

import { positionKey } from '../../broker/position-key.ts'
import type { StepId, StepSchema } from '../../operators/step.ts'
import { isOperator, type SubTopology, storesOf } from '../../plan/topology.ts'
import type { StoreDeclaration } from '../../state/store.ts'
import type { QueryAssignment, TaskAssignment } from '../assignment.ts'
import type { StandbyRequest } from '../stores/standby-task.ts'
import type { OpenStores } from '../stores/task-stores.ts'
import { changelogTopic } from '../topic-names.ts'
import type { TaskOutputs } from './output/outputs.ts'

export interface StoresOwner {
  readonly query: QueryAssignment
  readonly assignment: TaskAssignment
  readonly topology: SubTopology
  readonly schemas: ReadonlyMap<StepId, StepSchema>
}

const declarationsIn = (topology: SubTopology, schemas: ReadonlyMap<StepId, StepSchema>): StoreDeclaration[] =>
  topology.steps.flatMap((step) => (isOperator(step) ? storesOf(step, schemas) : []))

/** For the copy of a task; null: it has no state. */
export function standbyRequest({ query, assignment, topology, schemas }: StoresOwner): StandbyRequest | null {
  const stores = declarationsIn(topology, schemas)
  if (stores.length === 0) return null
  const { queryId, applicationId } = query
  const { id: taskId, partition, slot } = assignment
  return { queryId, taskId, partition, slot, applicationId, stores }
}

/** `outputs`: where changelogs are appended to. */
export function storesRequest(
  { query, assignment, topology, schemas }: StoresOwner,
  outputs: Pick<TaskOutputs, 'changelog'>,
): Omit<OpenStores, 'signal'> {
  const { applicationId, queryId } = query
  const appends = new Map<string, ReturnType<TaskOutputs['changelog']>>()
  return {
    queryId,
    taskId: assignment.id,
    partition: assignment.partition,
    slot: assignment.slot,
    applicationId,
    isTransient: query.group === null,
    stores: declarationsIn(topology, schemas),
    changelog(store, key, value, timestamp) {
      let append = appends.get(store)
      if (append === undefined) {
        append = outputs.changelog(changelogTopic(applicationId, store), assignment.partition)
        appends.set(store, append)
      }
      append(key, value, timestamp)
    },
    isNew: assignment.inputs.every(({ origin, position }) => origin === position),
    committed: new Map(assignment.inputs.map((input) => [positionKey(input), input.position])),
  }
}
