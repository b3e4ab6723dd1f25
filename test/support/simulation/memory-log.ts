/**
 * A log of topics in memory, with transactions and the offsets of groups: what a Kafka keeps, without its network and its disk. It stands for the
 * broker in simulations, where opening files would take most of the time. Clients are made by `memory-broker.ts`.
 */
import type {
  CommittedOffset,
  GroupMembership,
  GroupOffset,
  NewTopic,
  SendResult,
  TopicConfig,
  TopicPartition,
} from '../../../src/broker/broker.ts'
import { BrokerError, unknownTopic } from '../../../src/broker/broker-error.ts'
import { checkTopicName, effectiveConfig, parseConfig } from '../../../src/broker/embedded/segments/topic-config.ts'
import { positionKey } from '../../../src/broker/position-key.ts'
import type { TransactionOutcome } from '../../../src/broker/record-batch.ts'
import type { Clock, Timer } from '../../../src/clock.ts'
import { MemoryPartition, type ProducerEpoch } from './memory-partition.ts'

export interface MemoryTopic {
  readonly name: string
  readonly replicas: number
  readonly config: TopicConfig
  readonly partitions: readonly MemoryPartition[]
}

/** The newest producer of a transactional id. */
interface TransactionalId extends ProducerEpoch {
  readonly timeoutMs: number
  /** When its open transaction began, epoch ms; null: none is open. */
  startedAt: number | null
  readonly touched: Set<MemoryPartition>
  /** What the open transaction commits for groups. */
  readonly offsets: { readonly group: string; readonly offsets: readonly GroupOffset[] }[]
}

export interface MemoryLogOptions {
  readonly clock: Clock
  readonly timer: Timer
  /** Whether the group knows the member in that generation. Default: groups have no members. Source: KIP-447. */
  readonly knows?: (group: string, member: GroupMembership) => boolean
}

export class MemoryLog {
  readonly clock: Clock
  readonly timer: Timer
  readonly #topics = new Map<string, MemoryTopic>()
  readonly #groups = new Map<string, Map<string, CommittedOffset>>()
  readonly #ids = new Map<string, TransactionalId>()
  readonly #appendListeners = new Set<() => void>()
  readonly #knows: (group: string, member: GroupMembership) => boolean
  /** Those who wait for the end of a transaction. */
  #waiters: (() => void)[] = []
  #producers = 0

  constructor({ clock, timer, knows = () => false }: MemoryLogOptions) {
    this.clock = clock
    this.timer = timer
    this.#knows = knows
  }

