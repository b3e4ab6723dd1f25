/** The owner of an embedded log, in the main thread: the catalogue's only implementation, and what it needs at a start. */

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type {
  CommittedOffset,
  GroupDescription,
  GroupOffset,
  LogDamage,
  NewTopic,
  TopicConfig,
  TopicPartition,
  TopicSummary,
} from '../../broker.ts'
import { MAX_OFFSETS_PER_BATCH } from '../../record-batch.ts'
import { skipTo } from '../segments/append.ts'
import { readCheckedJson, writeCheckedJson } from '../segments/checked-json.ts'
import type { Partition } from '../segments/partition.ts'
import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC } from '../segments/topic-config.ts'
import type { Checkpoint } from '../upkeep/checkpoint.ts'
import { Damages } from '../upkeep/damages.ts'
import type { Catalogue, TopicHandle, TransactionalProducer, TransactionEnd } from './catalogue.ts'
import { GroupOffsets } from './group-offsets.ts'
import { KeyedLog } from './keyed-log.ts'
import { Topics } from './owned-topics.ts'
import type { LogThread } from './thread.ts'
import { TransactionCoordinator } from './transaction-coordinator.ts'

/** Small segments, as only closed ones are compacted. */
const INTERNAL_CONFIG: TopicConfig = {
  'cleanup.policy': 'compact',
  'segment.bytes': '4194304',
  'delete.retention.ms': '0',
}

export interface OwnerOptions {
  readonly dataDir: string
  readonly thread: LogThread
  readonly defaults: TopicConfig
  readonly checkpoint: Checkpoint
  readonly warn: (message: string) => void
}

export class LogOwner {
  readonly topics: Topics
  readonly transactions: TransactionCoordinator
  readonly #groups: GroupOffsets
  readonly #clusterId: string
  readonly #damages: Damages

  constructor(options: OwnerOptions) {
    this.#damages = new Damages(options.warn)
    this.topics = new Topics({ ...options, damages: this.#damages })
    this.#clusterId = loadClusterId(options, { isNew: this.topics.summaries.size === 0 })
    this.#groups = new GroupOffsets(this.#internalLog(OFFSETS_TOPIC))
    this.transactions = new TransactionCoordinator({
      log: this.#internalLog(TRANSACTIONS_TOPIC),
      groups: this.#groups,
      partition: (position) => this.topics.partition(position),
      partitions: () => this.topics.partitions(),
    })
    this.#keepCommittedOffsets()
  }

  /**
   * A committed offset beyond the end of its partition shows that records were lost there. New records must not get the offsets that
   * the group has read already, or it would pass over them or read from the start again.
   */
  #keepCommittedOffsets(): void {
    for (const { group, topic, partition, offset } of this.#groups.all()) {
      const log = this.topics.partition({ topic, partition })
      if (log === null || log.state.endOffset >= offset) continue
      const end = log.state.endOffset
      const what = `group ${group} had read up to offset ${offset}, but ${log.directory} ends at offset ${end}`
      this.#damages.report({ topic, partition, offset: end, records: offset - end, bytes: 0, keptIn: null, what })
      if (offset - end <= MAX_OFFSETS_PER_BATCH) skipTo(log, offset)
    }
  }

  /** The catalogue as the thread `holder` sees it. */
  catalogue(holder: number): Catalogue {
    return new OwnedCatalogue({
      topics: this.topics,
      groups: this.#groups,
      transactions: this.transactions,
      clusterId: this.#clusterId,
      damages: this.#damages,
      holder,
    })
  }

  #internalLog(name: string): KeyedLog {
    const topic = this.topics.get(name) ?? this.topics.create({ name, partitions: 1, config: INTERNAL_CONFIG }, true)
    return new KeyedLog(topic.partitions[0] as Partition)
  }
}

/** `isNew`: the log holds nothing yet. */
function loadClusterId({ dataDir, warn }: OwnerOptions, { isNew }: { readonly isNew: boolean }): string {
  const path = join(dataDir, 'cluster.json')
  const file = readCheckedJson(path)
  if (file.kind === 'read') return (file.value as { clusterId: string }).clusterId
  if (!isNew) warn(`${path} is ${file.kind}. The log gets a new cluster id; its records are not affected.`)
  const clusterId = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
  writeCheckedJson(path, { clusterId })
  return clusterId
}

interface CatalogueParts {
  readonly topics: Topics
  readonly groups: GroupOffsets
  readonly transactions: TransactionCoordinator
  readonly clusterId: string
  readonly damages: Damages
  readonly holder: number
}

class OwnedCatalogue implements Catalogue {
  readonly #parts: CatalogueParts

  constructor(parts: CatalogueParts) {
    this.#parts = parts
  }

  async clusterId(): Promise<string> {
    return this.#parts.clusterId
  }

  async createTopic(topic: NewTopic): Promise<void> {
    this.#parts.topics.create(topic)
  }

  async deleteTopic(name: string): Promise<void> {
    const removed = this.#parts.topics.delete(name)
    this.#parts.groups.deleteTopic(name)
    await removed
  }

  async listTopics(): Promise<TopicSummary[]> {
    return [...this.#parts.topics.summaries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async topicsByName(): Promise<ReadonlyMap<string, TopicSummary>> {
    return this.#parts.topics.summaries
  }

  async openTopic(name: string): Promise<TopicHandle | null> {
    return this.#parts.topics.get(name)?.handle ?? null
  }

  async commitOffsets(group: string, offsets: readonly GroupOffset[]): Promise<void> {
    this.#parts.groups.commit(group, offsets)
  }

  async fetchOffsets(group: string, partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return this.#parts.groups.fetch(group, partitions)
  }

  async deleteGroup(group: string): Promise<void> {
    this.#parts.groups.delete(group)
  }

  async describeGroups(groups: readonly string[]): Promise<GroupDescription[]> {
    return this.#parts.groups.describe(groups)
  }

  async damages(): Promise<readonly LogDamage[]> {
    return this.#parts.damages.list()
  }

  async initTransactions(transactionalId: string, timeoutMs: number): Promise<TransactionalProducer> {
    return this.#parts.transactions.init(transactionalId, timeoutMs, this.#parts.holder)
  }

  async endTransaction(end: TransactionEnd): Promise<void> {
    this.#parts.transactions.end(end)
  }
}
