import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openEmbeddedLog } from '../../../src/broker/embedded/embedded-log.ts'
import { openLog, temporaryDirectory } from './embedded.ts'

test('a data directory in use is refused with advice', async () => {
  const { dataDir } = await openLog()
  await expect(openEmbeddedLog({ dataDir })).rejects.toMatchObject({
    code: 'DATA_DIR_LOCKED',
    message: expect.stringMatching(`in use by process ${process.pid}.*--data-dir`),
  })
})

test('it is free again after the log was closed', async () => {
  const { log, dataDir } = await openLog()
  await log.close()
  await openLog({ dataDir })
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

test('a directory that cannot be made is an error that says so', async () => {
  const file = join(temporaryDirectory(), 'file')
  writeFileSync(file, '')
  await expect(openEmbeddedLog({ dataDir: join(file, 'data') })).rejects.toMatchObject({
    name: 'BrokerError',
    message: expect.stringContaining('open the data directory'),
  })
})
