/** Writes single records of INSERT VALUES, each to the partition that Kafka's own producers would choose. */
import type { Broker, Producer } from '../broker/broker.ts'
import { BrokerError } from '../broker/broker-error.ts'
import { partitionForCounter, partitionForKey } from '../broker/partitioner.ts'
import { RecordBatchBuilder } from '../broker/record-batch-builder.ts'
import type { Clock } from '../clock.ts'
import type { InsertedRecord } from '../plan/insert-values.ts'

/** How long a topic's partition count is taken for granted: a topic may be given more. */
const PARTITIONS_FRESH_MS = 5000

export class RowProducer {
  readonly #broker: Broker
  readonly #clock: Clock
  readonly #partitions = new Map<string, { readonly count: number; readonly at: number }>()
  readonly #builder = new RecordBatchBuilder()
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
    this.#builder.append(timestamp ?? this.#clock.now(), key, value)
    const batch = this.#builder.finish()
    this.#producer ??= this.#broker.producer()
    try {
      await this.#producer.send(topic, partition, batch)
    } catch (error) {
      this.#partitions.delete(topic)
      throw error
    }
    this.#builder.recycle(batch)
  }

  async close(): Promise<void> {
    await this.#producer?.close()
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
