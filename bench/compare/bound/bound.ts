/**
 * What the broker allows, as a measured peer: fetches the batches of a job's input and writes its output, which was captured before
 * (captured-output.ts), without looking at a record. It has a thread for each partition, as the engine has workers, and the engine's own
 * fetcher, producer (acks=all, idempotent) and bound on bytes under way. What a job sends through internal topics is left out.
 *
 * Environment: JOB, FORMAT, OUT (sink topic, which exists), BROKERS, CAPTURED (the folder of the captured output). Prints `FIRST ms`, `HALF ms` and
 * `LAST ms` as bench/judge.ts does, and runs until SIGTERM.
 */
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Fetcher, Producer } from '../../../src/broker/broker.ts'
import { KafkaBroker } from '../../../src/broker/kafka/kafka-broker.ts'
import { SendWindow } from '../../../src/runtime/worker/output/send-window.ts'
import { inputTopics, JOBS, valueFormatOf } from '../job-sql.ts'
import { capturedBatches } from './captured-output.ts'
import { InputMarks } from './input-marks.ts'
import { PacedBatches } from './paced-batches.ts'

/** How many each topic of the jobs has. */
const PARTITIONS = 2
const POLL_MS = 1_000
/** Keeps the process until it is ended, so that what it used can be read. */
const STAYS_MS = 60_000

interface Report {
  /** Records of input: all in the first report, which says that the thread is ready, else those read since the last one. */
  readonly records: number
  readonly at: number
}

const { OUT = '', CAPTURED = '', BROKERS = '127.0.0.1:9092' } = process.env
const job = JOBS.find((name) => name === process.env['JOB']) ?? 'j1'
const topics = inputTopics(job, valueFormatOf(process.env['FORMAT']))

if (isMainThread) await runThreads()
else await movePartition((workerData as { readonly partition: number }).partition)

/** All threads begin at once, when each has its output in memory. */
async function runThreads(): Promise<void> {
  const threads = Array.from(
    { length: PARTITIONS },
    (_, partition) => new Worker(new URL(import.meta.url), { workerData: { partition } }),
  )
  const ready = (await Promise.all(threads.map((thread) => once(thread, 'message')))) as [Report][]
  const marks = new InputMarks(ready.reduce((sum, [{ records }]) => sum + records, 0))
  for (const thread of threads) {
    thread.on('message', ({ records, at }: Report) => {
      for (const line of marks.note(records, at)) console.log(line)
    })
    thread.postMessage('start')
  }
  setInterval(() => {}, STAYS_MS)
}

async function movePartition(partition: number): Promise<void> {
  const broker = new KafkaBroker({ bootstrapServers: BROKERS.split(',') })
  await broker.connect()
  const total = await inputRecords(broker, partition)
  const output = new PacedBatches(capturedBatches(CAPTURED, partition), total)
  const fetcher = broker.fetcher({ readCommitted: true })
  const producer = broker.producer()
  report(total)
  await once(parentPort!, 'message')
  for (const topic of topics) fetcher.assign({ topic, partition, offset: 0 })
  await move({ fetcher, producer, output, total, partition })
  await broker.close()
}

async function inputRecords(broker: KafkaBroker, partition: number): Promise<number> {
  const ends = await Promise.all(topics.map((topic) => broker.endOffsets(topic)))
  return ends.reduce((sum, offsets) => sum + offsets[partition]!.offset, 0)
}

interface Move {
  readonly fetcher: Fetcher
  readonly producer: Producer
  readonly output: PacedBatches
  /** Records of the input. */
  readonly total: number
  readonly partition: number
}

async function move({ fetcher, producer, output, total, partition }: Move): Promise<void> {
  const window = new SendWindow()
  for (let read = 0; read < total; ) {
    const fetched = await fetcher.poll(POLL_MS)
    const before = read
    for (const { fetchOffset, nextOffset, error } of fetched) {
      if (error !== null) throw error
      read += nextOffset - fetchOffset
    }
    fetcher.release(fetched)
    if (read > before) report(read - before)
    for (const batch of output.due(read)) {
      await window.room()
      window.add(batch.length)
      void producer.send(OUT, partition, batch).then(() => window.release(batch.length))
    }
  }
  await producer.flush()
}

function report(records: number): void {
  parentPort!.postMessage({ records, at: Date.now() } satisfies Report)
}
