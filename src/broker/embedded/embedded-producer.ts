/** Producing to the embedded log: a send is one write to a file, so there is nothing to pipeline or to retry. */

import { sleep } from '../../clock.ts'
import type { GroupMembership, GroupOffset, Producer, ProducerOptions, SendResult, TopicPartition } from '../broker.ts'
import { BrokerError } from '../broker-error.ts'
import { positionKey } from '../position-key.ts'
import { NOT_IDEMPOTENT, type ProducerFields, sealBatch, type TransactionOutcome } from '../record-batch.ts'
import type { Catalogue, TransactionalProducer } from './catalogue/catalogue.ts'
import type { OpenTopics } from './catalogue/open-topics.ts'
import { type LogThread, OWNER } from './catalogue/thread.ts'
import { fenced } from './catalogue/transaction-coordinator.ts'
import { append, type TransactionWriter } from './segments/append.ts'
import type { Partition } from './segments/partition.ts'
import { LOCK_PATIENCE_MS, LockHeldError } from './segments/shared-lock.ts'
import { storageError } from './segments/storage-error.ts'

const DEFAULT_TRANSACTION_TIMEOUT_MS = 60_000
/** How long the owner's thread blocks for a lock before it serves its other events and tries again. */
const OWNER_PATIENCE_MS = 100
const RETRY_MS = 1

interface Transaction {
  readonly partitions: Map<string, TopicPartition>
  readonly offsets: { readonly group: string; readonly offsets: readonly GroupOffset[] }[]
}

export interface EmbeddedProducerParts {
  readonly topics: OpenTopics
  readonly catalogue: Catalogue
  readonly thread: LogThread
  readonly options: ProducerOptions
  readonly onClose: (producer: Producer) => void
}

export class EmbeddedProducer implements Producer {
  readonly #topics: OpenTopics
  readonly #catalogue: Catalogue
  readonly #thread: LogThread
  readonly #onClose: (producer: Producer) => void
  readonly #transactionalId: string | null
  readonly #timeoutMs: number
  /** Sends that wait for their topic's handle. */
  readonly #underWay = new Set<Promise<unknown>>()
  /** Settles when the send that waits for a lock tries again; later sends wait with it, so that they keep their order. */
  #lockWait: Promise<void> | null = null
  #failure: unknown = null
  #session: Session | null = null
  #transaction: Transaction | null = null
  #isClosed = false

  constructor({ topics, catalogue, thread, options, onClose }: EmbeddedProducerParts) {
    this.#topics = topics
    this.#catalogue = catalogue
    this.#thread = thread
    this.#onClose = onClose
    this.#transactionalId = options.transactionalId ?? null
    this.#timeoutMs = options.transactionTimeoutMs ?? DEFAULT_TRANSACTION_TIMEOUT_MS
  }

  send(topic: string, partition: number, batch: Uint8Array): Promise<SendResult> {
    const sent = this.#send({ topic, partition }, batch)
    this.#underWay.add(sent)
    const settled = () => this.#underWay.delete(sent)
    sent.then(settled, (error) => {
      settled()
      this.#failure ??= error
    })
    return sent
  }

