/** How far a query is behind while it has failed: its workers, which otherwise report it, do not run it then. */
import type { Broker } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import type { InputAssignment } from '../assignment.ts'

/** Records between what `group` has committed and the ends of the partitions of `inputs`. Rejects with a BrokerError. */
export async function measureLag(inputs: readonly InputAssignment[], group: string, broker: Broker): Promise<number> {
  const committed = await broker.fetchOffsets(group)
  const ends = new Map<string, number>()
  for (const topic of new Set(inputs.map((input) => input.topic))) {
    for (const end of await broker.endOffsets(topic)) ends.set(positionKey({ topic, ...end }), end.offset)
  }
  const positions = new Map(committed.map((position) => [positionKey(position), position.offset]))
  return inputs.reduce((lag, input) => {
    const key = positionKey(input)
    return lag + Math.max(0, (ends.get(key) ?? 0) - (positions.get(key) ?? input.position))
  }, 0)
}
