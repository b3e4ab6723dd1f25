/**
 * A job's output in the batches in which the engine wrote it: one file for each partition. The peer `bound` writes them again, so that it
 * moves the same bytes in requests of the same shape.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../../../src/broker/broker.ts'
import { batchSize, isControl, LOG_APPEND_TIME, setBaseOffset } from '../../../src/broker/record-batch.ts'

const POLL_MS = 500
/** The byte of a batch's attributes that says whose its timestamps are (src/broker/record-batch.ts). */
const AT_TIMESTAMP_TYPE = 22

const fileOf = (directory: string, partition: number): string => join(directory, `${partition}.batches`)

/** Copies what is in `topic`, which was written without transactions, to `directory`. What the directory held is removed. */
export async function captureOutput(broker: Broker, topic: string, directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const ends = (await broker.endOffsets(topic)).filter(({ offset }) => offset > 0)
  const left = new Map(ends.map(({ partition, offset }) => [partition, offset]))
  const fetcher = broker.fetcher()
  for (const partition of left.keys()) fetcher.assign({ topic, partition, offset: 0 })
  while (left.size > 0) {
    for (const { partition, batches, nextOffset, error } of await fetcher.poll(POLL_MS)) {
      if (error !== null) throw error
      for (const batch of wholeBatches(batches)) appendFileSync(fileOf(directory, partition), asProduced(batch))
      if (nextOffset >= left.get(partition)!) left.delete(partition)
    }
  }
  await fetcher.close()
}

/** The batches of a partition in order; none if the job wrote nothing there. */
export function capturedBatches(directory: string, partition: number): Buffer[] {
  const file = fileOf(directory, partition)
  return existsSync(file) ? wholeBatches(readFileSync(file)) : []
}

/** Views on the batches that lie one after the other in `bytes`, without those that only end transactions. */
export function wholeBatches(bytes: Buffer): Buffer[] {
  const batches: Buffer[] = []
  for (let at = 0; ; ) {
    const size = batchSize(bytes, at)
    if (size < 0) return batches
    if (!isControl(bytes, at)) batches.push(bytes.subarray(at, at + size))
    at += size
  }
}

/** The batch as a producer may send it: Kafka refuses one that has an offset, or says that its timestamps are the broker's. */
export function asProduced(batch: Buffer): Buffer {
  const copy = Buffer.from(batch)
  setBaseOffset(copy, 0, 0)
  copy[AT_TIMESTAMP_TYPE]! &= ~LOG_APPEND_TIME
  return copy
}
