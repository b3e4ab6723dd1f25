/**
 * Stores the records of a source. Where the source keeps a position, records and position are one transaction, so that after a crash it
 * continues exactly behind what is in the topic.
 */
import type { Broker, Producer } from '../../broker/broker.ts'
import { commitSurely } from '../../broker/commit-surely.ts'
import { partitionForKey } from '../../broker/partitioner.ts'
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts'
import type { TimeLimits } from '../../broker/time-limits.ts'
import type { SourceRecord } from '../connector.ts'
import { positionBatch } from './source-positions.ts'

export interface SourceProducerOptions {
  readonly broker: Pick<Broker, 'producer'>
  readonly topic: string
  readonly partitions: number
  /** Times that the topic takes; null: any. */
  readonly timeLimits: TimeLimits | null
  /** Absent: the source keeps no position. */
  readonly positions?: {
    readonly topic: string
    readonly key: string
    readonly transactionalId: string
  }
}

/** A batch is sent when it has this many bytes. */
const BATCH_BYTES = 512 << 10
/** What a batch has besides keys and values. The default of `max.message.bytes` is 1 MiB and 12 bytes. */
const ROOM_BYTES = 16 << 10
const COMMIT_ATTEMPTS = 10

export class SourceProducer {
  readonly #options: SourceProducerOptions
  readonly #producer: Producer
  readonly #builders: RecordBatchBuilder[]
  /** Partition that records without a key go to; another one for each batch. */
  #sticky = 0

  constructor(options: SourceProducerOptions) {
    this.#options = options
    const { broker, partitions, positions } = options
    this.#producer = broker.producer(positions === undefined ? {} : { transactionalId: positions.transactionalId })
    this.#builders = Array.from({ length: partitions }, () => new RecordBatchBuilder())
  }

  /** Ends what an earlier producer of the same source, here or on another server, has left open. */
  async open(): Promise<void> {
    if (this.#options.positions !== undefined) await this.#producer.initTransactions()
  }

  /**
   * Resolves when the records, and the position with them, are stored. A record whose time the topic does not take, because the clock of its
   * sender is wrong, gets the time `now`. Rejects with a BrokerError.
   */
  async store(records: readonly SourceRecord[], position: string | null, now: number): Promise<void> {
    const { positions } = this.#options
    if (positions === undefined) {
      await this.#send(records, now)
      return
    }
    this.#producer.begin()
    try {
      const sent = this.#send(records, now)
      if (position !== null) {
        await this.#producer.send(positions.topic, 0, positionBatch(positions.key, position, now))
      }
      await sent
      await commitSurely(this.#producer, COMMIT_ATTEMPTS)
    } catch (error) {
      await this.#producer.abort().catch(() => {})
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#producer.close()
  }

  async #send(records: readonly SourceRecord[], now: number): Promise<void> {
    const { topic, partitions, timeLimits } = this.#options
    const oldest = now - (timeLimits?.behindMs ?? Number.POSITIVE_INFINITY)
    const newest = now + (timeLimits?.aheadMs ?? Number.POSITIVE_INFINITY)
    const sent: Promise<unknown>[] = []
    const sendFrom = (partition: number) => {
      const promise = this.#producer.send(topic, partition, this.#builders[partition]!.finish())
      promise.catch(() => {})
      sent.push(promise)
    }
    for (const { key, value, timestamp, headers } of records) {
      const partition = key === null ? this.#sticky : partitionForKey(Buffer.from(key), partitions)
      const builder = this.#builders[partition]!
      // A long record goes alone: the limit of a topic counts for the batch.
      const bytes = (key?.length ?? 0) + (value?.length ?? 0)
      if (builder.count > 0 && builder.position + bytes > 2 * BATCH_BYTES - ROOM_BYTES) sendFrom(partition)
      const time = timestamp >= oldest && timestamp <= newest ? timestamp : now
      builder.append(time, key, value, headers ?? null)
      if (builder.position < BATCH_BYTES) continue
      sendFrom(partition)
      this.#sticky = (this.#sticky + 1) % partitions
    }
    for (const [partition, builder] of this.#builders.entries()) if (builder.count > 0) sendFrom(partition)
    this.#sticky = (this.#sticky + 1) % partitions
    await Promise.all(sent)
  }
}
