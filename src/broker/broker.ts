/**
 * The broker port: all that the engine needs of a log of topics. Two implementations, the embedded log (`embedded/`) and Kafka
 * (`kafka/`), pass the same contract suite (test/contract/broker.contract.ts). A broker object belongs to one thread; each worker
 * thread opens its own.
 *
 * Conventions: offsets are safe integers, timestamps epoch ms, topic names and ids plain strings. Every method may reject with a
 * `BrokerError` (broker-error.ts) and with nothing else. Record batches are Kafka's v2 bytes in both directions (record-batch.ts).
 */

import type { BrokerError } from './broker-error.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number
}

/** Topic configuration by Kafka's names (`cleanup.policy`, `retention.ms`, ...), values as Kafka writes them. */
export type TopicConfig = Readonly<Record<string, string>>

export interface NewTopic {
  /** 1 to 249 characters of `a-z A-Z 0-9 . _ -`, not `.` or `..`; as Kafka's `Topic.validate`. */
  readonly name: string
  /** >= 1. */
  readonly partitions: number
  /** Copies of each partition, >= 1; absent: the broker's default. The embedded log stores the number and keeps one copy. */
  readonly replicas?: number
  readonly config?: TopicConfig
  /**
   * Whether others depend on the topic's records, as on those of a command log: the embedded log then keeps each segment twice. No effect
   * on Kafka, where `replicas` says it. Default false.
   */
  readonly isEssential?: boolean
}

export interface TopicSummary {
  readonly name: string
  readonly partitions: number
  readonly replicas: number
  /** One of the broker's own topics (`__consumer_offsets`, `__transaction_state`). */
  readonly isInternal: boolean
}

export interface TopicDescription extends TopicSummary {
  /** The effective configuration, defaults included; at least `cleanup.policy` and `retention.ms` are there. */
  readonly config: TopicConfig
}

/** Where one partition begins or ends. Lists of these are in partition order. */
export interface PartitionOffset {
  readonly partition: number
  readonly offset: number
}

export interface Broker {
  /** Opens connections or files. Once, before anything else. */
  connect(): Promise<void>
  /**
   * Closes fetchers and producers made here (an open transaction is aborted), then connections. Afterwards every call rejects
   * with `CLOSED`. Closing twice is allowed.
   */
  close(): Promise<void>

  /** How long the brokers have made this client wait because of its quotas, ms. Absent: there are no quotas. */
  readonly throttledMs?: number

  /** Kafka's cluster id; for the embedded log an id made when the data directory was. Stable over restarts. */
  clusterId(): Promise<string>

  /** Resolves when the topic can be produced to and fetched from. `TOPIC_EXISTS`; `INVALID_REQUEST` for a bad name or config. */
  createTopic(topic: NewTopic): Promise<void>
  /** Resolves when the topic is gone from listTopics. Fetchers report `UNKNOWN_TOPIC` for it. `UNKNOWN_TOPIC`. */
  deleteTopic(name: string): Promise<void>
  /** All topics, sorted by name. */
  listTopics(): Promise<TopicSummary[]>
  /** The same by name, for a caller that looks some of them up. The map does not change. */
  topicsByName(): Promise<ReadonlyMap<string, TopicSummary>>
  /** null if there is no such topic. */
  describeTopic(name: string): Promise<TopicDescription | null>

  /** First offset that can be read, per partition. `UNKNOWN_TOPIC`. */
  startOffsets(topic: string): Promise<PartitionOffset[]>
  /**
   * Offset after the last record, per partition: with `readCommitted` the last stable offset (the first record of the oldest open
   * transaction, or the end), otherwise the high watermark. `UNKNOWN_TOPIC`.
   */
  endOffsets(topic: string, options?: { readonly readCommitted?: boolean }): Promise<PartitionOffset[]>
  /**
   * Per partition the offset of the first record, in offset order, whose timestamp is >= `timestamp`; the end offset where there is
   * none. Source: Kafka `ListOffsets`. `UNKNOWN_TOPIC`.
   */
  offsetsForTimestamp(topic: string, timestamp: number): Promise<PartitionOffset[]>
  /**
   * Raises the start offset of each partition to `offset` (at most the end; lower than the present start: no change). For topics that
   * only this engine reads, such as repartition topics. `UNKNOWN_TOPIC`, `OFFSET_OUT_OF_RANGE`.
   */
  deleteRecords(topic: string, offsets: readonly PartitionOffset[]): Promise<void>

