/** The broker port over the embedded log, for one thread. */

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
import { BrokerError, OffsetOutOfRangeError } from '../broker-error.ts'
import type { Catalogue } from './catalogue/catalogue.ts'
import { OpenTopics } from './catalogue/open-topics.ts'
import type { LogThread } from './catalogue/thread.ts'
import { EmbeddedFetcher } from './embedded-fetcher.ts'
import { EmbeddedProducer } from './embedded-producer.ts'
import type { Partition } from './segments/partition.ts'
import { offsetForTimestamp } from './segments/read.ts'
import { storageError } from './segments/storage-error.ts'

export interface EmbeddedBrokerParts {
  readonly catalogue: Catalogue
  readonly thread: LogThread
  /** Runs when the broker was closed. */
  readonly onClose: () => void
}

export class EmbeddedBroker implements Broker {
  readonly #parts: EmbeddedBrokerParts
  readonly #topics: OpenTopics
  readonly #open = new Set<Fetcher | Producer>()
  #isClosed = false

  constructor(parts: EmbeddedBrokerParts) {
    this.#parts = parts
    this.#topics = new OpenTopics(parts.catalogue, parts.thread)
  }

  async connect(): Promise<void> {
    this.#checkOpen()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    for (const part of [...this.#open]) await part.close()
    this.#isClosed = true
    this.#parts.onClose()
  }

  clusterId(): Promise<string> {
    return this.#run('read the cluster id', () => this.#parts.catalogue.clusterId())
  }

  createTopic(topic: NewTopic): Promise<void> {
    return this.#run(`create topic ${topic.name}`, () => this.#parts.catalogue.createTopic(topic))
  }

  deleteTopic(name: string): Promise<void> {
    return this.#run(`delete topic ${name}`, () => this.#parts.catalogue.deleteTopic(name))
  }

  listTopics(): Promise<TopicSummary[]> {
    return this.#run('list topics', () => this.#parts.catalogue.listTopics())
  }

  topicsByName(): Promise<ReadonlyMap<string, TopicSummary>> {
    return this.#run('list topics', () => this.#parts.catalogue.topicsByName())
  }

  describeTopic(topic: string): Promise<TopicDescription | null> {
    return this.#run(`describe topic ${topic}`, async () => {
      const open = await this.#topics.find(topic)
      if (open === null) return null
      const { name, partitions, replicas, isInternal, config } = open.handle
      return { name, partitions, replicas, isInternal, config }
    })
  }

  startOffsets(topic: string): Promise<PartitionOffset[]> {
    return this.#offsets(topic, ({ state }) => state.startOffset)
  }

  endOffsets(
    topic: string,
    { readCommitted = false }: { readonly readCommitted?: boolean } = {},
  ): Promise<PartitionOffset[]> {
    return this.#offsets(topic, ({ state }) => (readCommitted ? state.stableOffset : state.endOffset))
  }

  offsetsForTimestamp(topic: string, timestamp: number): Promise<PartitionOffset[]> {
    return this.#offsets(topic, (partition) => offsetForTimestamp(partition, timestamp))
  }

  deleteRecords(topic: string, offsets: readonly PartitionOffset[]): Promise<void> {
    return this.#run(`delete records of ${topic}`, async () => {
      const targets = await Promise.all(
        offsets.map(async ({ partition, offset }) => ({
          partition: await this.#topics.partition(topic, partition),
          offset,
        })),
      )
      for (const { partition, offset } of targets) raiseStart(partition, offset)
    })
  }

  commitOffsets(group: string, offsets: readonly GroupOffset[]): Promise<void> {
    return this.#run(`commit offsets of group ${group}`, () => this.#parts.catalogue.commitOffsets(group, offsets))
  }

  fetchOffsets(group: string, partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return this.#run(`fetch offsets of group ${group}`, () => this.#parts.catalogue.fetchOffsets(group, partitions))
  }

  /** Offsets of a transaction come with its commit, and a log has one server: nothing is to be waited for. */
  fetchStableOffsets(group: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return this.fetchOffsets(group, partitions)
  }

  deleteGroup(group: string): Promise<void> {
    return this.#run(`delete group ${group}`, () => this.#parts.catalogue.deleteGroup(group))
  }

  describeGroups(groups: readonly string[]): Promise<GroupDescription[]> {
    return this.#run('describe groups', () => this.#parts.catalogue.describeGroups(groups))
  }

  damages(): Promise<readonly LogDamage[]> {
    return this.#run('list damages', () => this.#parts.catalogue.damages())
  }

  fetcher(options: FetcherOptions = {}): Fetcher {
    this.#checkOpen()
    const { appends, timer } = this.#parts.thread
    const fetcher = new EmbeddedFetcher({
      topics: this.#topics,
      appends,
      timer,
      options,
      onClose: (closed) => this.#open.delete(closed),
    })
    this.#open.add(fetcher)
    return fetcher
  }

  producer(options: ProducerOptions = {}): Producer {
    this.#checkOpen()
    const { catalogue, thread } = this.#parts
    const producer = new EmbeddedProducer({
      topics: this.#topics,
      catalogue,
      thread,
      options,
      onClose: (closed) => this.#open.delete(closed),
    })
    this.#open.add(producer)
    return producer
  }

  #offsets(topic: string, offsetOf: (partition: Partition) => number): Promise<PartitionOffset[]> {
    return this.#run(`read offsets of ${topic}`, async () => {
      const { partitions } = await this.#topics.get(topic)
      return partitions.map((partition) => ({ partition: partition.partition, offset: offsetOf(partition) }))
    })
  }

  async #run<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
    this.#checkOpen()
    try {
      return await action()
    } catch (cause) {
      throw storageError(what, cause)
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new BrokerError('CLOSED', 'The broker was closed.')
  }
}

/** The files go when the owner next applies retention. */
function raiseStart({ topic, partition, state }: Partition, offset: number): void {
  state.locked(() => {
    const { startOffset, endOffset } = state
    if (offset < 0 || offset > endOffset)
      throw new OffsetOutOfRangeError({ topic, partition, offset }, { startOffset, endOffset })
    state.startOffset = Math.max(startOffset, offset)
  })
}
