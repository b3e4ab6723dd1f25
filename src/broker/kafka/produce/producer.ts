/**
 * Sends record batches to the leaders of their partitions: at once, in order, several on their way. Queues per partition keep the order
 * over retries (partition-queue.ts), a lane per broker carries the requests (produce-lane.ts), a transaction holds back what its
 * coordinator does not know of yet (transaction.ts), and answers decide whether a batch is stored, sent again or failed (batch-outcomes.ts).
 */

import type { Scheduled } from '../../../clock.ts'
import type { GroupMembership, GroupOffset, Producer, ProducerOptions, SendResult } from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'
import { positionKey } from '../../position-key.ts'
import { BATCH_HEADER_BYTES, batchSize, recordCount } from '../../record-batch.ts'
import { addTo } from '../cluster/by-leader.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { unavailable } from '../protocol/protocol-errors.ts'
import { BatchOutcomes, type Sent } from './batch-outcomes.ts'
import { PartitionQueue } from './partition-queue.ts'
import { ProduceLane } from './produce-lane.ts'
import { freshIdentity, type ProducerIdentity } from './producer-id.ts'
import { Transaction } from './transaction.ts'

/** Small requests keep the pipeline moving; one batch may be larger. */
const REQUEST_BYTES = 1 << 20
const UNKNOWN_TOPIC_AFTER_MS = 500

export class KafkaProducer implements Producer {
  readonly #cluster: Cluster
  readonly #options: Required<Omit<ProducerOptions, 'transactionalId'>>
  readonly #transaction: Transaction | null
  readonly #outcomes: BatchOutcomes
  readonly #onClose: () => void
  readonly #queues = new Map<string, PartitionQueue>()
  /** Queues with batches that wait to be sent; the first has waited longest. */
  readonly #active = new Set<PartitionQueue>()
  readonly #lanes = new Map<number, ProduceLane>()
  /** Partitions of the open transaction that its coordinator knows of. */
  readonly #added = new Set<PartitionQueue>()
  readonly #unsettled = new Set<Promise<SendResult>>()
  #identity: ProducerIdentity | null = null
  #firstFailure: unknown = null
  #bytesInFlight = 0
  #preparation: Promise<void> | null = null
  #isPumpScheduled = false
  #nextLook: Scheduled | null = null
  #isClosed = false

