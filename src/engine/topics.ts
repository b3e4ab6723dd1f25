/** Topics as statements see them: a snapshot to plan over, and the making and deleting of what a statement needs. */
import type { Broker, TopicSummary } from '../broker/broker.ts'
import { BrokerError } from '../broker/broker-error.ts'
import { StatementError } from '../errors.ts'
import { checkExistingTopic, type TopicRequest } from '../plan/topic-request.ts'

/** Topics by name. A sandbox adds to a copy of it. */
export type TopicSnapshot = ReadonlyMap<string, Pick<TopicSummary, 'partitions' | 'replicas'>>

export async function topicSnapshot(broker: Broker): Promise<TopicSnapshot> {
  return new Map((await broker.listTopics()).map((topic) => [topic.name, topic]))
}

export const partitionsIn = (topics: TopicSnapshot) => (topic: string) => topics.get(topic)?.partitions

/** The snapshot as it would be with the topics asked for. */
export function withTopics(topics: TopicSnapshot, requests: readonly TopicRequest[]): TopicSnapshot {
  const copy = new Map(topics)
  for (const { name, partitions, replicas } of requests) {
    if (!copy.has(name)) copy.set(name, { partitions: partitions ?? 1, replicas: replicas ?? 1 })
  }
  return copy
}

/** Makes the topic unless it is there already with the partitions asked for. Throws StatementError if the broker refuses the request. */
export async function ensureTopic(broker: Broker, request: TopicRequest): Promise<void> {
  const existing = await broker.describeTopic(request.name)
  if (existing !== null) {
    checkExistingTopic(request, { partitions: () => existing.partitions })
    return
  }
  const { name, partitions, replicas, cleanupPolicy } = request
  const retention = await retentionOf(broker, request)
  try {
    await broker.createTopic({
      name,
      partitions: partitions ?? 1,
      ...(replicas !== null && replicas > 0 && { replicas }),
      config: {
        'cleanup.policy': cleanupPolicy,
        ...(retention !== null && { 'retention.ms': retention }),
      },
    })
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    if (error.code === 'TOPIC_EXISTS') return
    if (error.code !== 'INVALID_REQUEST') throw error
    throw new StatementError(`Failed to create topic '${name}': ${error.message}`, { cause: error })
  }
}

/** What the statement says, else that of the topic which it is to be like. Null: the broker's default. */
async function retentionOf(broker: Broker, { retentionMs, retentionLike }: TopicRequest): Promise<string | null> {
  if (retentionMs !== null) return String(retentionMs)
  if (retentionLike === null) return null
  return (await broker.describeTopic(retentionLike))?.config['retention.ms'] ?? null
}

/** A topic that is gone already is what was wanted. */
export async function deleteTopic(broker: Broker, name: string): Promise<void> {
  try {
    await broker.deleteTopic(name)
  } catch (error) {
    if (!(error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC')) throw error
  }
}
