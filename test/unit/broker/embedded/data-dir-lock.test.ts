import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attachEmbeddedLog, openEmbeddedLog } from '../../../../src/broker/embedded/embedded-log.ts'
import { encode, record } from '../../../support/batches.ts'
import { openLog, temporaryDirectory } from '../../../support/embedded-log/open.ts'

const PATIENCE = { timeout: 20_000, interval: 5 }

test('a data directory in use is refused with advice', async () => {
  const { dataDir } = await openLog()
  await expect(openEmbeddedLog({ dataDir, warn: console.error })).rejects.toMatchObject({
    code: 'DATA_DIR_LOCKED',
    message: expect.stringMatching(`in use by process ${process.pid}.*--data-dir`),
  })
})

test('it is free again after the log was closed', async () => {
  const { log, dataDir } = await openLog()
  await log.close()
  await openLog({ dataDir })
})

test('a thread that is still attached when the log is closed can do no more harm', async () => {
  const { log, broker } = await openLog()
  await broker.createTopic({ name: 't', partitions: 1 })
  const attached = attachEmbeddedLog(log.attachment())
  const producer = attached.producer()
  const fetcher = attached.fetcher()
  fetcher.assign({ topic: 't', partition: 0, offset: 0 })
  await producer.send('t', 0, encode([record('before')]))
  await log.close()
  await expect(producer.send('t', 0, encode([record('after')]))).rejects.toMatchObject({ code: 'CLOSED' })
  expect((await fetcher.poll(0))[0]?.error).toMatchObject({ code: 'CLOSED' })
  await expect(attached.listTopics()).rejects.toMatchObject({ code: 'CLOSED' })
})

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 - 1, startedAt: '1' })],
  ['of a former process with this id', JSON.stringify({ pid: process.pid, startedAt: '1' })],
  ['that a crash left empty', ''],
])('a lock %s is taken over', async (_what, content) => {
  const dataDir = temporaryDirectory()
  writeFileSync(join(dataDir, 'lock'), content)
  await openLog({ dataDir })
  expect(JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
})

test.skipIf(!existsSync('/proc/self/stat'))(
  'a lock of a process that was killed and that no parent has asked for is taken over',
  async () => {
    // The shell becomes `cat`, which never waits for the child that it inherits.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec cat'])
    try {
      const [output] = (await once(parent.stdout, 'data')) as [Buffer]
      const pid = Number(output)
      const stat = () =>
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')
      // A shell that is still there might ask for the child.
      await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8'), PATIENCE).toBe('cat\n')
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => stat()[0], PATIENCE).toBe('Z')
      const dataDir = temporaryDirectory()
      writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid, startedAt: stat()[19] }))
      await openLog({ dataDir })
    } finally {
      parent.kill('SIGKILL')
    }
  },
)

test('a directory that cannot be made is an error that says so', async () => {
  const file = join(temporaryDirectory(), 'file')
  writeFileSync(file, '')
  await expect(openEmbeddedLog({ dataDir: join(file, 'data'), warn: console.error })).rejects.toMatchObject({
    name: 'BrokerError',
    message: expect.stringMatching('Cannot use the data directory .*: ENOTDIR.* by --data-dir'),
  })
})

test.runIf(existsSync('/proc/self'))(
  'a data directory in a place where nothing can be made is an error, not an endless loop',
  async () => {
    await expect(openEmbeddedLog({ dataDir: '/proc/nope/data', warn: console.error })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching('Cannot use the data directory /proc/nope/data: ENOENT.* Name one that'),
    })
  },
)
