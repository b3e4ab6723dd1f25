/**
 * The batches of one partition on their way to the broker, in order. Kafka accepts a batch of an idempotent producer only if its sequence
 * follows the last one stored, so when one of several batches under way fails, those behind it come back as out of order. They are
 * then all sent again, in their old order with their old sequences, once the last of them has come back.
 */

import type { SendResult } from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'
import { nextSequence, sealBatch } from '../../record-batch.ts'
import type { Backoff } from '../cluster/retry.ts'
import type { ProducerIdentity } from './producer-id.ts'

/** As many as the broker remembers of a producer, to recognize a batch that it has already. Source: Kafka `ProducerStateEntry`. */
const MAX_IN_FLIGHT = 5

export interface QueuedBatch {
  readonly bytes: Buffer
  readonly recordCount: number
  /** When to give up, by `Timer.elapsed()`. */
  readonly deadline: number
  /** Its place among the batches of the partition, by `push`. */
  order: number
  /** null until it is first sent. */
  sequence: number | null
  readonly resolve: (result: SendResult) => void
  readonly reject: (error: BrokerError) => void
}

export interface PartitionQueueOptions {
  readonly topic: string
  readonly partition: number
  /** Null: not idempotent. */
  readonly identity: ProducerIdentity | null
  readonly isTransactional: boolean
  readonly backoff: Backoff
}

