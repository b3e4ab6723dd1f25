/**
 * Writes the records of INSERT VALUES and of insert streams, each to the partition that Kafka's own producers would choose. Records that
 * come in the same turn of the event loop go out in one batch a partition.
 */
import type { Broker, Producer } from '../broker/broker.ts'
import { BrokerError } from '../broker/broker-error.ts'
import { partitionForCounter, partitionForKey } from '../broker/partitioner.ts'
import { RecordBatchBuilder } from '../broker/record-batch-builder.ts'
import type { Clock } from '../clock.ts'
import type { InsertedRecord } from '../plan/insert-values.ts'

/** How long a topic's partition count is taken for granted: a topic may be given more. */
const PARTITIONS_FRESH_MS = 5000
const MAX_BATCH_BYTES = 256 * 1024

/** The batch that a partition's records are being put into. */
interface OpenBatch {
  readonly topic: string
  readonly partition: number
  readonly builder: RecordBatchBuilder
  readonly stored: PromiseWithResolvers<void>
}

export class RowProducer {
  readonly #broker: Broker
  readonly #clock: Clock
  readonly #partitions = new Map<string, { readonly count: number; readonly at: number }>()
  readonly #open = new Map<string, OpenBatch>()
  readonly #builders: RecordBatchBuilder[] = []
  #producer: Producer | null = null
  #withoutKey = 0

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker
    this.#clock = clock
  }

  /** Resolves when the record is stored. `timestamp` null: now. Rejects with BrokerError. */
  async send(topic: string, { key, value }: InsertedRecord, timestamp: number | null): Promise<void> {
    const partitions = await this.#partitionsOf(topic)
    const partition =
      key === null ? partitionForCounter(this.#withoutKey++, partitions) : partitionForKey(key, partitions)
    const batch = this.#batchFor(topic, partition)
    batch.builder.append(timestamp ?? this.#clock.now(), key, value)
    if (batch.builder.size >= MAX_BATCH_BYTES) this.#send(batch)
    return batch.stored.promise
  }

  async close(): Promise<void> {
    for (const batch of [...this.#open.values()]) this.#send(batch)
    await this.#producer?.flush().catch(() => {})
    await this.#producer?.close()
  }

  #batchFor(topic: string, partition: number): OpenBatch {
    const name = `${partition}:${topic}`
    const open = this.#open.get(name)
    if (open !== undefined) return open
    const builder = this.#builders.pop() ?? new RecordBatchBuilder()
    const batch: OpenBatch = { topic, partition, builder, stored: Promise.withResolvers() }
    this.#open.set(name, batch)
    setImmediate(() => {
      if (this.#open.get(name) === batch) this.#send(batch)
    })
    return batch
  }

  #send({ topic, partition, builder, stored }: OpenBatch): void {
    this.#open.delete(`${partition}:${topic}`)
    this.#producer ??= this.#broker.producer()
    const bytes = builder.finish()
    this.#producer.send(topic, partition, bytes).then(
      () => {
        builder.recycle(bytes)
        if (this.#builders.length < MAX_SPARE_BUILDERS) this.#builders.push(builder)
        stored.resolve()
      },
      (error: unknown) => {
        this.#partitions.delete(topic)
        stored.reject(error)
      },
    )
  }

  async #partitionsOf(topic: string): Promise<number> {
    const known = this.#partitions.get(topic)
    const now = this.#clock.now()
    if (known !== undefined && now - known.at < PARTITIONS_FRESH_MS) return known.count
    const description = await this.#broker.describeTopic(topic)
    if (description === null) {
      throw new BrokerError(
        'UNKNOWN_TOPIC',
        `Topic ${topic} does not exist. Create it, or drop the stream that reads it.`,
      )
    }
    this.#partitions.set(topic, { count: description.partitions, at: now })
    return description.partitions
  }
}

const MAX_SPARE_BUILDERS = 4
