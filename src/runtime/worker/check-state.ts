/** Whether a task that was just opened can continue with the state that it has, on the topics that there are. */
import type { Broker } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import type { InputAssignment } from '../assignment.ts'
import { gone, OffsetsLostError } from '../offsets-lost-error.ts'
import { StateLostError } from '../state-lost-error.ts'
import type { RunningTask } from './running-task.ts'

/**
 * Rejects with an OffsetsLostError if there is state, and nothing is committed for what it was made of; with a StateLostError if the
 * state is lost, and what the task can still read is not enough to build it again.
 */
export async function checkState({ assignment, stores }: RunningTask, broker: Broker): Promise<void> {
  const { restored, isLost } = stores
  const hasRead = (input: InputAssignment) => (restored?.positions.get(positionKey(input)) ?? 0) > input.origin
  const lost = assignment.inputs.filter((input) => input.isNew && hasRead(input))
  if (lost.length > 0) throw new OffsetsLostError(lost.map(gone))
  if (!isLost) return
  for (const { topic, partition, origin } of assignment.inputs) {
    const start = (await broker.startOffsets(topic))[partition]?.offset ?? 0
    if (start > origin) throw new StateLostError({ taskId: assignment.id, topic, partition, gone: start - origin })
  }
}
