/** Gathers records per partition as Kafka's producer does. */
import type { Producer } from '../../src/broker/broker.ts'
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts'

const BATCH_BYTES = 128 * 1024
/** Batches sent before the writer waits. */
const MAX_UNDER_WAY = 64

export class BatchWriter {
  readonly #producer: Producer
  readonly #partitions: number
  readonly #builders = new Map<string, RecordBatchBuilder[]>()
  readonly #underWay = new Set<Promise<unknown>>()

  /** `partitions`: of each topic. */
  constructor(producer: Producer, partitions: number) {
    this.#producer = producer
    this.#partitions = partitions
  }

  async add(
    { topic, partition }: { readonly topic: string; readonly partition: number },
    timestamp: number,
    key: Buffer | null,
    value: Buffer,
  ): Promise<void> {
    const builder = this.#buildersOf(topic)[partition]!
    builder.append(timestamp, key, value)
    if (builder.size >= BATCH_BYTES) await this.#send(topic, partition, builder)
  }

  /** Resolves when everything is written. */
  async end(): Promise<void> {
    for (const [topic, builders] of this.#builders) {
      for (const [partition, builder] of builders.entries())
        if (builder.count > 0) await this.#send(topic, partition, builder)
    }
    await Promise.all(this.#underWay)
  }

  #buildersOf(topic: string): RecordBatchBuilder[] {
    const existing = this.#builders.get(topic)
    if (existing !== undefined) return existing
    const builders = Array.from({ length: this.#partitions }, () => new RecordBatchBuilder())
    this.#builders.set(topic, builders)
    return builders
  }

  async #send(topic: string, partition: number, builder: RecordBatchBuilder): Promise<void> {
    const sending = this.#producer.send(topic, partition, builder.finish())
    this.#underWay.add(sending)
    void sending.finally(() => this.#underWay.delete(sending))
    if (this.#underWay.size >= MAX_UNDER_WAY) await Promise.race(this.#underWay)
  }
}
