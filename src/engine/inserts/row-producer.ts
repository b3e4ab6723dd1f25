/**
 * Writes the records of INSERT VALUES and of insert streams, each to the partition that Kafka's own producers would choose. A partition has
 * one batch in flight at a time, and records that arrive meanwhile form the next: large batches under load, no delay without it.
 */
import type { Broker, Producer } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { partitionForCounter, partitionForKey } from '../../broker/partitioner.ts'
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts'
import type { Clock } from '../../clock.ts'
import type { InsertedRecord } from '../../plan/statements/insert-values.ts'
import type { Header } from '../../types/record.ts'

/** How long a topic's partition count is cached: partitions may be added to a topic. */
const PARTITIONS_FRESH_MS = 5000
const MAX_BATCH_BYTES = 256 * 1024

export interface SendOptions {
  /** Epoch ms; null: now. */
  readonly timestamp: number | null
  /** Null: chosen by the key; records without a key take turns. */
  readonly partition?: number | null
  readonly headers?: readonly Header[]
}

const NO_HEADERS: readonly Header[] = []

/** The batch that collects a partition's records. */
interface OpenBatch {
  readonly builder: RecordBatchBuilder
  readonly stored: PromiseWithResolvers<void>
}

interface Lane {
  readonly topic: string
  readonly partition: number
  open: OpenBatch | null
  /** Batches in flight. */
  underWay: number
}

interface Partitions {
  readonly count: Promise<number>
  /** The value of `count`; null until it has resolved. */
  known: number | null
  /** Epoch ms. */
  readonly askedAt: number
}

export class RowProducer {
  readonly #broker: Broker
  readonly #clock: Clock
  readonly #partitions = new Map<string, Partitions>()
  /** Lanes with records that are not stored yet. */
  readonly #lanes = new Map<string, Lane>()
  readonly #builders: RecordBatchBuilder[] = []
  #producer: Producer | null = null
  #withoutKey = 0

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker
    this.#clock = clock
  }

  /** Resolves when the record is stored. Records with the same key are stored in the order of calls. Rejects with BrokerError. */
  send(topic: string, record: InsertedRecord, options: SendOptions): Promise<void> {
    const partitions = this.#partitionsOf(topic)
    if (partitions.known !== null) return this.#append(topic, partitions.known, record, options)
    return partitions.count.then((count) => this.#append(topic, count, record, options))
  }

  /** The promise belongs to the batch: all its records share it. */
  #append(
    topic: string,
    partitions: number,
    { key, value }: InsertedRecord,
    { timestamp, partition: chosen = null, headers = NO_HEADERS }: SendOptions,
  ): Promise<void> {
    const partition =
      chosen ?? (key === null ? partitionForCounter(this.#withoutKey++, partitions) : partitionForKey(key, partitions))
    const lane = this.#laneOf(topic, partition)
    const { builder, stored } = (lane.open ??= this.#openBatch(lane))
    builder.append(timestamp ?? this.#clock.now(), key, value, headers.length === 0 ? null : headers)
    if (builder.size >= MAX_BATCH_BYTES) this.#send(lane)
    return stored.promise
  }

  async close(): Promise<void> {
    for (const lane of [...this.#lanes.values()]) this.#send(lane)
    await this.#producer?.flush().catch(() => {})
    await this.#producer?.close()
  }

  #laneOf(topic: string, partition: number): Lane {
    const name = `${partition}:${topic}`
    const known = this.#lanes.get(name)
    if (known !== undefined) return known
    const lane: Lane = { topic, partition, open: null, underWay: 0 }
    this.#lanes.set(name, lane)
    return lane
  }

  /** The batch is sent at the end of this turn of the event loop, or when the partition's previous batch is stored. */
  #openBatch(lane: Lane): OpenBatch {
    setImmediate(() => {
      if (lane.underWay === 0) this.#send(lane)
    })
    return { builder: this.#builders.pop() ?? new RecordBatchBuilder(), stored: Promise.withResolvers() }
  }

  #send(lane: Lane): void {
    if (lane.open === null) return
    const { builder, stored } = lane.open
    lane.open = null
    lane.underWay++
    this.#producer ??= this.#broker.producer()
    const bytes = builder.finish()
    this.#producer
      .send(lane.topic, lane.partition, bytes)
      .then(
        () => {
          builder.recycle(bytes)
          if (this.#builders.length < MAX_SPARE_BUILDERS) this.#builders.push(builder)
          stored.resolve()
        },
        (error: unknown) => {
          this.#partitions.delete(lane.topic)
          stored.reject(error)
        },
      )
      .finally(() => this.#batchSettled(lane))
  }

  #batchSettled(lane: Lane): void {
    lane.underWay--
    if (lane.underWay > 0) return
    if (lane.open === null) this.#lanes.delete(`${lane.partition}:${lane.topic}`)
    else this.#send(lane)
  }

  /** Concurrent callers wait for the same answer, so that they continue in the order of their calls. */
  #partitionsOf(topic: string): Partitions {
    const last = this.#partitions.get(topic)
    const now = this.#clock.now()
    if (last !== undefined && now - last.askedAt < PARTITIONS_FRESH_MS) return last
    const asked: Partitions = { count: this.#describe(topic), known: null, askedAt: now }
    this.#partitions.set(topic, asked)
    asked.count.then(
      (count) => {
        asked.known = count
      },
      () => this.#partitions.delete(topic),
    )
    return asked
  }

  async #describe(topic: string): Promise<number> {
    const description = await this.#broker.describeTopic(topic)
    if (description !== null) return description.partitions
    throw new BrokerError(
      'UNKNOWN_TOPIC',
      `Topic ${topic} does not exist. Create it, or drop the stream that reads it.`,
    )
  }
}

const MAX_SPARE_BUILDERS = 4
