/**
 * The broker port over a Kafka cluster, 2.8 or later. It does all of the port; what differs from the embedded log is Kafka's nature:
 * - A commit resolves when it is certain. Committed readers see the records some ms later, when the markers are written.
 * - A batch that was stored by an attempt whose answer was lost resolves with base offset -1 if the broker does not remember its place
 *   (more than five batches ago).
 * - Before Kafka 4.0 a transaction that the broker has ended for its age fences its own producer, as if there were a newer one.
 * - Checksums of fetched batches are left to the reader; the broker checked them when they were produced.
 * - Fetchers and producers share what is known of the cluster, but have connections of their own: a broker works on the requests of a
 *   connection one after the other, and a fetch may wait.
 */

import { systemClock, systemTimer } from '../../clock.ts'
import type {
  Broker,
  CommittedOffset,
  Fetcher,
  FetcherOptions,
  GroupDescription,
  GroupOffset,
  LogDamage,
  NewTopic,
  PartitionOffset,
  Producer,
  ProducerOptions,
  TopicDescription,
  TopicPartition,
  TopicSummary,
} from '../broker.ts'
import { Cluster, type ClusterPorts } from './cluster/cluster.ts'
import { type KafkaOptions, withDefaults } from './cluster/kafka-connection-options.ts'
import * as topics from './cluster/kafka-topics.ts'
import { deleteRecords, listOffsets, offsetsForTimestamp, Timestamp } from './cluster/list-offsets.ts'
import { KafkaFetcher } from './fetch/fetcher.ts'
import * as groups from './groups/groups.ts'
import { KafkaProducer } from './produce/producer.ts'

export class KafkaBroker implements Broker {
  readonly #cluster: Cluster
  /** Fetchers and producers that are open. */
  readonly #open = new Set<{ close(): Promise<void> }>()

  constructor(options: KafkaOptions, ports: Partial<ClusterPorts> = {}) {
    this.#cluster = new Cluster(withDefaults(options), {
      clock: systemClock,
      timer: systemTimer,
      random: Math.random,
      ...ports,
    })
  }

  connect(): Promise<void> {
    return this.#cluster.connect()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((one) => one.close()))
    await this.#cluster.close()
  }

  get throttledMs(): number {
    return this.#cluster.throttledMs
  }

  async clusterId(): Promise<string> {
    this.#cluster.throwIfClosed()
    return this.#cluster.clusterId
  }

  createTopic(topic: NewTopic): Promise<void> {
    return topics.createTopic(this.#cluster, topic)
  }

  deleteTopic(name: string): Promise<void> {
    return topics.deleteTopic(this.#cluster, name)
  }

  listTopics(): Promise<TopicSummary[]> {
    return topics.listTopics(this.#cluster)
  }

  async topicsByName(): Promise<ReadonlyMap<string, TopicSummary>> {
    return new Map((await this.listTopics()).map((topic) => [topic.name, topic]))
  }

  describeTopic(name: string): Promise<TopicDescription | null> {
    return topics.describeTopic(this.#cluster, name)
  }

  startOffsets(topic: string): Promise<PartitionOffset[]> {
    return listOffsets(this.#cluster, topic, Timestamp.EARLIEST)
  }

  endOffsets(topic: string, options?: { readonly readCommitted?: boolean }): Promise<PartitionOffset[]> {
    return listOffsets(this.#cluster, topic, Timestamp.LATEST, options)
  }

  offsetsForTimestamp(topic: string, timestamp: number): Promise<PartitionOffset[]> {
    return offsetsForTimestamp(this.#cluster, topic, timestamp)
  }

  deleteRecords(topic: string, offsets: readonly PartitionOffset[]): Promise<void> {
    return deleteRecords(this.#cluster, topic, offsets)
  }

  commitOffsets(group: string, offsets: readonly GroupOffset[]): Promise<void> {
    return groups.commitOffsets(this.#cluster, group, offsets)
  }

  fetchOffsets(group: string, partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return groups.fetchOffsets(this.#cluster, group, partitions)
  }

  fetchStableOffsets(group: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return groups.fetchStableOffsets(this.#cluster, group, partitions)
  }

  deleteGroup(group: string): Promise<void> {
    return groups.deleteGroup(this.#cluster, group)
  }

  describeGroups(names: readonly string[]): Promise<GroupDescription[]> {
    return groups.describeGroups(this.#cluster, names)
  }

  async damages(): Promise<readonly LogDamage[]> {
    return []
  }

  fetcher(options: FetcherOptions = {}): Fetcher {
    return this.#keep((onClose) => new KafkaFetcher(this.#cluster, options, onClose))
  }

  producer(options: ProducerOptions = {}): Producer {
    return this.#keep((onClose) => new KafkaProducer(this.#cluster, options, onClose))
  }

  #keep<Closeable extends { close(): Promise<void> }>(make: (onClose: () => void) => Closeable): Closeable {
    this.#cluster.throwIfClosed()
    const made: Closeable = make(() => this.#open.delete(made))
    this.#open.add(made)
    return made
  }
}
