/** All committed records of a topic as texts, partition by partition, in the order of their offsets. */
import type { Broker } from '../../src/broker/broker.ts'
import { RecordBatchCursor, readHeaders } from '../../src/broker/record-batch-cursor.ts'

export interface TextRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
}

export async function readTopic(broker: Broker, topic: string): Promise<TextRecord[]> {
  const ends = await broker.endOffsets(topic, { readCommitted: true })
  const positions = (await broker.startOffsets(topic)).map(({ offset }) => offset)
  const fetcher = broker.fetcher({ readCommitted: true })
  const records: TextRecord[] = []
  const isBehind = () => ends.some(({ partition, offset }) => positions[partition]! < offset)
  for (const { partition, offset } of ends)
    if (positions[partition]! < offset) fetcher.assign({ topic, partition, offset: positions[partition]! })
  while (isBehind()) {
    for (const { partition, batches, fetchOffset, nextOffset, abortedTransactions } of await fetcher.poll(1000)) {
      const cursor = new RecordBatchCursor()
      cursor.reset(batches, fetchOffset, abortedTransactions)
      while (cursor.next()) records.push(textOf(cursor, partition))
      positions[partition] = nextOffset
    }
  }
  await fetcher.close()
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)
}

function textOf(cursor: RecordBatchCursor, partition: number): TextRecord {
  const { buffer, keyStart, keyEnd, valueStart, valueEnd, offset, timestamp } = cursor
  const key = keyEnd < 0 ? null : buffer.toString('utf8', keyStart, keyEnd)
  const value = valueEnd < 0 ? null : buffer.toString('utf8', valueStart, valueEnd)
  const headers = (readHeaders(cursor) ?? []).map(({ key: name, value: bytes }) => [
    name,
    Buffer.from(bytes ?? []).toString(),
  ])
  return { partition, offset, timestamp, key, value, headers: Object.fromEntries(headers) as Record<string, string> }
}
