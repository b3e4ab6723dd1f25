/** The request with which a task opens its stores. */

import { positionKey } from '../../broker/position-key.ts'
import type { StepId, StepSchema } from '../../operators/step.ts'
import { isOperator, type SubTopology, storesOf } from '../../plan/topology.ts'
import type { QueryAssignment, TaskAssignment } from '../assignment.ts'
import type { OpenStores } from '../stores/task-stores.ts'
import { changelogTopic } from '../topic-names.ts'
import type { TaskOutputs } from './outputs.ts'

export interface StoresOwner {
  readonly query: QueryAssignment
  readonly assignment: TaskAssignment
  readonly topology: SubTopology
  readonly schemas: ReadonlyMap<StepId, StepSchema>
}

/** `outputs`: where changelogs are appended to. */
export function storesRequest(
  { query, assignment, topology, schemas }: StoresOwner,
  outputs: Pick<TaskOutputs, 'partition'>,
): Omit<OpenStores, 'signal'> {
  const { applicationId, queryId } = query
  const appends = new Map<string, ReturnType<TaskOutputs['partition']>>()
  return {
    queryId,
    taskId: assignment.id,
    partition: assignment.partition,
    slot: assignment.slot,
    applicationId,
    isTransient: query.group === null,
    stores: topology.steps.flatMap((step) => (isOperator(step) ? storesOf(step, schemas) : [])),
    changelog(store, key, value, timestamp) {
      let append = appends.get(store)
      if (append === undefined) {
        const topic = changelogTopic(applicationId, store)
        append = outputs.partition({ topic, maxMessageBytes: null }, assignment.partition)
        appends.set(store, append)
      }
      append(key, value, timestamp)
    },
    isNew: assignment.inputs.every(({ origin, position }) => origin === position),
    committed: new Map(assignment.inputs.map((input) => [positionKey(input), input.position])),
  }
}