export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly #isTransactional: boolean
  readonly #backoff: Backoff
  /** null: not idempotent. */
  #identity: ProducerIdentity | null
  #pushed = 0
  #sequence = 0
  /** Whether the broker has stored a batch of this identity, so that it notices a gap. */
  #isKnown = false
  #waiting: QueuedBatch[] = []
  #inFlight: QueuedBatch[] = []
  /** To be sent again. */
  #returned: QueuedBatch[] = []
  #failures = 0
  #troubleSince: number | null = null
  /** Set when a batch failed for good: what is still on its way fails with it. */
  #failure: BrokerError | null = null
  /** What to do when the last batch on its way has come back. */
  #afterFailure: { sequence: number } | 'newEpoch' | null = null
  retryAt = 0
  /** The broker that has what is in flight. */
  nodeId = -1

  constructor({ topic, partition, identity, isTransactional, backoff }: PartitionQueueOptions) {
    this.topic = topic
    this.partition = partition
    this.#identity = identity
    this.#isTransactional = isTransactional
    this.#backoff = backoff
  }

  /** Whether nothing is in flight. */
  get isIdle(): boolean {
    return this.#inFlight.length === 0 && this.#returned.length === 0
  }

  /** Whether a batch may leave now (or at `retryAt`) to the broker `nodeId`. */
  canSend(nodeId: number): boolean {
    if (this.#waiting.length === 0 || this.#returned.length > 0 || this.#failure !== null) return false
    const limit = this.#identity !== null && this.#isKnown ? MAX_IN_FLIGHT : 1
    return this.#inFlight.length < limit && (this.#inFlight.length === 0 || this.nodeId === nodeId)
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** How long the partition has been in trouble, ms. */
  troubleMs(now: number): number {
    return this.#troubleSince === null ? 0 : now - this.#troubleSince
  }

  push(batch: QueuedBatch): void {
    batch.order = this.#pushed++
    this.#waiting.push(batch)
  }

  /** Size of the next batch. Only when `canSend`. */
  get nextBytes(): number {
    return this.#waiting[0]!.bytes.length
  }

  /** Takes the next batch, sealed. Only when `canSend`. */
  take(nodeId: number): QueuedBatch {
    const batch = this.#waiting.shift()!
    this.nodeId = nodeId
    this.#inFlight.push(batch)
    if (batch.sequence === null) this.#seal(batch)
    return batch
  }

  #seal(batch: QueuedBatch): void {
    const { producerId, epoch } = this.#identity ?? { producerId: -1, epoch: -1 }
    batch.sequence = this.#identity === null ? -1 : this.#sequence
    const fields = { producerId, producerEpoch: epoch, baseSequence: batch.sequence }
    sealBatch(batch.bytes, { ...fields, transactional: this.#isTransactional })
    this.#sequence = nextSequence(this.#sequence, batch.recordCount)
  }

  succeed(batch: QueuedBatch, result: SendResult): void {
    this.#isKnown = true
    this.#clearTrouble()
    this.#remove(batch)
    batch.resolve(result)
    this.#settle()
  }

  /** Whether an older batch has come back, which explains why the broker finds `batch` out of order. */
  isBehindReturned(batch: QueuedBatch): boolean {
    return this.#returned.length > 0 || this.#inFlight[0] !== batch
  }

  /** The batch could not be stored now: it is sent again, unless its time is over. `isOutcomeKnown`: it certainly was not stored. */
  giveBack(batch: QueuedBatch, error: BrokerError, now: number, isOutcomeKnown: boolean): void {
    if (this.#failure !== null || now >= batch.deadline) this.fail(batch, error, isOutcomeKnown)
    else {
      this.#remove(batch)
      this.#returned.push(batch)
      this.hinder(now)
      this.#settle()
    }
  }

  /** Delays the next attempt. */
  hinder(now: number): void {
    this.#troubleSince ??= now
    this.retryAt = now + this.#backoff(this.#failures++)
  }

  /** The batch failed for good, and with it all that were sent after it. */
  fail(batch: QueuedBatch, error: BrokerError, isOutcomeKnown: boolean): void {
    this.#remove(batch)
    if (this.#failure !== null) {
      this.#afterFailure ??= 'newEpoch'
      batch.reject(this.#failedBehind())
    } else {
      this.#failure = error
      this.#afterFailure = isOutcomeKnown && batch.sequence !== null ? { sequence: batch.sequence } : 'newEpoch'
      batch.reject(error)
      const older = this.#afterFailure === 'newEpoch' ? this.#returned.splice(0) : []
      for (const other of [...older, ...this.#waiting.splice(0)]) other.reject(this.#failedBehind())
    }
    this.#settle()
  }

  /** Gives up on everything if the time of the oldest waiting batch is over. Only when nothing is in flight. */
  expire(now: number, error: BrokerError): boolean {
    const oldest = this.#waiting[0]
    if (oldest === undefined || now < oldest.deadline) return false
    this.abandon(error)
    return true
  }

  /** Rejects everything that is not in flight; what is fails when it comes back, unless it was stored. */
  abandon(error: BrokerError): void {
    const abandoned = [...this.#returned.splice(0), ...this.#waiting.splice(0)]
    if (abandoned.some(({ sequence }) => sequence !== null)) this.#afterFailure = 'newEpoch'
    this.#failure ??= error
    for (const batch of abandoned) batch.reject(error)
    this.#settle()
  }

  /** Whether it is unknown which sequence the broker expects, so that the transaction's producer needs a new epoch. */
  get needsNewEpoch(): boolean {
    return this.#afterFailure === 'newEpoch'
  }

  /** Continues with another identity, from sequence 0. Only when nothing is in flight. */
  identify(identity: ProducerIdentity): void {
    this.#identity = identity
    this.#sequence = 0
    this.#isKnown = false
    this.#afterFailure = null
  }

  #failedBehind(): BrokerError {
    const cause = this.#failure!
    const message = `An earlier batch of ${this.topic}-${this.partition} failed: ${cause.message}`
    return new BrokerError(cause.code, message, { retriable: cause.retriable, cause })
  }

  #remove(batch: QueuedBatch): void {
    this.#inFlight = this.#inFlight.filter((other) => other !== batch)
  }

  /** Continues when the last batch on its way has come back. */
  #settle(): void {
    if (this.#inFlight.length > 0) return
    this.#waiting.unshift(...this.#returned.splice(0).sort((a, b) => a.order - b.order))
    if (this.#failure === null) return
    this.#failure = null
    if (this.#afterFailure === 'newEpoch') this.#startEpoch()
    else {
      if (this.#afterFailure !== null) this.#sequence = this.#afterFailure.sequence
      this.#afterFailure = null
    }
  }

  /**
   * It is not known which sequence the broker expects, so a new epoch makes it expect 0. A batch of the old epoch that still arrives is
   * refused.
   * In a transaction only the coordinator hands out epochs.
   */
  #startEpoch(): void {
    if (this.#isTransactional) return
    if (this.#identity === null) this.#afterFailure = null
    else this.identify({ producerId: this.#identity.producerId, epoch: this.#identity.epoch + 1 })
  }

  #clearTrouble(): void {
    this.#failures = 0
    this.#troubleSince = null
    this.retryAt = 0
  }
}