  constructor(cluster: Cluster, { transactionalId, ...options }: ProducerOptions, onClose: () => void) {
    this.#cluster = cluster
    this.#onClose = onClose
    this.#options = { idempotent: true, transactionTimeoutMs: 60_000, maxInFlightBytes: 32 << 20, ...options }
    this.#transaction =
      transactionalId === undefined
        ? null
        : new Transaction(cluster, transactionalId, this.#options.transactionTimeoutMs)
    this.#outcomes = new BatchOutcomes(cluster, this.#transaction)
  }

  send(topic: string, partition: number, batch: Uint8Array): Promise<SendResult> {
    const result = new Promise<SendResult>((resolve, reject) => {
      this.#throwIfClosed()
      this.#transaction?.throwUnlessWritable()
      const bytes = checkedBatch(batch)
      const deadline = this.#cluster.timer.elapsed() + this.#cluster.settings.deliveryTimeoutMs
      const queue = this.#queueOf(topic, partition)
      queue.push({ bytes, recordCount: recordCount(bytes, 0), deadline, order: 0, sequence: null, resolve, reject })
      this.#active.add(queue)
      this.#schedulePump()
    })
    this.#unsettled.add(result)
    result
      .catch((error: unknown) => {
        this.#firstFailure ??= error
      })
      .finally(() => this.#unsettled.delete(result))
    return result
  }

  async flush(): Promise<void> {
    this.#throwIfClosed()
    await Promise.allSettled(this.#unsettled)
    const failure = this.#firstFailure
    this.#firstFailure = null
    if (failure !== null) throw failure
  }

  async initTransactions(): Promise<void> {
    await this.#transactional().init()
    this.#identify(this.#transactional().identity)
  }

  begin(): void {
    this.#transactional().begin()
    this.#firstFailure = null
  }

  async sendOffsets(group: string, offsets: readonly GroupOffset[], member?: GroupMembership): Promise<void> {
    await this.#transactional().sendOffsets(group, offsets, member)
  }

  async commit(): Promise<void> {
    const transaction = this.#transactional()
    // What failed has failed the transaction, whose commit says so.
    await this.flush().catch(() => {})
    await transaction.commit()
    this.#added.clear()
  }

  async abort(): Promise<void> {
    await this.#abort(this.#transactional())
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    if (this.#transaction?.isOpen) await this.#abort(this.#transaction).catch(() => {})
    else await Promise.allSettled(this.#unsettled)
    this.#isClosed = true
    this.#nextLook?.cancel()
    for (const lane of this.#lanes.values()) lane.close()
    this.#onClose()
  }

  async #abort(transaction: Transaction): Promise<void> {
    const dropped = new BrokerError('TRANSACTION_ABORTED', 'The transaction was aborted.')
    for (const queue of this.#queues.values()) queue.abandon(dropped)
    await Promise.allSettled([...this.#unsettled, this.#preparation])
    this.#firstFailure = null
    this.#added.clear()
    if ([...this.#queues.values()].some((queue) => queue.needsNewEpoch)) transaction.fail(dropped)
    if (await transaction.abort()) this.#identify(transaction.identity)
  }

  #transactional(): Transaction {
    this.#throwIfClosed()
    if (this.#transaction === null)
      throw new BrokerError('INVALID_REQUEST', 'This producer has no transactional id, so it has no transactions.')
    return this.#transaction
  }

  #throwIfClosed(): void {
    if (this.#isClosed || this.#cluster.isClosed) throw new BrokerError('CLOSED', 'The producer was closed.')
  }

  #queueOf(topic: string, partition: number): PartitionQueue {
    const key = positionKey({ topic, partition })
    let queue = this.#queues.get(key)
    if (queue === undefined) {
      queue = new PartitionQueue({
        topic,
        partition,
        identity: this.#identity,
        isTransactional: this.#transaction !== null,
        backoff: this.#cluster.backoff,
      })
      this.#queues.set(key, queue)
    }
    return queue
  }

  #identify(identity: ProducerIdentity): void {
    this.#identity = identity
    for (const queue of this.#queues.values()) queue.identify(identity)
  }

  /** Once for all calls of this turn, so that batches for one broker leave together. */
  #schedulePump(): void {
    if (this.#isPumpScheduled || this.#isClosed) return
    this.#isPumpScheduled = true
    queueMicrotask(() => {
      this.#isPumpScheduled = false
      if (this.#isClosed) return
      if (this.#needsIdentity) this.#prepare(() => this.#getIdentity())
      else this.#pump()
    })
  }

  /** Sends what can be sent, and prepares what cannot. */
  #pump(): void {
    const now = this.#cluster.timer.elapsed()
    const leaderless = new Set<string>()
    const unadded: PartitionQueue[] = []
    const ready = new Map<number, PartitionQueue[]>()
    let nextLook = Number.POSITIVE_INFINITY
    for (const queue of this.#active) {
      if (!queue.hasWaiting) this.#active.delete(queue)
      else if (queue.retryAt > now) nextLook = Math.min(nextLook, queue.retryAt)
      else if (this.#transaction !== null && !this.#added.has(queue)) unadded.push(queue)
      else this.#sort(queue, ready, leaderless)
    }
    for (const [nodeId, queues] of ready) this.#fill(nodeId, queues)
    if (unadded.length > 0) this.#prepare(() => this.#addToTransaction(unadded))
    if (leaderless.size > 0) this.#prepare(() => this.#findLeaders([...leaderless]))
    this.#pumpAgainAt(nextLook, now)
  }

  #pumpAgainAt(time: number, now: number): void {
    this.#nextLook?.cancel()
    if (time < Number.POSITIVE_INFINITY)
      this.#nextLook = this.#cluster.timer.after(time - now, () => this.#schedulePump())
  }

  /** Puts the queue with those of its leader, if a batch may leave to it now. */
  #sort(queue: PartitionQueue, ready: Map<number, PartitionQueue[]>, leaderless: Set<string>): void {
    const leader = this.#cluster.knownLeader(queue.topic, queue.partition)
    if (leader === undefined) leaderless.add(queue.topic)
    else if (queue.canSend(leader)) addTo(ready, leader, queue)
  }

  get #needsIdentity(): boolean {
    return this.#options.idempotent && this.#identity === null && this.#active.size > 0
  }

  /** One preparation at a time; each ends with another look at what can be sent. */
  #prepare(step: () => Promise<void>): void {
    this.#preparation ??= step().finally(() => {
      this.#preparation = null
      this.#schedulePump()
    })
  }

  async #getIdentity(): Promise<void> {
    try {
      const needs = [this.#cluster.needs('IdempotentWrite', 'cluster', '')]
      const identity = await this.#cluster.retrying(async () => freshIdentity(await this.#cluster.controller(), needs))
      this.#identify(identity)
    } catch (error) {
      for (const queue of this.#active) queue.abandon(unavailable('Getting a producer id', error))
    }
  }

  async #addToTransaction(queues: readonly PartitionQueue[]): Promise<void> {
    const transaction = this.#transactional()
    try {
      await transaction.addPartitions(queues)
      for (const queue of queues) this.#added.add(queue)
    } catch (error) {
      const failure = unavailable('Adding partitions to the transaction', error)
      transaction.fail(failure)
      for (const queue of queues) queue.abandon(failure)
    }
  }

  async #findLeaders(topics: readonly string[]): Promise<void> {
    let problems: ReadonlyMap<string, BrokerError>
    try {
      problems = await this.#cluster.lookUp(topics)
    } catch (error) {
      const problem = unavailable('Looking for the leaders of topics', error)
      problems = new Map(topics.map((topic) => [topic, problem]))
    }
    const now = this.#cluster.timer.elapsed()
    for (const queue of this.#active) {
      if (!topics.includes(queue.topic)) continue
      const problem = problems.get(queue.topic) ?? this.#cluster.problemOf(queue.topic, queue.partition)
      if (problem !== undefined) this.#meetProblem(queue, problem, now)
    }
  }

  /** The partition cannot be written to now. */
  #meetProblem(queue: PartitionQueue, problem: BrokerError, now: number): void {
    const isYoung = queue.troubleMs(now) < UNKNOWN_TOPIC_AFTER_MS
    if (problem.retriable || (problem.code === 'UNKNOWN_TOPIC' && isYoung)) {
      queue.hinder(now)
      if (queue.isIdle && queue.expire(now, problem)) this.#transaction?.fail(problem)
    } else {
      this.#transaction?.fail(problem)
      queue.abandon(problem)
    }
  }

  /** Sends to one broker until it has enough on its way or nothing is left. */
  #fill(nodeId: number, queues: PartitionQueue[]): void {
    const lane = this.#laneOf(nodeId)
    if (!lane.isReady) void this.#open(lane, queues)
    let left = queues
    while (left.length > 0 && lane.isReady) {
      const sent = this.#gather(nodeId, left)
      if (sent.length === 0) return
      void this.#deliver(lane, sent)
      left = left.filter((queue) => queue.canSend(nodeId))
    }
  }

  #laneOf(nodeId: number): ProduceLane {
    let lane = this.#lanes.get(nodeId)
    if (lane === undefined) {
      lane = new ProduceLane(this.#cluster, nodeId, () => this.#schedulePump())
      this.#lanes.set(nodeId, lane)
    }
    return lane
  }

  async #open(lane: ProduceLane, queues: readonly PartitionQueue[]): Promise<void> {
    try {
      if (await lane.open()) this.#schedulePump()
    } catch (error) {
      const now = this.#cluster.timer.elapsed()
      for (const queue of queues) {
        this.#cluster.forgetTopic(queue.topic)
        this.#meetProblem(queue, unavailable('Connecting to a leader', error), now)
      }
      this.#schedulePump()
    }
  }

  /** One batch of each partition, up to the size of a request. A queue that gives one goes to the end of the turns. */
  #gather(nodeId: number, queues: readonly PartitionQueue[]): Sent[] {
    const sent: Sent[] = []
    let bytes = 0
    for (const queue of queues) {
      const next = queue.nextBytes
      if (this.#bytesInFlight > 0 && this.#bytesInFlight + next > this.#options.maxInFlightBytes) break
      if (bytes > 0 && bytes + next > REQUEST_BYTES) break
      sent.push({ queue, batch: queue.take(nodeId) })
      bytes += next
      this.#bytesInFlight += next
      this.#active.delete(queue)
      if (queue.hasWaiting) this.#active.add(queue)
    }
    return sent
  }

  async #deliver(lane: ProduceLane, sent: readonly Sent[]): Promise<void> {
    const transactionalId = this.#transaction?.transactionalId ?? null
    const timeoutMs = this.#cluster.settings.requestTimeoutMs
    const batches = sent.map(({ queue, batch }) => ({
      topic: queue.topic,
      partition: queue.partition,
      bytes: batch.bytes,
    }))
    try {
      const answers = await lane.send({ transactionalId, timeoutMs, batches })
      const byKey = new Map(answers.map((answer) => [positionKey(answer), answer]))
      for (const one of sent) this.#outcomes.settle(one, byKey.get(positionKey(one.queue)))
    } catch (error) {
      for (const one of sent) this.#outcomes.giveUpWaiting(one, error)
    }
    for (const { queue, batch } of sent) {
      this.#bytesInFlight -= batch.bytes.length
      if (queue.hasWaiting) this.#active.add(queue)
    }
    this.#schedulePump()
  }
}

function checkedBatch(batch: Uint8Array): Buffer {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength)
  const isWhole = bytes.length >= BATCH_HEADER_BYTES && batchSize(bytes, 0) === bytes.length
  if (!isWhole || recordCount(bytes, 0) < 1)
    throw new BrokerError('INVALID_REQUEST', 'What is sent must be exactly one record batch with at least one record.')
  return bytes
}
