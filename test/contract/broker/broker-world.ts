/** One broker under test, with what the contract's suites do to it over and over. */

import type { Broker, Fetcher, FetcherOptions, NewTopic } from '../../../src/broker/broker.ts'
import { decode, encode, type PlainRecord, record } from '../../support/batches.ts'

export interface BrokerHarness {
  /** A new client of the same broker, connected. */
  connect(): Promise<Broker>
  stop(): Promise<void>
}

/** How long a test waits for records that are there, or that another client is about to see. */
export const PATIENCE_MS = 10_000

export class BrokerWorld {
  readonly #start: () => Promise<BrokerHarness>
  #harness: BrokerHarness | null = null
  #broker: Broker | null = null
  #names = 0

  constructor(start: () => Promise<BrokerHarness>) {
    this.#start = start
  }

  async open(): Promise<void> {
    this.#harness = await this.#start()
    this.#broker = await this.#harness.connect()
  }

  async close(): Promise<void> {
    await this.broker.close()
    await this.#harness!.stop()
  }

  get broker(): Broker {
    return this.#broker!
  }

  /** A further client, which the test closes. */
  connect(): Promise<Broker> {
    return this.#harness!.connect()
  }

  /** Unique across runs, as a Kafka may be shared by several. */
  uniqueName(what: string): string {
    return `${what}-${process.pid}-${Date.now().toString(36)}-${this.#names++}`
  }

  async makeTopic(options: Partial<NewTopic> = {}): Promise<string> {
    const topic = this.uniqueName('topic')
    await this.broker.createTopic({ name: topic, partitions: 1, replicas: 1, ...options })
    return topic
  }

  /** Produces one batch with a record per text, and returns its base offset. */
  async produce(topic: string, texts: readonly string[], partition = 0): Promise<number> {
    const producer = this.broker.producer()
    const { baseOffset } = await producer.send(topic, partition, encode(texts.map((text) => record(text))))
    await producer.close()
    return baseOffset
  }

  async withFetcher<Result>(use: (fetcher: Fetcher) => Promise<Result>, options?: FetcherOptions): Promise<Result> {
    const fetcher = this.broker.fetcher(options)
    try {
      return await use(fetcher)
    } finally {
      await fetcher.close()
    }
  }

  /** `count` records of partition 0 from `offset` on. */
  readFrom(topic: string, offset: number, count: number, options?: FetcherOptions): Promise<PlainRecord[]> {
    return this.withFetcher((fetcher) => {
      fetcher.assign({ topic, partition: 0, offset })
      return take(fetcher, count)
    }, options)
  }
}

/** The next `count` records, of any assigned partition, without those that the fetcher says were aborted. */
export async function take(fetcher: Fetcher, count: number): Promise<PlainRecord[]> {
  const records: PlainRecord[] = []
  while (records.length < count) {
    const parts = await fetcher.poll(PATIENCE_MS)
    if (parts.length === 0) throw new Error(`${records.length} of ${count} records came within ${PATIENCE_MS} ms`)
    for (const part of parts) {
      if (part.error !== null) throw part.error
      records.push(...decode(part.batches, part.fetchOffset, part.abortedTransactions))
    }
  }
  return records
}

/** The first error of any assigned partition. */
export async function firstError(fetcher: Fetcher) {
  for (;;) {
    const parts = await fetcher.poll(PATIENCE_MS)
    if (parts.length === 0) throw new Error(`no error came within ${PATIENCE_MS} ms`)
    const failed = parts.find(({ error }) => error !== null)
    if (failed !== undefined) return failed.error
  }
}

export const byPartition = <Offset extends { readonly partition: number }>(offsets: readonly Offset[]) =>
  [...offsets].sort((a, b) => a.partition - b.partition)
