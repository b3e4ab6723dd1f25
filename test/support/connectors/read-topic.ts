/** The committed records of a topic as texts. */
import type { Broker } from '../../../src/broker/broker.ts'
import { RecordBatchCursor, readHeaders } from '../../../src/broker/record-batch-cursor.ts'

export interface TopicRecord {
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
}

/** All records, one partition after the other. */
export async function readTopic(broker: Broker, topic: string): Promise<TopicRecord[]> {
  const ends = await broker.endOffsets(topic, { readCommitted: true })
  const fetcher = broker.fetcher({ readCommitted: true })
  const cursor = new RecordBatchCursor()
  const records: TopicRecord[] = []
  for (const { partition, offset } of ends) {
    if (offset === 0) continue
    fetcher.assign({ topic, partition, offset: 0 })
    for (let next = 0; next < offset; ) {
      for (const { batches, fetchOffset, nextOffset, abortedTransactions } of await fetcher.poll(1000)) {
        cursor.reset(batches, fetchOffset, abortedTransactions)
        while (cursor.next()) records.push(recordOf(cursor))
        next = nextOffset
      }
    }
    fetcher.unassign({ topic, partition })
  }
  await fetcher.close()
  return records
}

function recordOf(cursor: RecordBatchCursor): TopicRecord {
  const text = (start: number, end: number) => (end < 0 ? null : cursor.buffer.utf8Slice(start, end))
  const headers = (readHeaders(cursor) ?? []).map(({ key, value }) => [key, Buffer.from(value ?? []).toString()])
  return {
    key: text(cursor.keyStart, cursor.keyEnd),
    value: text(cursor.valueStart, cursor.valueEnd),
    headers: Object.fromEntries(headers) as Record<string, string>,
  }
}
