/** Turns the content of a table's topic into that of another version: only what differs is written, in one transaction. */
import type { Broker, Producer } from '../../broker/broker.ts'
import { commitSurely } from '../../broker/commit-surely.ts'
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts'
import type { KeyedRecord, PartitionContent } from './topic-content.ts'

/** A null value is a tombstone. */
export interface Difference extends Omit<KeyedRecord, 'value'> {
  readonly value: Buffer | null
}

/** Records that turn `running` into `next`: rows that are new or have changed, and tombstones for those that are gone. */
export function differences(running: PartitionContent, next: PartitionContent): Difference[] {
  const gone = [...running]
    .filter(([name]) => !next.has(name))
    .map(([, { key, timestamp }]) => ({ key, value: null, timestamp }))
  const changed = [...next]
    .filter(([name, { value }]) => running.get(name)?.value.equals(value) !== true)
    .map(([, record]) => record)
  return [...gone, ...changed]
}

/** Key of the record that says that a switch was written. No row has it: a byte that begins no UTF-8 text, and this text. */
const WRITTEN_KEY = Buffer.concat([Buffer.from([0xff]), Buffer.from('millrace switch written')])
const WRITTEN_NAME = WRITTEN_KEY.toString('latin1')

/** Whether the content is that of a version whose rows were taken over in a switch that was written. */
export const isWritten = (partitions: readonly PartitionContent[]): boolean =>
  partitions.some((rows) => rows.has(WRITTEN_NAME))

/** The rows without the record of the switch. */
export function rowsOf(partition: PartitionContent): PartitionContent {
  if (!partition.has(WRITTEN_NAME)) return partition
  const rows = new Map(partition)
  rows.delete(WRITTEN_NAME)
  return rows
}

export interface SinkSwitch {
  readonly broker: Pick<Broker, 'producer'>
  readonly transactionalId: string
  /** The table's topic, and its partitions' content. */
  readonly sink: string
  readonly running: readonly PartitionContent[]
  /** Content of the version that takes over. */
  readonly next: readonly PartitionContent[]
  /** Topic that keeps the running version's content for ROLLBACK; it is empty. */
  readonly kept: string
  readonly now: number
}

export interface SwitchCounts {
  readonly changed: number
  readonly deleted: number
}

const BATCH_BYTES = 256 * 1024
const COMMIT_ATTEMPTS = 5

/** Rejects with a BrokerError; then nothing was written. */
export async function writeSwitch(options: SinkSwitch): Promise<SwitchCounts> {
  const { broker, transactionalId, sink, running, next, kept, now } = options
  const producer = broker.producer({ transactionalId })
  try {
    await producer.initTransactions()
    producer.begin()
    let changed = 0
    let deleted = 0
    for (const [partition, rows] of running.entries()) {
      const different = differences(rows, rowsOf(next[partition] ?? new Map()))
      await send(producer, sink, partition, different)
      await send(producer, kept, partition, [...rows.values()])
      const tombstones = different.filter(({ value }) => value === null).length
      deleted += tombstones
      changed += different.length - tombstones
    }
    await send(producer, kept, 0, [{ key: WRITTEN_KEY, value: Buffer.alloc(0), timestamp: now }])
    await commitSurely(producer, COMMIT_ATTEMPTS)
    return { changed, deleted }
  } finally {
    await producer.close()
  }
}

async function send(
  producer: Producer,
  topic: string,
  partition: number,
  records: readonly Difference[],
): Promise<void> {
  let builder = new RecordBatchBuilder({})
  const sendBatch = async () => {
    if (builder.count === 0) return
    const batch = builder.finish()
    builder = new RecordBatchBuilder({})
    await producer.send(topic, partition, batch)
  }
  for (const { key, value, timestamp } of records) {
    builder.append(timestamp, key, value)
    if (builder.size >= BATCH_BYTES) await sendBatch()
  }
  await sendBatch()
}
