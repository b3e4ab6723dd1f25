/** Sets a query back to where it first began to read, for state that is to be built again from the query's sources. */
import type { Broker, CommittedOffset } from '../../broker/broker.ts'
import { originMetadata, readOrigin } from '../assignment.ts'
import { existingInternalTopics } from './internal-topics.ts'

/** Records of a source that the query had read and that are no longer there. */
export interface RemovedRecords {
  readonly topic: string
  readonly partition: number
  readonly count: number
}

/**
 * Deletes the query's internal topics and sets its committed offsets to their origins; where retention has removed records since, to
 * the first that is left. Its tasks have ended. Rejects with a BrokerError.
 */
export async function resetQuery(application: string, broker: Broker): Promise<RemovedRecords[]> {
  const internal = await existingInternalTopics(application, broker)
  const committed = (await broker.fetchOffsets(application)).filter(({ topic }) => !internal.includes(topic))
  for (const topic of internal) await broker.deleteTopic(topic)
  const removed: RemovedRecords[] = []
  const offsets = await Promise.all(
    committed.map(async ({ topic, partition, metadata }) => {
      const start = await startOf(broker, { topic, partition })
      const origin = readOrigin(metadata) ?? 0
      if (start > origin) removed.push({ topic, partition, count: start - origin })
      const offset = Math.max(start, origin)
      return { topic, partition, offset, metadata: originMetadata(offset, 'reset') }
    }),
  )
  await broker.commitOffsets(application, offsets)
  return removed
}

/** Sentences for the operator, behind the reason. */
export const describeRebuild = (removed: readonly RemovedRecords[]): string =>
  [
    'So the query is built again from its sources, and its results are written to its sink once more.',
    ...removed.map(
      ({ topic, partition, count }) =>
        `${count} records at the start of partition ${partition} of ${topic} are no longer there and do not count any more.`,
    ),
  ].join(' ')

async function startOf(broker: Broker, { topic, partition }: Pick<CommittedOffset, 'topic' | 'partition'>) {
  return (await broker.startOffsets(topic))[partition]?.offset ?? 0
}
