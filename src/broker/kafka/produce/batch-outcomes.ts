/** What happens to a batch that was sent: it is stored, is sent again, or has failed, and with it the transaction. */
import { BrokerError, type BrokerErrorCode } from '../../broker-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { KafkaErrorCode, ProtocolError, unavailable } from '../protocol/protocol-errors.ts'
import type { PartitionQueue, QueuedBatch } from './partition-queue.ts'
import type { ProduceAnswer } from './produce-request.ts'
import type { Transaction } from './transaction.ts'

export interface Sent {
  readonly queue: PartitionQueue
  readonly batch: QueuedBatch
}

/** A batch that the broker has already, from an attempt whose answer was lost, is stored too. */
const STORED: readonly number[] = [KafkaErrorCode.NONE, KafkaErrorCode.DUPLICATE_SEQUENCE_NUMBER]
/** After these errors it is unknown which sequence the broker expects. */
const SEQUENCE_LOST: readonly BrokerErrorCode[] = ['OUT_OF_ORDER', 'PRODUCER_FENCED', 'UNAVAILABLE']

export class BatchOutcomes {
  readonly #cluster: Cluster
  /** Null: the producer has none. */
  readonly #transaction: Transaction | null

  constructor(cluster: Cluster, transaction: Transaction | null) {
    this.#cluster = cluster
    this.#transaction = transaction
  }

  /** `answer`: undefined if the broker has not mentioned the partition. */
  settle({ queue, batch }: Sent, answer: ProduceAnswer | undefined): void {
    const action = actionOn(queue)
    if (answer === undefined) this.#giveBack(queue, batch, unavailable(action, 'no answer'), false)
    else if (STORED.includes(answer.errorCode)) {
      const { baseOffset, logAppendTimeMs } = answer
      queue.succeed(batch, { baseOffset, logAppendTimeMs: logAppendTimeMs < 0 ? null : logAppendTimeMs })
    } else {
      const needs = [this.#cluster.needs('Write', 'topic', queue.topic), ...(this.#transaction?.needs ?? [])]
      this.#settleError(
        queue,
        batch,
        new ProtocolError(answer.errorCode, action, { detail: answer.errorMessage, needs }),
      )
    }
  }

  /** The request has failed as a whole: whether the batch is stored is not known. */
  giveUpWaiting({ queue, batch }: Sent, error: unknown): void {
    this.#cluster.forgetTopic(queue.topic)
    this.#giveBack(queue, batch, unavailable(actionOn(queue), error), false)
  }

  #settleError(queue: PartitionQueue, batch: QueuedBatch, error: ProtocolError): void {
    const { errorCode } = error
    const isOutOfOrder = errorCode === KafkaErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    const isLeaderStale = error.retriable || errorCode === KafkaErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if (isLeaderStale) this.#cluster.forgetTopic(queue.topic)
    if (isLeaderStale || (isOutOfOrder && queue.isBehindReturned(batch)))
      this.#giveBack(queue, batch, error, errorCode !== KafkaErrorCode.REQUEST_TIMED_OUT)
    else this.#fail(queue, batch, error)
  }

  #giveBack(queue: PartitionQueue, batch: QueuedBatch, error: BrokerError, isOutcomeKnown: boolean): void {
    const now = this.#cluster.timer.elapsed()
    if (now >= batch.deadline) this.#transaction?.fail(error)
    queue.giveBack(batch, error, now, isOutcomeKnown)
  }

  #fail(queue: PartitionQueue, batch: QueuedBatch, error: ProtocolError): void {
    if (this.#transaction !== null && error.errorCode === KafkaErrorCode.INVALID_PRODUCER_EPOCH)
      void this.#failFenced(this.#transaction, { queue, batch }, error)
    else {
      this.#transaction?.fail(error)
      queue.fail(batch, error, !SEQUENCE_LOST.includes(error.code))
    }
  }

  /** An old epoch in a transaction: fenced, or aborted by the coordinator for taking too long. */
  async #failFenced(transaction: Transaction, { queue, batch }: Sent, error: ProtocolError): Promise<void> {
    let failure = new BrokerError('TRANSACTION_ABORTED', 'The transaction was open for too long.', { cause: error })
    try {
      await transaction.checkFence()
    } catch (fenced) {
      failure = unavailable('Checking whether the producer is fenced', fenced)
    }
    transaction.fail(failure)
    queue.fail(batch, failure, false)
  }
}

const actionOn = ({ topic, partition }: PartitionQueue): string => `Producing to ${topic}-${partition}`
