import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import type { EmbeddedLog } from '../../../../src/broker/embedded/embedded-log.ts'
import { encode, record, values } from '../../../support/batches.ts'
import { openLog, readAll } from '../../../support/embedded-log/open.ts'
import type { WorkerInput, WorkerTask } from '../../../support/embedded-log/worker-thread.ts'

const PATIENCE = { timeout: 10_000 }

function startWorker(log: EmbeddedLog, topic: string, task: WorkerTask): Worker {
  const attachment = log.attachment()
  return new Worker(new URL('../../../support/embedded-log/worker-thread.ts', import.meta.url), {
    workerData: { attachment, task, topic } satisfies WorkerInput,
    transferList: [attachment.port],
    stderr: true,
  })
}

const ended = (worker: Worker) => new Promise<number>((resolve) => worker.on('exit', resolve).on('error', () => {}))

async function logWithTopic(config: Record<string, string> = {}) {
  const opened = await openLog()
  await opened.broker.createTopic({ name: 't', partitions: 1, config })
  return opened
}

describe('several threads', () => {
  test('that append to one partition at once lose nothing, and offsets have no gaps', async () => {
    const { log, broker } = await logWithTopic({ 'segment.bytes': '40000' })
    const names = ['a', 'b', 'c']
    const workers = names.map((name) => ended(startWorker(log, 't', { kind: 'append', name, count: 400 })))
    const producer = broker.producer()
    for (let n = 0; n < 400; n++) {
      await producer.send('t', 0, encode([record(`main ${n}`), record(`main ${n}`)]))
      if (n % 20 === 0) await new Promise(setImmediate)
    }
    expect(await Promise.all(workers)).toEqual([0, 0, 0])
    const records = await readAll(broker, 't')
    expect(records.map((r) => r.offset)).toEqual(Array.from({ length: 3_200 }, (_, n) => n))
    for (const name of [...names, 'main']) {
      const own = values(records).filter((value) => value!.startsWith(`${name} `))
      expect(own).toEqual(Array.from({ length: 400 }, (_, n) => [`${name} ${n}`, `${name} ${n}`]).flat())
    }
  }, 60_000)

  test('a worker that waits for data is woken by another thread, and reaches the catalogue', async () => {
    const { log, broker } = await logWithTopic()
    const reader = ended(startWorker(log, 't', { kind: 'read', count: 6 }))
    const appender = ended(startWorker(log, 't', { kind: 'append', name: 'x', count: 3 }))
    expect(await Promise.all([reader, appender])).toEqual([0, 0])
    expect((await broker.listTopics()).map(({ name }) => name)).toContain('t-6')
  }, 30_000)
})

describe('a worker that ends', () => {
  test.each(['exit', 'throw', 'terminate'] as const)(
    'by %s has its open transaction aborted',
    async (end) => {
      const { log, broker } = await logWithTopic()
      const worker = startWorker(log, 't', { kind: 'leaveOpen', end: end === 'terminate' ? 'stay' : end })
      const exit = ended(worker)
      await expect.poll(async () => (await broker.endOffsets('t'))[0]!.offset, PATIENCE).toBeGreaterThanOrEqual(1)
      if (end === 'terminate') await worker.terminate()
      await exit
      await expect
        .poll(() => broker.endOffsets('t', { readCommitted: true }), PATIENCE)
        .toEqual([{ partition: 0, offset: 2 }])
      expect(await readAll(broker, 't', { readCommitted: true })).toEqual([])
    },
    30_000,
  )

  test('in the middle of an append leaves no partition locked', async () => {
    const { log, broker } = await logWithTopic()
    const producer = broker.producer()
    await producer.send('t', 0, encode([record('before')]))
    await ended(startWorker(log, 't', { kind: 'dieLocked' }))
    const sent = ['after', 'later', 'last'].map((text) => producer.send('t', 0, encode([record(text)])))
    await Promise.all(sent)
    expect(values(await readAll(broker, 't'))).toEqual(['before', 'after', 'later', 'last'])
  }, 30_000)

  test('in the middle of an append does not hold up the close of the log', async () => {
    const { log, dataDir } = await logWithTopic()
    await ended(startWorker(log, 't', { kind: 'dieLocked' }))
    await log.close()
    const { broker } = await openLog({ dataDir })
    expect(await readAll(broker, 't')).toEqual([])
  }, 30_000)
})
