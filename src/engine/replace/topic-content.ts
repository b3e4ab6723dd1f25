/** The newest record of each key of a compacted topic, by partition. Each time it catches up, it reads only what is new. */
import type { Broker, Fetcher } from '../../broker/broker.ts'
import { RecordBatchCursor } from '../../broker/record-batch-cursor.ts'

export interface KeyedRecord {
  readonly key: Buffer
  readonly value: Buffer
  /** Epoch ms. */
  readonly timestamp: number
}

/** By the bytes of the key as Latin-1 text; a key whose newest record is a tombstone is not there. */
export type PartitionContent = ReadonlyMap<string, KeyedRecord>

const POLL_MS = 500
/** Memory that a map takes for a record besides its bytes; an estimate. */
const RECORD_BYTES = 150

export class TopicContent {
  readonly topic: string
  readonly #broker: Pick<Broker, 'fetcher' | 'startOffsets' | 'endOffsets'>
  readonly #maxBytes: number
  readonly #partitions: Map<string, KeyedRecord>[] = []
  readonly #positions: number[] = []
  #bytes = 0

  constructor(topic: string, broker: Pick<Broker, 'fetcher' | 'startOffsets' | 'endOffsets'>, maxBytes: number) {
    this.topic = topic
    this.#broker = broker
    this.#maxBytes = maxBytes
  }

  /** As of the last `catchUp`. */
  get partitions(): readonly PartitionContent[] {
    return this.#partitions
  }

  /** Rejects with a BrokerError, and with an Error if the content is larger than the bound. */
  async catchUp(): Promise<void> {
    const ends = await this.#broker.endOffsets(this.topic, { readCommitted: true })
    if (this.#partitions.length === 0) await this.#begin()
    const behind = ends.filter(({ partition, offset }) => this.#positions[partition]! < offset)
    if (behind.length === 0) return
    const fetcher = this.#broker.fetcher({ readCommitted: true })
    try {
      for (const { partition } of behind)
        fetcher.assign({ topic: this.topic, partition, offset: this.#positions[partition]! })
      while (ends.some(({ partition, offset }) => this.#positions[partition]! < offset)) await this.#read(fetcher)
    } finally {
      await fetcher.close()
    }
  }

  async #begin(): Promise<void> {
    for (const { partition, offset } of await this.#broker.startOffsets(this.topic)) {
      this.#positions[partition] = offset
      this.#partitions[partition] = new Map()
    }
  }

  async #read(fetcher: Fetcher): Promise<void> {
    for (const fetched of await fetcher.poll(POLL_MS)) {
      if (fetched.error !== null) throw fetched.error
      const cursor = new RecordBatchCursor()
      cursor.reset(fetched.batches, fetched.fetchOffset, fetched.abortedTransactions)
      while (cursor.next()) this.#take(this.#partitions[fetched.partition]!, cursor)
      this.#positions[fetched.partition] = fetched.nextOffset
    }
    if (this.#bytes > this.#maxBytes) {
      throw new Error(
        `The rows of ${this.topic} take more than ${this.#maxBytes} bytes of memory. Increase 'millrace.replace.max.bytes', ` +
          'or create a new table beside this one.',
      )
    }
  }

  #take(rows: Map<string, KeyedRecord>, cursor: RecordBatchCursor): void {
    const { buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp } = cursor
    if (keyEnd < 0) return
    const name = buffer.latin1Slice(keyStart, keyEnd)
    const former = rows.get(name)
    if (former !== undefined) this.#bytes -= sizeOf(former)
    if (valueEnd < 0) {
      rows.delete(name)
      return
    }
    const key = Buffer.from(buffer.subarray(keyStart, keyEnd))
    const record = { key, value: Buffer.from(buffer.subarray(valueStart, valueEnd)), timestamp }
    this.#bytes += sizeOf(record)
    rows.set(name, record)
  }
}

const sizeOf = ({ key, value }: KeyedRecord): number => 2 * key.length + value.length + RECORD_BYTES