  /**
   * Stores next offsets of a group that has no live members. Visible to ordinary Kafka tools. `metadata`: free text, default ''.
   * `INVALID_REQUEST` when the group has members of its own.
   */
  commitOffsets(group: string, offsets: readonly GroupOffset[]): Promise<void>
  /**
   * Committed offsets, for those of `partitions` (absent: all) that have one. An offset in a transaction that is still open is not
   * visible; the former one is.
   */
  fetchOffsets(group: string, partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]>
  /**
   * As `fetchOffsets`, but waits for the end of open transactions that hold an offset of these partitions: its writer, which may be
   * taken for dead, can then not move the offset any more. Rejects with `UNAVAILABLE` if that takes longer than such transactions live.
   */
  fetchStableOffsets(group: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]>
  /** Forgets a group and its offsets. A group that does not exist: no error. */
  deleteGroup(group: string): Promise<void>
  /** What is known of each of the groups, in the order of `groups`; a group that does not exist has state `Dead`. */
  describeGroups(groups: readonly string[]): Promise<GroupDescription[]>

  /**
   * Damage to stored records that was found since the log was opened, oldest first, bounded. Kafka's brokers keep their logs themselves:
   * for them the list is empty.
   */
  damages(): Promise<readonly LogDamage[]>

  /** A fetcher that shares this broker's connections. Make one per worker thread and assign all its partitions to it. */
  fetcher(options?: FetcherOptions): Fetcher
  /** A producer that shares this broker's connections. */
  producer(options?: ProducerOptions): Producer
}

/** Records that were acknowledged and are lost, as the files that held them are damaged or gone. */
export interface LogDamage extends TopicPartition {
  /** The first offset that is lost. */
  readonly offset: number
  /** The most records that can be lost, one for each offset. Null where nothing says how many there were. */
  readonly records: number | null
  readonly bytes: number
  /** Path of a copy of the damaged file; null if there was nothing to copy. */
  readonly keptIn: string | null
  /** Sentences for the operator: what was found where, what is lost, what to do. */
  readonly message: string
}

export interface GroupOffset extends TopicPartitionOffset {
  /** Free text kept beside the offset. Default ''. */
  readonly metadata?: string
}

/** A place in a consumer group. Source: Kafka `ConsumerGroupMetadata`. */
export interface GroupMembership {
  readonly memberId: string
  readonly generation: number
}

export interface CommittedOffset extends TopicPartitionOffset {
  readonly metadata: string
}

export interface GroupDescription {
  readonly group: string
  /** Kafka's word: `Empty` (offsets, no members), `Stable`, `PreparingRebalance`, `CompletingRebalance`, `Dead` (unknown). */
  readonly state: string
  readonly members: readonly GroupMember[]
  readonly offsets: readonly CommittedOffset[]
}

export interface GroupMember {
  readonly memberId: string
  readonly clientId: string
  readonly clientHost: string
}

export interface FetcherOptions {
  /** How long the broker may hold a fetch that finds nothing, ms. Default 250. Does not delay records that are there. */
  readonly maxWaitMs?: number
  /** A soft bound on the bytes of one fetch over all partitions. Default 8 MiB. */
  readonly maxBytes?: number
  /** A soft bound per partition and fetch; a first batch larger than this still comes whole. Default 1 MiB. */
  readonly maxPartitionBytes?: number
  /**
   * Bound on bytes fetched ahead and not yet taken by `poll`. Default 16 MiB. A partition is not fetched again before its last
   * answer was taken, except that the next one may be under way while the caller works.
   */
  readonly maxBufferedBytes?: number
  /** Deliver only up to the last stable offset, with the aborted transactions in that range. Default false. */
  readonly readCommitted?: boolean
}

/**
 * Why a partition pauses. `full`: its reader has as many records as it keeps, so that later fetches of the partition may be smaller. `held-up`: its
 * reader waits for something else.
 */
export type PauseReason = 'full' | 'held-up'

/**
 * One long-lived request loop over many partitions. Calls other than `poll` and `close` take effect at once and are synchronous:
 * after `unassign`, `seek` or `assign` returns, no `poll` yields anything fetched for the former position, even if it was on its way.
 */
export interface Fetcher {
  /** Starts to fetch a partition at `offset` (>= 0). Already assigned: as `seek`. Unknown topics are reported by `poll`. */
  assign(position: TopicPartitionOffset): void
  /** Stops fetching and drops what is buffered. Not assigned: no effect. */
  unassign(partition: TopicPartition): void
  /** Moves an assigned partition, and clears its error. `INVALID_REQUEST` (thrown) if it is not assigned. */
  seek(position: TopicPartitionOffset): void
  /** `poll` skips the partition until `resume`; at most one answer stays buffered for it. Not assigned: no effect. */
  pause(partition: TopicPartition, reason: PauseReason): void
  resume(partition: TopicPartition): void
  /**
   * What has arrived, at most one entry per partition, and each partition's entries in offset order without gaps. Resolves at once if
   * anything is buffered, else with the first arrival, or with `[]` after `maxWaitMs` (0: at once) or `wakeUp`. One poll at a time.
   * Partitions take turns, so none starves.
   */
  poll(maxWaitMs: number): Promise<FetchedPartition[]>
  /** The caller has read these and keeps no views on them: their memory is used again. Need not be called. */
  release(fetched: readonly FetchedPartition[]): void
  /** Makes the pending poll, or if there is none the next one, resolve without waiting. */
  wakeUp(): void
  close(): Promise<void>
}

