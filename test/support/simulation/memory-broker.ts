/** A client of a log in memory. */
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
} from '../../../src/broker/broker.ts'
import { BrokerError } from '../../../src/broker/broker-error.ts'
import { MemoryFetcher } from './memory-fetcher.ts'
import type { MemoryLog, MemoryTopic } from './memory-log.ts'
import type { MemoryPartition } from './memory-partition.ts'
import { MemoryProducer } from './memory-producer.ts'

export class MemoryBroker implements Broker {
  readonly #log: MemoryLog
  readonly #open = new Set<Fetcher | Producer>()
  #isClosed = false

  constructor(log: MemoryLog) {
    this.#log = log
  }

  async connect(): Promise<void> {
    this.#checkOpen()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    for (const part of [...this.#open]) await part.close()
    this.#isClosed = true
  }

  async clusterId(): Promise<string> {
    this.#checkOpen()
    return 'memory'
  }

  async createTopic(topic: NewTopic): Promise<void> {
    this.#checkOpen()
    this.#log.createTopic(topic)
  }

  async deleteTopic(name: string): Promise<void> {
    this.#checkOpen()
    this.#log.deleteTopic(name)
  }

  async listTopics(): Promise<TopicSummary[]> {
    this.#checkOpen()
    return this.#log.topics().map(summary)
  }

  async topicsByName(): Promise<ReadonlyMap<string, TopicSummary>> {
    return new Map((await this.listTopics()).map((topic) => [topic.name, topic]))
  }

  async describeTopic(name: string): Promise<TopicDescription | null> {
    this.#checkOpen()
    const topic = this.#log.find(name)
    return topic === null ? null : { ...summary(topic), config: topic.config }
  }

  async startOffsets(topic: string): Promise<PartitionOffset[]> {
    return this.#offsets(topic, ({ startOffset }) => startOffset)
  }

  async endOffsets(
    topic: string,
    { readCommitted = false }: { readonly readCommitted?: boolean } = {},
  ): Promise<PartitionOffset[]> {
    return this.#offsets(topic, ({ endOffset, stableOffset }) => (readCommitted ? stableOffset : endOffset))
  }

  async offsetsForTimestamp(topic: string, timestamp: number): Promise<PartitionOffset[]> {
    return this.#offsets(topic, (partition) => partition.offsetForTimestamp(timestamp))
  }

  async deleteRecords(topic: string, offsets: readonly PartitionOffset[]): Promise<void> {
    this.#checkOpen()
    for (const { partition, offset } of offsets) this.#log.partition({ topic, partition }).raiseStart(offset)
  }

  async commitOffsets(group: string, offsets: readonly GroupOffset[]): Promise<void> {
    this.#checkOpen()
    this.#log.commitOffsets(group, offsets)
  }

  async fetchOffsets(group: string, partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    this.#checkOpen()
    return this.#log.fetchOffsets(group, partitions)
  }

  async fetchStableOffsets(group: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    this.#checkOpen()
    return this.#log.fetchStableOffsets(group, partitions)
  }

  async deleteGroup(group: string): Promise<void> {
    this.#checkOpen()
    this.#log.deleteGroup(group)
  }

  async describeGroups(groups: readonly string[]): Promise<GroupDescription[]> {
    this.#checkOpen()
    return groups.map((group) => {
      const offsets = this.#log.fetchOffsets(group)
      return { group, state: offsets.length === 0 ? 'Dead' : 'Empty', members: [], offsets }
    })
  }

  async damages(): Promise<readonly LogDamage[]> {
    this.#checkOpen()
    return []
  }

  fetcher(options: FetcherOptions = {}): Fetcher {
    this.#checkOpen()
    const fetcher = new MemoryFetcher(this.#log, options, (closed) => this.#open.delete(closed))
    this.#open.add(fetcher)
    return fetcher
  }

  producer(options: ProducerOptions = {}): Producer {
    this.#checkOpen()
    const producer = new MemoryProducer(this.#log, options, (closed) => this.#open.delete(closed))
    this.#open.add(producer)
    return producer
  }

  #offsets(topic: string, offsetOf: (partition: MemoryPartition) => number): PartitionOffset[] {
    this.#checkOpen()
    const { partitions } = this.#log.topic(topic)
    return partitions.map((partition) => ({ partition: partition.partition, offset: offsetOf(partition) }))
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new BrokerError('CLOSED', 'The broker was closed.')
  }
}

const summary = ({ name, partitions, replicas }: MemoryTopic): TopicSummary => ({
  name,
  partitions: partitions.length,
  replicas,
  isInternal: false,
})
