/** Consumer groups over Kafka: committed offsets, descriptions. Each group has a coordinator among the brokers. */

import type { CommittedOffset, GroupDescription, GroupOffset, TopicPartition } from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { retry } from '../cluster/retry.ts'
import { apis } from '../protocol/apis.ts'
import { groupByTopic } from '../protocol/by-topic.ts'
import type { Permission } from '../protocol/permission.ts'
import { KafkaErrorCode, ProtocolError, throwIfError } from '../protocol/protocol-errors.ts'
import { type FetchedOffset, type OffsetFetch, offsetFetch } from './offset-fetch.ts'

/** What a group without members has in place of a generation and a member id. Source: Kafka `GroupMetadata.validateOffsetCommit`. */
const NO_GENERATION = -1
const NO_MEMBER = ''

const HAS_MEMBERS: readonly number[] = [
  KafkaErrorCode.UNKNOWN_MEMBER_ID,
  KafkaErrorCode.ILLEGAL_GENERATION,
  KafkaErrorCode.REBALANCE_IN_PROGRESS,
]

/** As the port's `commitOffsets`. */
export async function commitOffsets(cluster: Cluster, group: string, offsets: readonly GroupOffset[]): Promise<void> {
  if (offsets.length === 0) return
  await cluster.withCoordinator('group', group, async (connection) => {
    const { responses } = await connection.call(apis.offsetCommit, {
      groupId: group,
      groupGenerationId: NO_GENERATION,
      memberId: NO_MEMBER,
      topics: offsetsByTopic(offsets),
    })
    for (const { topic, partitions } of responses) {
      const needs = [cluster.needs('Read', 'group', group), cluster.needs('Read', 'topic', topic)]
      for (const { errorCode } of partitions) throwIfNotStored(errorCode, group, needs)
    }
  })
}

/** Throws for the error code of a committed offset. */
function throwIfNotStored(errorCode: number, group: string, needs: readonly Permission[]): void {
  if (HAS_MEMBERS.includes(errorCode))
    throw new BrokerError('INVALID_REQUEST', `Group ${group} has members of its own: only they commit its offsets.`)
  throwIfError(errorCode, `Committing offsets of group ${group}`, { needs })
}

/** As requests want them. */
function offsetsByTopic(offsets: readonly GroupOffset[]) {
  return groupByTopic(offsets, ({ partition, offset, metadata = '' }) => ({ partition, offset, metadata }))
}

/** As the port's `fetchOffsets`. */
export async function fetchOffsets(
  cluster: Cluster,
  group: string,
  partitions?: readonly TopicPartition[],
): Promise<CommittedOffset[]> {
  if (partitions?.length === 0) return []
  const offsets = await requestOffsets(cluster, { group, partitions: partitions ?? null, requireStable: false })
  return offsets.flatMap((offset) => committedOffset(cluster, group, offset))
}

/** Longer than a dead server's transaction lives, with the time until the broker looks for it. */
const UNSTABLE_MS = 120_000

/** As the port's `fetchStableOffsets`. */
export function fetchStableOffsets(
  cluster: Cluster,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<CommittedOffset[]> {
  if (partitions.length === 0) return Promise.resolve([])
  return retry({ timer: cluster.timer, backoff: cluster.backoff, forMs: UNSTABLE_MS }, async () => {
    const offsets = await requestOffsets(cluster, { group, partitions, requireStable: true })
    return offsets.flatMap((offset) => committedOffset(cluster, group, offset))
  })
}

function requestOffsets(cluster: Cluster, request: OffsetFetch): Promise<readonly FetchedOffset[]> {
  const { group } = request
  return cluster.withCoordinator('group', group, async (connection) => {
    const { errorCode, offsets } = await offsetFetch(connection, request)
    const needs = [cluster.needs('Describe', 'group', group)]
    throwIfError(errorCode, `Reading the offsets of group ${group}`, { needs })
    return offsets
  })
}

function committedOffset(cluster: Cluster, group: string, { errorCode, ...offset }: FetchedOffset): CommittedOffset[] {
  if (errorCode === KafkaErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return []
  const needs = [cluster.needs('Describe', 'topic', offset.topic)]
  throwIfError(errorCode, `Reading the offset of group ${group} in ${offset.topic}-${offset.partition}`, { needs })
  return offset.offset >= 0 ? [offset] : []
}

/** As the port's `deleteGroup`. */
export async function deleteGroup(cluster: Cluster, group: string): Promise<void> {
  await cluster.withCoordinator('group', group, async (connection) => {
    const { results } = await connection.call(apis.deleteGroups, [group])
    const { errorCode } = results[0]!
    if (errorCode === KafkaErrorCode.GROUP_ID_NOT_FOUND) return
    if (errorCode === KafkaErrorCode.NON_EMPTY_GROUP)
      throw new BrokerError('INVALID_REQUEST', `Group ${group} has members: stop them before it is deleted.`)
    throwIfError(errorCode, `Deleting group ${group}`, { needs: [cluster.needs('Delete', 'group', group)] })
  })
}

/** As the port's `describeGroups`. */
export function describeGroups(cluster: Cluster, groups: readonly string[]): Promise<GroupDescription[]> {
  return Promise.all(groups.map((group) => describeGroup(cluster, group)))
}

async function describeGroup(cluster: Cluster, group: string): Promise<GroupDescription> {
  const described = await cluster.withCoordinator('group', group, async (connection) => {
    const { groups } = await connection.call(apis.describeGroups, { groupIds: [group] })
    const found = groups[0]!
    if (found.errorCode !== KafkaErrorCode.NONE && found.errorCode !== KafkaErrorCode.GROUP_ID_NOT_FOUND)
      throw new ProtocolError(found.errorCode, `Describing group ${group}`, {
        needs: [cluster.needs('Describe', 'group', group)],
      })
    return found
  })
  const state = described.errorCode === KafkaErrorCode.GROUP_ID_NOT_FOUND ? 'Dead' : described.state
  const members = described.members.map(({ memberId, clientId, clientHost }) => ({ memberId, clientId, clientHost }))
  return { group, state, members, offsets: await fetchOffsets(cluster, group) }
}
