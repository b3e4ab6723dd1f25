/** A worker thread that uses the embedded log, for embedded-threads.test.ts. Answers each task with a message. */

import { workerData } from 'node:worker_threads'
import { remoteCatalogue } from '../../../src/broker/embedded/catalogue/remote-catalogue.ts'
import { attachEmbeddedLog, type EmbeddedLogAttachment } from '../../../src/broker/embedded/embedded-log.ts'
import { PartitionState } from '../../../src/broker/embedded/segments/partition-state.ts'
import { decode, encode, record, values } from '../batches.ts'

export type WorkerTask =
  /** Appends `count` batches of two records, `<name> <n>`, to partition 0. */
  | { readonly kind: 'append'; readonly name: string; readonly count: number }
  /** Waits for `count` records of partition 0 and answers their values. */
  | { readonly kind: 'read'; readonly count: number }
  /** Leaves a transaction open, then ends as `end` says. */
  | { readonly kind: 'leaveOpen'; readonly end: 'exit' | 'throw' | 'stay' }
  /** Takes the lock of partition 0 and dies with it. */
  | { readonly kind: 'dieLocked' }

export interface WorkerInput {
  readonly attachment: EmbeddedLogAttachment
  readonly task: WorkerTask
  readonly topic: string
}

const { attachment, task, topic } = workerData as WorkerInput

if (task.kind === 'dieLocked') {
  const handle = await remoteCatalogue(attachment.port).openTopic(topic)
  new PartitionState(handle!.states, 0, attachment.holder).locked(() => process.exit(1))
}

const broker = attachEmbeddedLog(attachment)
await broker.connect()

switch (task.kind) {
  case 'append': {
    const producer = broker.producer()
    for (let n = 0; n < task.count; n++)
      await producer.send(topic, 0, encode([record(`${task.name} ${n}`), record(`${task.name} ${n}`)]))
    break
  }
  case 'read': {
    const fetcher = broker.fetcher()
    fetcher.assign({ topic, partition: 0, offset: 0 })
    const read: (string | null)[] = []
    while (read.length < task.count)
      for (const part of await fetcher.poll(10_000)) read.push(...values(decode(part.batches, part.fetchOffset)))
    await broker.createTopic({ name: `${topic}-${read.length}`, partitions: 1 })
    break
  }
  case 'leaveOpen': {
    const producer = broker.producer({ transactionalId: 'tx' })
    await producer.initTransactions()
    producer.begin()
    await producer.send(topic, 0, encode([record('left open')]))
    if (task.end === 'throw') throw new Error('a bug in the worker')
    if (task.end === 'exit') process.exit(0)
    setInterval(() => {}, 1_000)
    break
  }
}
if (task.kind !== 'leaveOpen') await broker.close()
