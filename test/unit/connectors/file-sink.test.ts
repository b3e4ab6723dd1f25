import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openEmbeddedLog } from '../../../src/broker/embedded/embedded-log.ts'
import { TestEngine } from '../../support/engine.ts'

let directory: string
let engine: TestEngine

const open = async () => {
  const log = await openEmbeddedLog({
    dataDir: join(directory, 'log'),
    fsync: 'never',
    maintenanceIntervalMs: 0,
    warn: console.error,
  })
  return TestEngine.over(log, {}, { files: join(directory, 'files'), warn: console.error })
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-connectors-'))
  engine = await open()
})

afterEach(async () => {
  await engine.close()
  rmSync(directory, { recursive: true, force: true })
})

const names = () => {
  try {
    return readdirSync(join(directory, 'files', 'out')).sort()
  } catch {
    return []
  }
}

const lines = () =>
  names()
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) =>
      readFileSync(join(directory, 'files', 'out', name), 'utf8')
        .trimEnd()
        .split('\n'),
    )

test('a sink writes the records of a stream into files that are named for their offsets', async () => {
  await engine.execute(
    `CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON', partitions=1);
     CREATE SINK f FROM s WITH (connector='file', directory='out', "roll.records"='2');
     INSERT INTO s VALUES (1, 'a'); INSERT INTO s VALUES (2, 'b'); INSERT INTO s VALUES (3, 'c');`,
  )
  await expect.poll(names, { timeout: 4000 }).toContain('s+0+0000000000000000-0000000000000001.json')
  await engine.execute('PAUSE CONNECTOR f;')
  await expect.poll(lines, { timeout: 10_000 }).toEqual(['{"ID":1,"V":"a"}', '{"ID":2,"V":"b"}', '{"ID":3,"V":"c"}'])
})