  createTopic({ name, partitions, replicas = 1, config = {} }: NewTopic): void {
    checkTopicName(name)
    if (this.#topics.has(name)) throw new BrokerError('TOPIC_EXISTS', `Topic ${name} already exists.`)
    if (partitions < 1) throw new BrokerError('INVALID_REQUEST', `Topic ${name} needs a partition.`)
    this.#topics.set(name, { name, replicas, config: effectiveConfig(config, {}), partitions: [] })
    this.addPartitions(name, partitions)
  }

  addPartitions(name: string, count: number): void {
    const topic = this.topic(name)
    const { partitions } = topic
    const config = parseConfig(topic.config)
    const added = Array.from(
      { length: count },
      (_, n) => new MemoryPartition({ topic: name, partition: partitions.length + n }, config),
    )
    this.#topics.set(name, { ...topic, partitions: [...partitions, ...added] })
  }

  deleteTopic(name: string): void {
    for (const partition of this.topic(name).partitions) partition.isDeleted = true
    this.#topics.delete(name)
    for (const offsets of this.#groups.values())
      for (const [key, { topic }] of offsets) if (topic === name) offsets.delete(key)
    this.noteAppend()
  }

  /** Sorted by name. */
  topics(): MemoryTopic[] {
    return [...this.#topics.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  find(name: string): MemoryTopic | null {
    return this.#topics.get(name) ?? null
  }

  topic(name: string): MemoryTopic {
    const topic = this.#topics.get(name)
    if (topic === undefined) throw unknownTopic(name)
    return topic
  }

  partition({ topic, partition }: TopicPartition): MemoryPartition {
    const found = this.topic(topic).partitions[partition]
    if (found === undefined) throw unknownTopic(topic, partition)
    return found
  }

  commitOffsets(group: string, offsets: readonly GroupOffset[]): void {
    const committed = this.#groups.get(group) ?? new Map<string, CommittedOffset>()
    this.#groups.set(group, committed)
    for (const { topic, partition, offset, metadata = '' } of offsets)
      committed.set(positionKey({ topic, partition }), { topic, partition, offset, metadata })
  }

  fetchOffsets(group: string, partitions?: readonly TopicPartition[]): CommittedOffset[] {
    const offsets = this.#groups.get(group) ?? new Map<string, CommittedOffset>()
    return partitions === undefined
      ? [...offsets.values()]
      : partitions.flatMap((position) => offsets.get(positionKey(position)) ?? [])
  }

  /** As `fetchOffsets`, once no open transaction holds offsets of the group. */
  async fetchStableOffsets(group: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    const isHeld = () => [...this.#ids.values()].some(({ offsets }) => offsets.some((held) => held.group === group))
    while (isHeld()) await new Promise<void>((resolve) => this.#waiters.push(resolve))
    return this.fetchOffsets(group, partitions)
  }

  deleteGroup(group: string): void {
    this.#groups.delete(group)
  }

  /** Fences the former producer of the id and aborts what it left open. */
  initTransactions(transactionalId: string, timeoutMs: number): ProducerEpoch {
    const former = this.#ids.get(transactionalId)
    if (former !== undefined) this.#endOpen(former, 'abort')
    const producer = {
      producerId: former?.producerId ?? this.#producers++,
      producerEpoch: (former?.producerEpoch ?? -1) + 1,
    }
    this.#ids.set(transactionalId, { ...producer, timeoutMs, startedAt: null, touched: new Set(), offsets: [] })
    return producer
  }

  /** Stores a batch of the transaction. `PRODUCER_FENCED` if a newer producer has the id. */
  appendTo(transactionalId: string, producer: ProducerEpoch, partition: MemoryPartition, batch: Buffer): SendResult {
    this.#transaction(transactionalId, producer).touched.add(partition)
    return partition.append(batch, producer.producerId, this.clock.now())
  }

  /** `PRODUCER_FENCED` if a newer producer has the id; `STALE_MEMBER` if the group does not know the member. */
  addOffsets(
    transactionalId: string,
    producer: ProducerEpoch,
    { group, offsets, member }: { group: string; offsets: readonly GroupOffset[]; member: GroupMembership | undefined },
  ): void {
    if (member !== undefined && !this.#knows(group, member))
      throw new BrokerError('STALE_MEMBER', `${group} does not know ${member.memberId} in this generation.`)
    this.#transaction(transactionalId, producer).offsets.push({ group, offsets })
  }

  /** `PRODUCER_FENCED` if a newer producer has the id. */
  endTransaction(transactionalId: string, producer: ProducerEpoch, outcome: TransactionOutcome): void {
    this.#endOpen(this.#current(transactionalId, producer), outcome)
  }

  /** Aborts the transactions that have been open for longer than their producers said, and fences those. */
  abortTimedOut(): void {
    for (const [transactionalId, { startedAt, timeoutMs }] of this.#ids)
      if (startedAt !== null && this.clock.now() - startedAt > timeoutMs)
        this.initTransactions(transactionalId, timeoutMs)
  }

  /** Calls `listener` whenever there may be more to read; returns how to end that. */
  onAppend(listener: () => void): () => void {
    this.#appendListeners.add(listener)
    return () => this.#appendListeners.delete(listener)
  }

  noteAppend(): void {
    for (const listener of this.#appendListeners) listener()
  }

  /** The open transaction of the producer, or a new one. `PRODUCER_FENCED` if a newer producer has the id. */
  #transaction(transactionalId: string, producer: ProducerEpoch): TransactionalId {
    const id = this.#current(transactionalId, producer)
    id.startedAt ??= this.clock.now()
    return id
  }

  #current(transactionalId: string, { producerEpoch }: ProducerEpoch): TransactionalId {
    const id = this.#ids.get(transactionalId)
    if (id === undefined || id.producerEpoch !== producerEpoch)
      throw new BrokerError('PRODUCER_FENCED', `A newer producer has taken over ${transactionalId}.`)
    return id
  }

  #endOpen(id: TransactionalId, outcome: TransactionOutcome): void {
    for (const partition of id.touched)
      if (!partition.isDeleted) partition.endTransaction(id, outcome, this.clock.now())
    if (outcome === 'commit') for (const { group, offsets } of id.offsets) this.commitOffsets(group, offsets)
    id.touched.clear()
    id.offsets.length = 0
    id.startedAt = null
    for (const proceed of this.#waiters.splice(0)) proceed()
    this.noteAppend()
  }
}