  async flush(): Promise<void> {
    await Promise.allSettled(this.#underWay)
    const failure = this.#failure
    // An open transaction must not forget why it cannot be committed.
    if (this.#transaction === null) this.#failure = null
    if (failure !== null) throw failure
  }

  async initTransactions(): Promise<void> {
    if (this.#transactionalId === null) throw invalid('This producer has no transactional id.')
    this.#session = new Session(
      this.#transactionalId,
      await this.#catalogue.initTransactions(this.#transactionalId, this.#timeoutMs),
    )
  }

  begin(): void {
    if (this.#session === null) throw invalid('Call initTransactions before the first transaction.')
    if (this.#transaction !== null) throw invalid('The former transaction is still open.')
    this.#transaction = { partitions: new Map(), offsets: [] }
    this.#failure = null
  }

  async sendOffsets(group: string, offsets: readonly GroupOffset[], member?: GroupMembership): Promise<void> {
    if (member !== undefined) throw new BrokerError('UNSUPPORTED', 'Groups of the embedded log have no members.')
    this.#openTransaction().offsets.push({ group, offsets })
  }

  async commit(): Promise<void> {
    this.#openTransaction()
    await Promise.allSettled(this.#underWay)
    if (this.#failure !== null)
      throw new BrokerError(
        'TRANSACTION_ABORTED',
        'A send of the transaction failed, so it cannot be committed. Abort it.',
        { cause: this.#failure },
      )
    await this.#end('commit')
  }

  async abort(): Promise<void> {
    if (this.#transaction === null) return
    await Promise.allSettled(this.#underWay)
    await this.#end('abort')
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await Promise.allSettled(this.#underWay)
    await this.abort().catch(ignoreFencing)
    this.#onClose(this)
  }

  async #send({ topic, partition }: TopicPartition, batch: Uint8Array): Promise<SendResult> {
    if (this.#isClosed) throw new BrokerError('CLOSED', 'The producer was closed.')
    const writer = this.#transactionalId === null ? null : this.#writer({ topic, partition })
    const target = await this.#topics.partition(topic, partition)
    const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength)
    sealBatch(bytes, writer?.fields ?? NOT_IDEMPOTENT)
    try {
      return this.#thread.holder === OWNER
        ? await this.#appendAsOwner(target, bytes, writer)
        : append(target, bytes, writer)
    } catch (cause) {
      throw storageError(`append to ${topic}-${partition}`, cause)
    }
  }

  /** The owner frees what an ended thread had locked, so it must not block until that is done. */
  async #appendAsOwner(target: Partition, batch: Buffer, writer: TransactionWriter | null): Promise<SendResult> {
    const { timer } = this.#thread
    while (this.#lockWait !== null) await this.#lockWait
    for (const since = timer.elapsed(); ; ) {
      try {
        return append(target, batch, writer, OWNER_PATIENCE_MS)
      } catch (cause) {
        if (!(cause instanceof LockHeldError) || timer.elapsed() - since >= LOCK_PATIENCE_MS) throw cause
      }
      this.#lockWait = sleep(timer, RETRY_MS)
      await this.#lockWait
      this.#lockWait = null
    }
  }

  #writer(position: TopicPartition): Session {
    const { partitions } = this.#openTransaction()
    partitions.set(positionKey(position), position)
    return this.#session!
  }

  #openTransaction(): Transaction {
    if (this.#transaction === null) throw invalid('No transaction is open. Call begin first.')
    return this.#transaction
  }

  async #end(outcome: TransactionOutcome): Promise<void> {
    const { partitions, offsets } = this.#openTransaction()
    const { transactionalId, epoch } = this.#session!
    await this.#catalogue.endTransaction({
      transactionalId,
      epoch,
      outcome,
      partitions: [...partitions.values()],
      offsets,
    })
    this.#transaction = null
    this.#failure = null
  }
}

/** One life of a transactional id: what its records carry, and whether it is still the newest. */
class Session implements TransactionWriter {
  readonly transactionalId: string
  readonly producerId: number
  readonly epoch: number
  readonly fields: ProducerFields
  readonly #fence: Int32Array

  constructor(transactionalId: string, { producerId, epoch, fence }: TransactionalProducer) {
    this.transactionalId = transactionalId
    this.producerId = producerId
    this.epoch = epoch
    // Nothing is sent twice here, so sequences would say nothing.
    this.fields = { producerId, producerEpoch: epoch, baseSequence: -1, transactional: true }
    this.#fence = new Int32Array(fence)
  }

  checkFence(): void {
    if (Atomics.load(this.#fence, 0) !== this.epoch) throw fenced(this.transactionalId)
  }
}

function invalid(message: string): BrokerError {
  return new BrokerError('INVALID_REQUEST', message)
}

/** The newer producer has aborted it already; a closed owner does when it is opened again. */
function ignoreFencing(error: unknown): void {
  const code = error instanceof BrokerError ? error.code : null
  if (code !== 'PRODUCER_FENCED' && code !== 'CLOSED') throw error
}
