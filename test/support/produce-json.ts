/** Records with JSON values for tests, partitioned by their keys as Kafka's producer does. */
import type { Broker } from '../../src/broker/broker.ts'
import { partitionForKey } from '../../src/broker/partitioner.ts'
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts'

export interface TestRecord {
  readonly key: string | null
  /** A string is written as it is. */
  readonly value: unknown
  /** Default: that of the system's clock. */
  readonly timestamp?: number
}

/** Size of a new batch's buffer, which grows. */
const SMALL_BYTES = 1024

export async function produceJson(
  broker: Broker,
  { topic, partitions }: { readonly topic: string; readonly partitions: number },
  records: readonly TestRecord[],
): Promise<void> {
  const builders = Array.from({ length: partitions }, () => new RecordBatchBuilder({ initialBytes: SMALL_BYTES }))
  for (const { key, value, timestamp = Date.now() } of records) {
    const keyBytes = key === null ? null : Buffer.from(key)
    const partition = keyBytes === null ? 0 : partitionForKey(keyBytes, partitions)
    const text = value === null ? null : typeof value === 'string' ? value : JSON.stringify(value)
    builders[partition]!.append(timestamp, keyBytes, text === null ? null : Buffer.from(text))
  }
  const producer = broker.producer()
  for (const [partition, builder] of builders.entries())
    if (builder.count > 0) await producer.send(topic, partition, builder.finish())
  await producer.close()
}
