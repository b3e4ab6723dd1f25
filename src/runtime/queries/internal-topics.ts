/** Internal topics of a query: repartition topics between its tasks, and the changelogs of its stores. */
import type { Broker, TopicConfig } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { AFTER_MAX_MS } from '../../broker/time-limits.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { isOperator, stepSchemas, storesOf } from '../../plan/topology.ts'
import type { StoreSpec } from '../../state/store.ts'
import type { Config } from '../query-config.ts'
import { changelogTopic } from '../topic-names.ts'
import type { Layout } from './layout.ts'

export interface InternalTopic {
  readonly name: string
  readonly partitions: number
  readonly replicas: number
  readonly config: TopicConfig
}

/** The topics that a query needs, with the configuration that Kafka Streams' InternalTopicManager gives them. */
export function internalTopics(
  { plan, config }: { readonly plan: PhysicalPlan; readonly config: Config },
  layout: Layout,
  { changelogs }: { readonly changelogs: boolean },
): InternalTopic[] {
  const replicas = Number(config['ksql.internal.topic.replicas'] ?? config['replication.factor'] ?? 1)
  const schemas = stepSchemas(plan.steps)
  return layout.topologies.flatMap((topology) => {
    const partitions = layout.partitionsOf(topology)
    const repartitions = topology.reads.flatMap((step) =>
      step.kind === 'repartition'
        ? [
            {
              name: layout.topicOf(step),
              partitions: layout.partitionsOfInput(step, topology),
              replicas,
              config: { ...EVENT_TIME, 'cleanup.policy': 'delete', 'retention.ms': '-1', 'segment.bytes': '52428800' },
            },
          ]
        : [],
    )
    const stores = changelogs ? topology.steps.flatMap((step) => (isOperator(step) ? storesOf(step, schemas) : [])) : []
    const changelogsByName = new Map(
      stores.map((store) => [changelogTopic(layout.application, store.name), changelogConfig(store)]),
    )
    return [...repartitions, ...[...changelogsByName].map(([name, config]) => ({ name, partitions, replicas, config }))]
  })
}

/**
 * Records keep the times that the query gives them, whatever the broker's defaults are: Kafka 4.0 and later refuse a record that is an hour ahead of
 * the clock (KIP-1030), and what one topic has let in must pass through the others.
 */
const EVENT_TIME: TopicConfig = { 'message.timestamp.type': 'CreateTime', [AFTER_MAX_MS]: '9223372036854775807' }

/** A topic with another number of partitions than is needed. */
export interface OtherPartitions {
  readonly topic: string
  readonly partitions: number
  readonly wanted: number
}

/** Creates the topics that do not exist yet. Resolves to existing ones that do not fit. Rejects with a BrokerError. */
export async function makeTopics(topics: readonly InternalTopic[], broker: Broker): Promise<OtherPartitions[]> {
  const others: OtherPartitions[] = []
  for (const topic of topics) {
    try {
      await createTopic(topic, broker)
    } catch (error) {
      if (!(error instanceof BrokerError && error.code === 'TOPIC_EXISTS')) throw error
      const partitions = (await broker.describeTopic(topic.name))?.partitions ?? topic.partitions
      if (partitions !== topic.partitions) others.push({ topic: topic.name, partitions, wanted: topic.partitions })
    }
  }
  return others
}

/** Brokers before Kafka 3.6, and some that are not Kafka, do not know the newest of the settings. They have no such limit either, so it is left out. */
async function createTopic(topic: InternalTopic, broker: Broker): Promise<void> {
  try {
    await broker.createTopic(topic)
  } catch (error) {
    if (!(error instanceof BrokerError && error.code === 'INVALID_REQUEST')) throw error
    const { [AFTER_MAX_MS]: _, ...config } = topic.config
    await broker.createTopic({ ...topic, config })
  }
}

/** Names of the query's internal topics that exist. */
export async function existingInternalTopics(application: string, broker: Broker): Promise<string[]> {
  const isOwn = (name: string) =>
    name.startsWith(`${application}-`) && (name.endsWith('-repartition') || name.endsWith('-changelog'))
  return (await broker.listTopics()).map(({ name }) => name).filter(isOwn)
}

/** Windows expire by stream time, which may lag behind the wall clock: the default of `windowstore.changelog.additional.retention.ms`. */
const ADDITIONAL_RETENTION_MS = 86_400_000

/**
 * Configuration of a store's changelog. Rows that expire are not deleted one by one there: retention deletes them. It counts from the time at
 * which a change was appended: by the time of the event, the windows of records from the past would be deleted while they are still open, and a
 * server that takes over would not find them. Source: Kafka Streams' UnwindowedUnversionedChangelogTopicConfig and
 * WindowedChangelogTopicConfig, which keep the time of the event.
 */
const changelogConfig = ({ kind, retentionMs }: StoreSpec): TopicConfig =>
  kind === 'keyValue' || retentionMs === undefined
    ? { ...EVENT_TIME, 'cleanup.policy': 'compact' }
    : {
        'message.timestamp.type': 'LogAppendTime',
        'cleanup.policy': 'compact,delete',
        'retention.ms': String(retentionMs + ADDITIONAL_RETENTION_MS),
      }
