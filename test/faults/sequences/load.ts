/** The records of a sequence, written to Kafka a few at a time, and the statements over them. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Broker } from '../../../src/broker/broker.ts'
import { writeRecords } from '../support/topics.ts'

export const PARTITIONS = 4
const KEYS = 40
const COLOURS = 7
const BATCH = 50
const PAUSE_MS = 25

export class Load {
  /** How many were stored. */
  written = 0
  readonly #broker: Broker
  readonly #name: string
  #running: Promise<void> | null = null
  #isStopped = false

  constructor(broker: Broker, name: string) {
    this.#broker = broker
    this.#name = name
  }

  get #topic(): string {
    return `${this.#name}-in`
  }

  get filterTopic(): string {
    return `${this.#name}-filtered`
  }

  get rekeyedTopic(): string {
    return `${this.#name}-rekeyed`
  }

  get recountTopic(): string {
    return `${this.#name}-recounted`
  }

  readonly countTable = 'counted'
  readonly recountTable = 'recounted'

  get statements(): string {
    return `
      CREATE STREAM s (k STRING KEY, c STRING, n INT) WITH (kafka_topic='${this.#topic}', value_format='JSON');
      CREATE STREAM filtered WITH (kafka_topic='${this.filterTopic}') AS SELECT k, n FROM s WHERE n >= 0;
      CREATE STREAM rekeyed WITH (kafka_topic='${this.rekeyedTopic}') AS SELECT c, n FROM s PARTITION BY c;
      CREATE TABLE ${this.countTable} AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
      CREATE TABLE ${this.recountTable} WITH (kafka_topic='${this.recountTopic}') AS SELECT c AS k, COUNT(*) AS n FROM s GROUP BY c;`
  }

  async createTopic(): Promise<void> {
    await this.#broker.createTopic({ name: this.#topic, partitions: PARTITIONS, config: {} })
  }

  start(): void {
    this.#running = this.#write()
  }

  /** Resolves when nothing is written any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #write(): Promise<void> {
    while (!this.#isStopped) {
      const records = Array.from({ length: BATCH }, (_, i) => {
        const n = this.written + i
        return { key: `k${n % KEYS}`, value: JSON.stringify({ C: `c${n % COLOURS}`, N: n }), timestamp: n }
      })
      await writeRecords(this.#broker, this.#topic, PARTITIONS, records)
      this.written += BATCH
      await delay(PAUSE_MS)
    }
  }
}
