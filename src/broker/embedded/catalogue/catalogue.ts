/**
 * What only the log's owner (the main thread) decides: which topics there are, group offsets, transactions. Threads reach it through
 * this port, the owner's own broker directly, the workers' over a MessagePort (remote-catalogue.ts). Everything that passes can be
 * structured-cloned.
 */

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
import type { TransactionOutcome } from '../../record-batch.ts'

/** All that a thread needs to append to and read a topic by itself. */
export interface TopicHandle extends TopicSummary {
  /** Differs for a topic that was deleted and made again. */
  readonly id: string
  readonly config: TopicConfig
  /** Whether each segment has a second copy (segment-copies.ts). */
  readonly hasCopies: boolean
  readonly directory: string
  /** See partition-state.ts. */
  readonly states: SharedArrayBuffer
}

export interface TransactionalProducer {
  readonly producerId: number
  readonly epoch: number
  /** One word: the newest epoch. A producer whose own is lower has been fenced. */
  readonly fence: SharedArrayBuffer
}

export interface TransactionEnd {
  readonly transactionalId: string
  readonly epoch: number
  readonly outcome: TransactionOutcome
  /** Where the transaction has records. */
  readonly partitions: readonly TopicPartition[]
  readonly offsets: readonly { readonly group: string; readonly offsets: readonly GroupOffset[] }[]
}

/** Errors and meanings as in the broker port's methods of the same names. */
export interface Catalogue {
  clusterId(): Promise<string>
  createTopic(topic: NewTopic): Promise<void>
  deleteTopic(name: string): Promise<void>
  listTopics(): Promise<TopicSummary[]>
  topicsByName(): Promise<ReadonlyMap<string, TopicSummary>>
  openTopic(name: string): Promise<TopicHandle | null>
  commitOffsets(group: string, offsets: readonly GroupOffset[]): Promise<void>
  fetchOffsets(group: string, partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]>
  deleteGroup(group: string): Promise<void>
  describeGroups(groups: readonly string[]): Promise<GroupDescription[]>
  damages(): Promise<readonly LogDamage[]>
  initTransactions(transactionalId: string, timeoutMs: number): Promise<TransactionalProducer>
  endTransaction(end: TransactionEnd): Promise<void>
}
