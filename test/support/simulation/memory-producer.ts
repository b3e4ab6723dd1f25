/** A producer of a log in memory: a send is stored when it is called. */
import type { GroupMembership, GroupOffset, Producer, ProducerOptions, SendResult } from '../../../src/broker/broker.ts'
import { BrokerError } from '../../../src/broker/broker-error.ts'
import { NOT_IDEMPOTENT, sealBatch, type TransactionOutcome } from '../../../src/broker/record-batch.ts'
import type { MemoryLog } from './memory-log.ts'
import type { MemoryPartition, ProducerEpoch } from './memory-partition.ts'

const DEFAULT_TIMEOUT_MS = 60_000

export class MemoryProducer implements Producer {
  readonly #log: MemoryLog
  readonly #options: ProducerOptions
  readonly #onClose: (producer: Producer) => void
  #producer: ProducerEpoch | null = null
  #isOpen = false
  /** The first failure of a send since the last `flush`, or in the open transaction. */
  #failure: unknown = null
  #isClosed = false

  constructor(log: MemoryLog, options: ProducerOptions, onClose: (producer: Producer) => void) {
    this.#log = log
    this.#options = options
    this.#onClose = onClose
  }

  async send(topic: string, partition: number, batch: Uint8Array): Promise<SendResult> {
    try {
      return this.#send(topic, partition, batch)
    } catch (error) {
      this.#failure ??= error
      throw error
    }
  }

  async flush(): Promise<void> {
    const failure = this.#failure
    // An open transaction must not forget why it cannot be committed.
    if (!this.#isOpen) this.#failure = null
    if (failure !== null) throw failure
  }

  async initTransactions(): Promise<void> {
    const { transactionalId, transactionTimeoutMs = DEFAULT_TIMEOUT_MS } = this.#options
    if (transactionalId === undefined) throw invalid('This producer has no transactional id.')
    this.#producer = this.#log.initTransactions(transactionalId, transactionTimeoutMs)
  }

  begin(): void {
    if (this.#producer === null) throw invalid('Call initTransactions before the first transaction.')
    if (this.#isOpen) throw invalid('The former transaction is still open.')
    this.#isOpen = true
    this.#failure = null
  }

  async sendOffsets(group: string, offsets: readonly GroupOffset[], member?: GroupMembership): Promise<void> {
    this.#checkOpen()
    this.#log.addOffsets(this.#options.transactionalId!, this.#producer!, { group, offsets, member })
  }

  async commit(): Promise<void> {
    this.#checkOpen()
    if (this.#failure !== null)
      throw new BrokerError('TRANSACTION_ABORTED', 'A send of the transaction failed.', { cause: this.#failure })
    this.#end('commit')
  }

  async abort(): Promise<void> {
    if (this.#isOpen) this.#end('abort')
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    // A newer producer has aborted it already.
    await this.abort().catch(() => {})
    this.#onClose(this)
  }

  #send(topic: string, partition: number, batch: Uint8Array): SendResult {
    if (this.#isClosed) throw new BrokerError('CLOSED', 'The producer was closed.')
    const { transactionalId } = this.#options
    if (transactionalId !== undefined) this.#checkOpen()
    const target = this.#log.partition({ topic, partition })
    const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength)
    const result =
      transactionalId === undefined ? this.#append(target, bytes) : this.#appendTo(transactionalId, target, bytes)
    this.#log.noteAppend()
    return result
  }

  #append(target: MemoryPartition, batch: Buffer): SendResult {
    sealBatch(batch, NOT_IDEMPOTENT)
    return target.append(batch, null, this.#log.clock.now())
  }

  #appendTo(transactionalId: string, target: MemoryPartition, batch: Buffer): SendResult {
    const producer = this.#producer!
    sealBatch(batch, { ...producer, baseSequence: -1, transactional: true })
    return this.#log.appendTo(transactionalId, producer, target, batch)
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw invalid('No transaction is open. Call begin first.')
  }

  #end(outcome: TransactionOutcome): void {
    this.#log.endTransaction(this.#options.transactionalId!, this.#producer!, outcome)
    this.#isOpen = false
    this.#failure = null
  }
}

const invalid = (message: string): BrokerError => new BrokerError('INVALID_REQUEST', message)
