/** The owner's topics: in memory with their shared states, on disk by topic-store.ts. */

import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { withEntry, withoutEntry } from '../../../layered-map.ts'
import type { NewTopic, TopicConfig, TopicPartition, TopicSummary } from '../../broker.ts'
import { BrokerError, unknownTopic } from '../../broker-error.ts'
import { type AbortedEntry, readAborted, summarize } from '../segments/aborted-index.ts'
import { indexPath, logPath, topicDirectory } from '../segments/data-layout.ts'
import type { Partition } from '../segments/partition.ts'
import { allocateStates, type PartitionState } from '../segments/partition-state.ts'
import { readIndex } from '../segments/segment-index.ts'
import { checkTopicName, effectiveConfig } from '../segments/topic-config.ts'
import type { Checkpoint, ClosedPartition, PartitionCheckpoint } from '../upkeep/checkpoint.ts'
import type { Damages } from '../upkeep/damages.ts'
import { type RecoveredPartition, recoverPartition } from '../upkeep/recovery.ts'
import type { LogThread, OpenTopic } from './thread.ts'
import { loadTopics, metadataPaths, removeTopic, type StoredTopic, storeTopic } from './topic-store.ts'

const MAX_PARTITIONS = 10_000

export interface TopicsOptions {
  readonly dataDir: string
  readonly thread: LogThread
  readonly defaults: TopicConfig
  readonly checkpoint: Checkpoint
  readonly warn: (message: string) => void
  readonly damages: Damages
}

export class Topics {
  readonly #options: TopicsOptions
  readonly #topics = new Map<string, OpenTopic>()
  #summaries: ReadonlyMap<string, TopicSummary> = new Map()
  /** By partition: the offset up to which it has been compacted. */
  readonly cleanedTo = new Map<Partition, number>()

  /** Topics made since `takeCreated` was called last. */
  #created: string[] = []

  /** Loads and recovers all topics of the data directory. */
  constructor(options: TopicsOptions) {
    this.#options = options
    const topics = loadTopics(options.dataDir, options.warn)
    this.#reportMissing(topics)
    for (const topic of topics) this.#open(topic, options.checkpoint)
  }