export interface FetchedPartition extends TopicPartition {
  /** The offset wanted: records before it in the first batch must be skipped by the reader. */
  readonly fetchOffset: number
  /** Offset after the last whole batch of `batches`: where the fetcher continues. `fetchOffset` if `batches` is empty. */
  readonly nextOffset: number
  /**
   * Record batches v2, one after the other; the last may be cut short and is then to be ignored. May hold control batches and, under
   * `readCommitted`, aborted records. The caller may keep views on it until `release`. Empty if there is an error.
   */
  readonly batches: Buffer
  /** End offset of the partition as of this fetch; lag is `highWatermark - position`. -1 if there is an error. */
  readonly highWatermark: number
  /** Under `readCommitted` the offset up to which transactions are decided; otherwise equal to `highWatermark`. */
  readonly lastStableOffset: number
  /** First offset that can still be read. -1 if there is an error. */
  readonly logStartOffset: number
  /** Transactions that were aborted and overlap `batches`, ascending by `firstOffset`. Empty unless `readCommitted`. */
  readonly abortedTransactions: readonly AbortedTransaction[]
  /**
   * Why the partition cannot be fetched: `OffsetOutOfRangeError`, `UNKNOWN_TOPIC`, `CORRUPT_LOG`, `AUTHORIZATION_FAILED`. It is then
   * not fetched until `seek` or `assign`. What a retry can cure (a leader moves, a connection breaks) is retried inside and not
   * reported until it has lasted 30 s: then once, with `retriable` true, while the retries continue.
   */
  readonly error: BrokerError | null
}

/** Records of `producerId` from `firstOffset` up to its next abort marker are to be dropped. */
export interface AbortedTransaction {
  /** A safe integer: ids are handed out from 0 up. */
  readonly producerId: number
  readonly firstOffset: number
}

export interface ProducerOptions {
  /** Gives the producer transactions, and fences any older one of this id. Implies `idempotent`. */
  readonly transactionalId?: string
  /** Retries never store a batch twice or out of order. Default true. */
  readonly idempotent?: boolean
  /** A transaction left open this long is aborted by the broker, ms. Default 60,000. */
  readonly transactionTimeoutMs?: number
  /** Bound on bytes sent and not yet acknowledged. `send` above it waits. Default 32 MiB. */
  readonly maxInFlightBytes?: number
}

/**
 * Writes whole batches; nothing is held back to gather more (gathering is the caller's: it fills a `RecordBatchBuilder`). Batches of a
 * partition are stored in the order of `send`, several may be on their way at once. After a `send` of a partition failed, later ones
 * of the partition that were already on their way fail too; none is stored before the failed one.
 */
export interface Producer {
  /**
   * Appends one record batch v2 (base offset 0; leader epoch, producer fields and CRC as the builder left them: the producer sets them,
   * **in place**). Resolves when it is stored (Kafka: acks=all). The caller must not touch `batch` until then. In a transactional
   * producer only between `begin` and `commit`/`abort`.
   * `UNKNOWN_TOPIC`, `RECORD_TOO_LARGE`, `PRODUCER_FENCED`, `TRANSACTION_ABORTED`, `STORAGE_FULL`, `UNAVAILABLE`, `INVALID_REQUEST`.
   */
  send(topic: string, partition: number, batch: Uint8Array): Promise<SendResult>
  /** Resolves when every earlier `send` has settled; rejects with the first failure since the last `flush`. */
  flush(): Promise<void>

  /** Once, before the first `begin`: fences older producers of this id and finishes or aborts what they left open. */
  initTransactions(): Promise<void>
  /** Local, so synchronous. `INVALID_REQUEST` (thrown) if a transaction is open or `initTransactions` was not called. */
  begin(): void
  /**
   * Makes the group's offsets part of the open transaction. With `member` only while the group knows that member in that generation; else
   * `STALE_MEMBER`, after which the transaction may still be continued.
   */
  sendOffsets(group: string, offsets: readonly GroupOffset[], member?: GroupMembership): Promise<void>
  /**
   * Flushes, then makes all sends and offsets since `begin` visible, or rejects and none of them is. `PRODUCER_FENCED`: close the
   * producer. `TRANSACTION_ABORTED`: call `abort`. Retriable errors: the outcome is unknown; call `commit` again.
   */
  commit(): Promise<void>
  /** Drops the open transaction. No effect if none is open. */
  abort(): Promise<void>

  /** Aborts an open transaction, waits for sends under way. */
  close(): Promise<void>
}

export interface SendResult {
  /** Offset that the first record of the batch got. */
  readonly baseOffset: number
  /** The broker's time of the append when the topic has `message.timestamp.type=LogAppendTime`, else null. Epoch ms. */
  readonly logAppendTimeMs: number | null
}
