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
  /**
   * Time of the first record, epoch ms. Brokers forget the sequences of a producer whose last record is older than a day when they start again, and then
   * store a batch that is sent again twice. Source: Kafka's `ProducerStateManager.isProducerExpired`.
   */
  readonly #startedAt = Date.now()
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

  get joinedTopic(): string {
    return `${this.#name}-joined`
  }

  get namedTopic(): string {
    return `${this.#name}-named`
  }

  /** Topics on which each number of the load is to be once. */
  get numberTopics(): readonly string[] {
    return [this.filterTopic, this.rekeyedTopic, this.joinedTopic, this.namedTopic]
  }

  /** Tables whose counts are to add up to the records of the load. */
  readonly countTables = ['counted', 'recounted', 'windowed']

  get statements(): string {
    return `
      CREATE STREAM s (k STRING KEY, c STRING, n INT) WITH (kafka_topic='${this.#topic}', value_format='JSON');
      CREATE STREAM filtered WITH (kafka_topic='${this.filterTopic}') AS SELECT k, n FROM s WHERE n >= 0;
      CREATE STREAM rekeyed WITH (kafka_topic='${this.rekeyedTopic}') AS SELECT c, n FROM s PARTITION BY c;
      CREATE TABLE counted AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
      CREATE TABLE recounted WITH (kafka_topic='${this.recountTopic}') AS SELECT c AS k, COUNT(*) AS n FROM s GROUP BY c;
      CREATE TABLE windowed AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY k;
      CREATE TABLE names (k STRING PRIMARY KEY, name STRING) WITH (kafka_topic='${this.#name}-names', value_format='JSON');
      CREATE STREAM joined WITH (kafka_topic='${this.joinedTopic}') AS
        SELECT s.k AS k, s.n AS n FROM s JOIN filtered f WITHIN 1 MILLISECONDS ON s.k = f.k;
      CREATE STREAM named WITH (kafka_topic='${this.namedTopic}') AS
        SELECT s.k AS k, s.n AS n, names.name AS name FROM s JOIN names ON s.k = names.k;`
  }

  /** Also writes the rows of the table that a stream is joined with, older than all records of the load. */
  /** Some keys of the table `counted`. */
  readonly someKeys = Array.from({ length: 8 }, (_, i) => `k${i * 5}`)

  async createTopics(): Promise<void> {
    const names = `${this.#name}-names`
    await this.#broker.createTopic({ name: this.#topic, partitions: PARTITIONS, config: {} })
    await this.#broker.createTopic({ name: names, partitions: PARTITIONS, config: { 'cleanup.policy': 'compact' } })
    const rows = Array.from({ length: KEYS }, (_, i) => ({
      key: `k${i}`,
      value: JSON.stringify({ NAME: `name ${i}` }),
      timestamp: 0,
    }))
    await writeRecords(this.#broker, names, PARTITIONS, rows)
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
        return {
          key: `k${n % KEYS}`,
          value: JSON.stringify({ C: `c${n % COLOURS}`, N: n }),
          timestamp: this.#startedAt + n,
        }
      })
      await writeRecords(this.#broker, this.#topic, PARTITIONS, records)
      this.written += BATCH
      await delay(PAUSE_MS)
    }
  }
}
