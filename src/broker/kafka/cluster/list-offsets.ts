/** Where partitions begin and end, and where a time falls in them: Kafka's ListOffsets and DeleteRecords, sent to each leader. */

import type { PartitionOffset } from '../../broker.ts'
import { BrokerError, OffsetOutOfRangeError, unknownTopic } from '../../broker-error.ts'
import { apis } from '../protocol/apis.ts'
import type { Permission } from '../protocol/permission.ts'
import { KafkaErrorCode, throwIfError } from '../protocol/protocol-errors.ts'
import type { Cluster } from './cluster.ts'
import type { KafkaConnection } from './connection.ts'

/** Timestamps that mean a place. Source: Kafka `ListOffsetsRequest`. */
export const Timestamp = { LATEST: -1, EARLIEST: -2 } as const

const NO_OFFSET = -1

/** Per partition, in their order. `readCommitted`: what `LATEST` means. An offset is -1 where no record is that late. */
export function listOffsets(
  cluster: Cluster,
  topic: string,
  timestamp: number,
  { readCommitted = false } = {},
): Promise<PartitionOffset[]> {
  return perLeader(cluster, topic, null, async (connection, partitions) => {
    const { responses } = await connection.call(apis.listOffsets, {
      replicaId: -1,
      isolationLevel: readCommitted ? 1 : 0,
      topics: [{ topic, partitions: partitions.map((partition) => ({ partition, timestamp })) }],
    })
    return responses.flatMap((response) =>
      response.partitions.map(({ partition, errorCode, offset }) => {
        const needs = [cluster.needs('Describe', 'topic', topic)]
        throwUnlessKnown({ topic, partition, errorCode, needs }, `Reading the offsets of ${topic}-${partition}`)
        return { partition, offset: Number(offset) }
      }),
    )
  })
}

/** As the port's `offsetsForTimestamp`. */
export async function offsetsForTimestamp(
  cluster: Cluster,
  topic: string,
  timestamp: number,
): Promise<PartitionOffset[]> {
  // Below zero, timestamps have other meanings; no record is that old.
  const found = await listOffsets(cluster, topic, timestamp < 0 ? Timestamp.EARLIEST : timestamp)
  if (found.every(({ offset }) => offset !== NO_OFFSET)) return found
  const ends = await listOffsets(cluster, topic, Timestamp.LATEST)
  return found.map((position, index) => (position.offset === NO_OFFSET ? ends[index]! : position))
}

/** As the port's `deleteRecords`. */
export async function deleteRecords(
  cluster: Cluster,
  topic: string,
  offsets: readonly PartitionOffset[],
): Promise<void> {
  const wanted = new Map(offsets.map(({ partition, offset }) => [partition, offset]))
  await perLeader(cluster, topic, [...wanted.keys()], async (connection, partitions) => {
    const { topics } = await connection.call(apis.deleteRecords, {
      topics: [{ topic, partitions: partitions.map((partition) => ({ partition, offset: wanted.get(partition)! })) }],
      timeout: cluster.settings.requestTimeoutMs,
    })
    for (const { partition, errorCode } of topics.flatMap((answer) => answer.partitions)) {
      if (errorCode === KafkaErrorCode.OFFSET_OUT_OF_RANGE)
        throw await outOfRange(cluster, { topic, partition, offset: wanted.get(partition)! })
      const needs = [cluster.needs('Delete', 'topic', topic)]
      throwUnlessKnown({ topic, partition, errorCode, needs }, `Deleting records of ${topic}-${partition}`)
    }
    return []
  })
}

/** The error for a position outside the partition, with the range that is valid now. */
export async function outOfRange(
  cluster: Cluster,
  position: { readonly topic: string; readonly partition: number; readonly offset: number },
): Promise<OffsetOutOfRangeError> {
  const [starts, ends] = await Promise.all([
    listOffsets(cluster, position.topic, Timestamp.EARLIEST),
    listOffsets(cluster, position.topic, Timestamp.LATEST),
  ])
  const at = (list: readonly PartitionOffset[]) => list[position.partition]?.offset ?? 0
  return new OffsetOutOfRangeError(position, { startOffset: at(starts), endOffset: at(ends) })
}

/** Queries each leader for its partitions (null: all of the topic), again where a leader has moved. Results are in partition order. */
function perLeader(
  cluster: Cluster,
  topic: string,
  wanted: readonly number[] | null,
  ask: (connection: KafkaConnection, partitions: number[]) => Promise<PartitionOffset[]>,
): Promise<PartitionOffset[]> {
  return cluster.retrying(async () => {
    try {
      const { partitions } = await cluster.topic(topic)
      const byLeader = groupByLeader(topic, partitions, wanted)
      const answers = await Promise.all(
        [...byLeader].map(async ([leader, numbers]) => ask(await cluster.node(leader), numbers)),
      )
      return answers.flat().sort((a, b) => a.partition - b.partition)
    } catch (error) {
      cluster.forgetTopic(topic)
      throw error
    }
  })
}

function groupByLeader(
  topic: string,
  partitions: readonly { readonly leader: number }[],
  wanted: readonly number[] | null,
): Map<number, number[]> {
  const byLeader = new Map<number, number[]>()
  for (const number of wanted ?? partitions.keys()) {
    const leader = partitions[number]?.leader
    if (leader === undefined) throw unknownTopic(topic, number)
    if (leader < 0)
      throw new BrokerError('UNAVAILABLE', `Partition ${topic}-${number} has no leader at the moment.`, {
        retriable: true,
      })
    const numbers = byLeader.get(leader) ?? []
    numbers.push(number)
    byLeader.set(leader, numbers)
  }
  return byLeader
}

interface PartitionAnswer {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly needs: readonly Permission[]
}

/**
 * Throws for an error code. What was known of a topic may be old: a leader that does not know the partition has lost it to another or the
 * topic is gone, which the next look at the metadata tells.
 */
function throwUnlessKnown({ topic, partition, errorCode, needs }: PartitionAnswer, action: string): void {
  if (errorCode === KafkaErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    throw new BrokerError('UNAVAILABLE', `${action} failed: the leader does not know ${topic}-${partition}.`, {
      retriable: true,
    })
  throwIfError(errorCode, action, { needs })
}
