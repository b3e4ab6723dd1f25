/** Topics over Kafka: create, delete, list, describe. */

import type { NewTopic, TopicConfig, TopicDescription, TopicSummary } from '../../broker.ts'
import { BrokerError, unknownTopic } from '../../broker-error.ts'
import { apis } from '../protocol/apis.ts'
import { KafkaErrorCode, ProtocolError, throwIfError } from '../protocol/protocol-errors.ts'
import type { Cluster } from './cluster.ts'
import type { KafkaConnection } from './connection.ts'
import { listOffsets, Timestamp } from './list-offsets.ts'
import type { TopicMetadata } from './metadata.ts'

const TOPIC_RESOURCE = 2
const BROKER_DEFAULT = -1

/** Resolves when every partition has a leader that knows it. */
export async function createTopic(cluster: Cluster, topic: NewTopic): Promise<void> {
  if (!(topic.partitions >= 1)) throw new BrokerError('INVALID_REQUEST', `Topic ${topic.name} needs partitions >= 1.`)
  let isAnswerLost = false
  await cluster.retrying(async () => {
    const controller = await cluster.controller()
    const mayBeOurs = isAnswerLost
    isAnswerLost = true
    const { errorCode, errorMessage } = await requestCreation(cluster, controller, topic)
    isAnswerLost = false
    if (errorCode === KafkaErrorCode.NOT_CONTROLLER) cluster.forgetController()
    // A retry of a request whose answer was lost finds its own work done.
    if (errorCode === KafkaErrorCode.TOPIC_ALREADY_EXISTS && mayBeOurs) return
    const needs = [cluster.needs('Create', 'topic', topic.name)]
    throwIfError(errorCode, `Creating topic ${topic.name}`, { detail: errorMessage, needs })
  })
  await cluster.retrying(async () => {
    const found = await cluster.describe(topic.name)
    if (found === null || found.partitions.some(({ leader }) => leader < 0))
      throw new BrokerError('UNAVAILABLE', `Topic ${topic.name} has no leaders yet.`, { retriable: true })
    await listOffsets(cluster, topic.name, Timestamp.EARLIEST)
  })
}

async function requestCreation(
  cluster: Cluster,
  controller: KafkaConnection,
  { name, partitions, replicas, config = {} }: NewTopic,
) {
  const { topicErrors } = await controller.call(apis.createTopics, {
    topics: [
      {
        topic: name,
        numPartitions: partitions,
        replicationFactor: replicas ?? BROKER_DEFAULT,
        configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeout: cluster.settings.requestTimeoutMs,
  })
  return topicErrors[0]!
}

/** Resolves when the topic is not listed any more. */
export async function deleteTopic(cluster: Cluster, name: string): Promise<void> {
  let isAnswerLost = false
  await cluster.retrying(async () => {
    const controller = await cluster.controller()
    const mayBeOurs = isAnswerLost
    isAnswerLost = true
    const timeout = cluster.settings.requestTimeoutMs
    const { topicErrors } = await controller.call(apis.deleteTopics, { topics: [name], timeout })
    isAnswerLost = false
    const { errorCode } = topicErrors[0]!
    if (errorCode === KafkaErrorCode.NOT_CONTROLLER) cluster.forgetController()
    if (errorCode === KafkaErrorCode.UNKNOWN_TOPIC_OR_PARTITION && mayBeOurs) return
    if (errorCode === KafkaErrorCode.UNKNOWN_TOPIC_OR_PARTITION) throw unknownTopic(name)
    throwIfError(errorCode, `Deleting topic ${name}`, { needs: [cluster.needs('Delete', 'topic', name)] })
  })
  await cluster.retrying(async () => {
    if ((await cluster.describe(name)) !== null)
      throw new BrokerError('UNAVAILABLE', `Topic ${name} is still being deleted.`, { retriable: true })
  })
}

export async function listTopics(cluster: Cluster): Promise<TopicSummary[]> {
  const { topics } = await cluster.retrying(() => cluster.metadata(null))
  return topics
    .filter(({ errorCode }) => errorCode === KafkaErrorCode.NONE)
    .map(summary)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export async function describeTopic(cluster: Cluster, name: string): Promise<TopicDescription | null> {
  return cluster.retrying(async () => {
    const found = await cluster.describe(name)
    if (found === null) return null
    const config = await topicConfig(cluster, name)
    return config === null ? null : { ...summary(found), config }
  })
}

/** Null if the topic is gone. */
async function topicConfig(cluster: Cluster, name: string): Promise<TopicConfig | null> {
  const controller = await cluster.controller()
  const { resources } = await controller.call(apis.describeConfigs, { resources: [{ type: TOPIC_RESOURCE, name }] })
  const { errorCode, errorMessage, configEntries } = resources[0]!
  if (errorCode === KafkaErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return null
  if (errorCode !== KafkaErrorCode.NONE)
    throw new ProtocolError(errorCode, `Reading the configuration of topic ${name}`, {
      detail: errorMessage,
      needs: [cluster.needs('DescribeConfigs', 'topic', name)],
    })
  return Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue ?? '']))
}

function summary({ name, partitions, isInternal }: TopicMetadata): TopicSummary {
  return { name, partitions: partitions.length, replicas: partitions[0]?.replicas ?? 0, isInternal }
}