  /** A topic that was there when the log was closed, and of which nothing is left or whose metadata cannot be read. */
  #reportMissing(topics: readonly StoredTopic[]): void {
    const { dataDir, checkpoint, damages } = this.#options
    const ids = new Set(topics.map(({ id }) => id))
    for (const [key, { closed, startOffset, offset }] of checkpoint) {
      if (closed === undefined || startOffset === offset || ids.has(topicIdOf(key))) continue
      const { topic, partition, segments } = closed
      const bytes = segments.reduce((sum, { size }) => sum + size, 0)
      const what = `${topicDirectory(dataDir, topic)} is missing or was set aside`
      damages.report({
        topic,
        partition,
        offset: startOffset,
        records: offset - startOffset,
        bytes,
        keptIn: null,
        what,
      })
    }
  }

  /** By name, in no order. The map does not change. */
  get summaries(): ReadonlyMap<string, TopicSummary> {
    return this.#summaries
  }

  get(name: string): OpenTopic | null {
    return this.#topics.get(name) ?? null
  }

  partition({ topic, partition }: TopicPartition): Partition | null {
    return this.#topics.get(topic)?.partitions[partition] ?? null
  }

  *partitions(): Generator<Partition> {
    for (const { partitions } of this.#topics.values()) yield* partitions
  }

  create(
    { name, partitions, replicas = 1, config = {}, isEssential = false }: NewTopic,
    isInternal = false,
  ): OpenTopic {
    checkTopicName(name)
    if (this.#topics.has(name)) throw new BrokerError('TOPIC_EXISTS', `Topic ${name} already exists.`)
    checkCount(name, 'partitions', partitions)
    checkCount(name, 'replicas', replicas)
    const effective = effectiveConfig(config, this.#options.defaults)
    const hasCopies = isInternal || isEssential
    const topic: StoredTopic = {
      id: randomUUID(),
      name,
      partitions,
      replicas,
      isInternal,
      hasCopies,
      config: effective,
    }
    storeTopic(this.#options.dataDir, topic)
    this.#created.push(name)
    return this.#open(topic, new Map())
  }

  /** The topic is gone when this returns; the promise is for its space. */
  delete(name: string): Promise<void> {
    const topic = this.#topics.get(name)
    if (topic === undefined) throw unknownTopic(name)
    if (topic.handle.isInternal)
      throw new BrokerError('INVALID_REQUEST', `Topic ${name} is internal and cannot be deleted.`)
    for (const partition of topic.partitions) {
      partition.state.locked(() => partition.state.retire('deleted'))
      partition.notify()
      this.cleanedTo.delete(partition)
    }
    this.#topics.delete(name)
    this.#summaries = withoutEntry(this.#summaries, name)
    this.#options.thread.files.forget(topic.handle.directory)
    return removeTopic(this.#options.dataDir, topic.handle)
  }

  /** Attached threads that have not ended are refused from here on. */
  close(): void {
    for (const { state } of this.partitions()) state.locked(() => state.retire('closed'))
  }

  /** Metadata files that nobody has synced yet, which is now the caller's task. */
  takeCreated(): string[] {
    const created = this.#created
    this.#created = []
    return created.flatMap((name) => metadataPaths(this.#options.dataDir, name))
  }

  /** With the keys that checkpoints use. */
  partitionsByKey(): [string, Partition][] {
    return [...this.#topics.values()].flatMap(({ handle, partitions }) =>
      partitions.map((partition): [string, Partition] => [checkpointKey(handle.id, partition.partition), partition]),
    )
  }

  /** The present state of all partitions, to be written when their files are synced. `isClosed`: no file changes any more. */
  checkpoint({ isClosed }: { readonly isClosed: boolean }): Checkpoint {
    const checkpoint = new Map<string, PartitionCheckpoint>()
    for (const [key, partition] of this.partitionsByKey())
      checkpoint.set(key, {
        ...capture(partition),
        cleanedTo: this.cleanedTo.get(partition) ?? 0,
        ...(isClosed && { closed: describeFiles(partition) }),
      })
    return checkpoint
  }

  /**
   * After the thread `dead` has ended, or should have: frees locks that it has held for `graceMs`, and takes the state of what it was
   * writing from the files again.
   */
  releaseLocksOf(dead: number, graceMs: number): void {
    for (const { handle, partitions } of this.#topics.values())
      for (const partition of partitions)
        partition.state.releaseLockOf(dead, () => this.#repair(handle.name, partition), graceMs)
  }

  #repair(topic: string, partition: Partition): void {
    const { state, directory } = partition
    const base = state.activeBase
    const known = readIndex(indexPath(directory, base), base)?.at(-1) ?? { offset: base, position: 0, maxTimestamp: -1 }
    const open = state.openTransactions()
    const checkpoint = {
      ...known,
      base,
      startOffset: state.startOffset,
      createdAt: state.createdAt,
      appendedAt: state.appendedAt,
      transactions: open.filter(({ firstOffset }) => firstOffset < known.offset),
      ...aborted(readAborted(directory), known.offset),
      cleanedTo: this.cleanedTo.get(partition) ?? 0,
    }
    for (const { producerId } of open) state.closeTransaction(producerId)
    const { checkedFrom } = state
    initialize(state, { ...this.#recover(topic, partition, checkpoint), checkedFrom })
  }

  #recover(
    topic: string,
    { partition, directory, config, hasCopies }: Partition,
    checkpoint: PartitionCheckpoint | null,
  ): RecoveredPartition {
    const { dataDir, thread, damages } = this.#options
    return recoverPartition({
      dataDir,
      topic,
      partition,
      directory,
      checkpoint,
      isCompacted: config.compacts,
      hasCopies,
      now: thread.clock.now(),
      damages,
    })
  }

  #open(topic: StoredTopic, checkpoint: Checkpoint): OpenTopic {
    const { dataDir, thread } = this.#options
    const directory = topicDirectory(dataDir, topic.name)
    const open = thread.openTopic({ ...topic, directory, states: allocateStates(topic.partitions) })
    for (const partition of open.partitions) {
      const recovered = this.#recover(
        topic.name,
        partition,
        checkpoint.get(checkpointKey(topic.id, partition.partition)) ?? null,
      )
      partition.state.locked(() => initialize(partition.state, recovered))
      this.cleanedTo.set(partition, recovered.cleanedTo)
    }
    const { name, partitions, replicas, isInternal } = topic
    this.#topics.set(name, open)
    this.#summaries = withEntry(this.#summaries, name, { name, partitions, replicas, isInternal })
    return open
  }
}

const checkpointKey = (topicId: string, partition: number) => `${topicId}/${partition}`
const topicIdOf = (key: string) => key.slice(0, key.lastIndexOf('/'))

function checkCount(topic: string, what: string, count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > MAX_PARTITIONS)
    throw new BrokerError(
      'INVALID_REQUEST',
      `Topic ${topic} cannot have ${count} ${what}: it must be from 1 to ${MAX_PARTITIONS}.`,
    )
}

/** Under the partition's lock. */
function initialize(state: PartitionState, recovered: RecoveredPartition): void {
  state.bumpVersion()
  state.activeBase = recovered.base
  state.position = recovered.position
  state.indexedPosition = recovered.indexedPosition
  state.startOffset = recovered.startOffset
  state.maxTimestamp = recovered.maxTimestamp
  state.createdAt = recovered.createdAt
  state.appendedAt = recovered.appendedAt
  state.checkedFrom = recovered.checkedFrom
  for (const transaction of recovered.transactions) state.openTransaction(transaction)
  state.publish(recovered.offset)
}

function capture(partition: Partition): Omit<PartitionCheckpoint, 'cleanedTo'> {
  const { state } = partition
  return state.locked(() => {
    partition.refreshLocked()
    return {
      startOffset: state.startOffset,
      base: state.activeBase,
      position: state.position,
      offset: state.endOffset,
      maxTimestamp: state.maxTimestamp,
      createdAt: state.createdAt,
      appendedAt: state.appendedAt,
      transactions: state.openTransactions(),
      ...aborted(partition.aborted, state.endOffset),
    }
  })
}

function aborted(entries: readonly AbortedEntry[], offset: number) {
  const { count, checksum } = summarize(entries, offset)
  return { abortedCount: count, abortedChecksum: checksum }
}

function describeFiles({ topic, partition, directory, bases, state }: Partition): ClosedPartition {
  const sizeOf = (base: number) =>
    base === state.activeBase ? state.position : statSync(logPath(directory, base)).size
  return { topic, partition, segments: bases.map((base) => ({ base, size: sizeOf(base) })) }
}
