/** Topics as statements see them: a snapshot to plan over, and the creation and deletion of the topics that a statement needs. */
import type { Broker, TopicDescription, TopicSummary } from '../broker/broker.ts'
import { BrokerError } from '../broker/broker-error.ts'
import { RequestError, StatementError } from '../errors.ts'
import { withEntry } from '../layered-map.ts'
import { checkExistingTopic, type TopicRequest } from '../plan/topic-request.ts'
import { didYouMean } from '../suggest.ts'

/** Topics by name. A sandbox adds to a copy of it. */
export type TopicSnapshot = ReadonlyMap<string, Pick<TopicSummary, 'partitions' | 'replicas'>>

/** All topics of the broker now. Rejects with a BrokerError. */
export const topicSnapshot = (broker: Broker): Promise<TopicSnapshot> => broker.topicsByName()

/** A topic that a request names. Throws RequestError for one that does not exist. */
export async function existingTopic(name: string, broker: Broker): Promise<TopicDescription> {
  const description = await broker.describeTopic(name)
  if (description !== null) return description
  const names = (await broker.listTopics()).map((topic) => topic.name)
  throw new RequestError('NOT_FOUND', `Topic ${name} does not exist.${didYouMean(name, names)}`)
}

/** What is wrong with a request that names a partition which the topic does not have. */
export const noPartition = (topic: string, partition: number, partitions: number): RequestError =>
  new RequestError('NOT_FOUND', `Topic ${topic} has no partition ${partition}, but 0 to ${partitions - 1}.`)

/** Looks up partition counts, as planning needs them. */
export const partitionsIn = (topics: TopicSnapshot) => (topic: string) => topics.get(topic)?.partitions

/** The snapshot as it would be once the requested topics exist. */
export function withTopics(topics: TopicSnapshot, requests: readonly TopicRequest[]): TopicSnapshot {
  let snapshot = topics
  for (const { name, partitions, replicas } of requests) {
    if (!snapshot.has(name))
      snapshot = withEntry(snapshot, name, { partitions: partitions ?? 1, replicas: replicas ?? 1 })
  }
  return snapshot
}

/** Creates the topic unless it exists with the requested partitions. Throws StatementError if the broker refuses the request. */
export async function ensureTopic(broker: Broker, request: TopicRequest): Promise<void> {
  const existing = await broker.describeTopic(request.name)
  if (existing !== null) {
    checkExistingTopic(request, { partitions: () => existing.partitions })
    return
  }
  const { name, partitions, replicas, cleanupPolicy } = request
  const retention = await retentionOf(broker, request)
  const largest = await largestBatch(broker, request)
  try {
    await broker.createTopic({
      name,
      partitions: partitions ?? 1,
      ...(replicas !== null && replicas > 0 && { replicas }),
      config: {
        'cleanup.policy': cleanupPolicy,
        ...(retention !== null && { 'retention.ms': retention }),
        ...(largest !== null && { 'max.message.bytes': String(largest) }),
      },
    })
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    if (error.code === 'TOPIC_EXISTS') return
    if (error.code !== 'INVALID_REQUEST') throw error
    throw new StatementError(`Failed to create topic '${name}': ${error.message}`, { cause: error })
  }
}

/** The retention that the statement gives, or else that of the topic it copies. Null: the broker's default. */
async function retentionOf(broker: Broker, { retentionMs, retentionLike }: TopicRequest): Promise<string | null> {
  if (retentionMs !== null) return String(retentionMs)
  if (retentionLike === null) return null
  return (await broker.describeTopic(retentionLike))?.config['retention.ms'] ?? null
}

/** What the added headers of a dead letter take at most: its place, and the words of the error. */
const HEADER_ROOM = 64 << 10

/** A record that fills its topic's limit still fits with headers added. Null: the broker's default. */
async function largestBatch(broker: Broker, { recordsOf }: TopicRequest): Promise<number | null> {
  if (recordsOf === null) return null
  const limit = Number((await broker.describeTopic(recordsOf))?.config['max.message.bytes'])
  return limit > 0 ? Math.min(limit + HEADER_ROOM, MAX_INT) : null
}

/** Kafka's type of `max.message.bytes` is a signed integer of 32 bits. */
const MAX_INT = 2 ** 31 - 1

/** Idempotent: a topic that does not exist is not an error. */
export async function deleteTopic(broker: Broker, name: string): Promise<void> {
  try {
    await broker.deleteTopic(name)
  } catch (error) {
    if (!(error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC')) throw error
  }
}
