/** Tables whose state is gone or damaged, on the embedded log: there are no changelogs. */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { QueryDescriptionList } from '../../../../src/engine/describe/entities.ts'
import { TestEngine, temporaryDirectory } from '../../../support/engine.ts'

let directory: ReturnType<typeof temporaryDirectory>
let warnings: string[]
beforeEach(() => {
  directory = temporaryDirectory()
  warnings = []
})
afterEach(() => directory.remove())

const open = () => TestEngine.openDurable(directory.path, { warn: (message) => warnings.push(message) })
const STREAM = "CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);"
const BY_KEY = 'CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;'
const BY_VALUE = 'CREATE TABLE t AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;'
const row = (k: string, v: number) => `INSERT INTO s VALUES ('${k}', ${v});`

/** A directory in which a table has counted three rows, of which two have the key 'longer-key' and the value 7. */
async function counted(table: string): Promise<void> {
  const server = await open()
  await server.execute(`${STREAM} ${table}`)
  await server.execute([row('longer-key', 7), row('longer-key', 7), row('other', 8)].join(' '))
  await server.settled()
  await server.close()
  expect(warnings).toEqual([])
}

const rowsOf = async (server: TestEngine) => (await server.rows('SELECT * FROM t;')).rows.toSorted()

test('state that is missing is built again from the source, and the sink is not written again', async () => {
  await counted(BY_KEY)
  rmSync(join(directory.path, 'state'), { recursive: true })
  const server = await open()
  const [before] = await server.broker.endOffsets('T')
  await server.execute(row('other', 8))
  await server.settled()
  expect(await rowsOf(server)).toEqual([
    ['longer-key', 2],
    ['other', 2],
  ])
  expect(warnings).toEqual([expect.stringMatching('The state of query CTAS_T_.*, task 0_0, is missing')])
  const [after] = await server.broker.endOffsets('T', { readCommitted: true })
  expect(after!.offset - before!.offset).toBeLessThanOrEqual(2)
  await server.close()
})

test('a table behind a repartition is built again from its source, as what it was made of is purged', async () => {
  await counted(BY_VALUE)
  rmSync(join(directory.path, 'state'), { recursive: true })
  const server = await open()
  await server.settled()
  await server.execute(row('other', 8))
  await server.settled()
  expect(await rowsOf(server)).toEqual([
    [7, 2],
    [8, 2],
  ])
  expect(warnings.at(-1)).toMatch(
    /is lost, and \d+ records .* are no longer .*repartition.*built again from its sources/,
  )
  const [list] = (await server.execute('SHOW QUERIES EXTENDED;')) as [QueryDescriptionList]
  expect(list.queryDescriptions).toMatchObject([
    {
      state: 'RUNNING',
      queryErrors: [{ errorMessage: warnings.at(-1)!.slice(warnings.at(-1)!.indexOf('The state')) }],
    },
  ])
  await server.close()
  warnings = []
  const again = await open()
  expect(await rowsOf(again)).toEqual([
    [7, 2],
    [8, 2],
  ])
  expect(warnings).toEqual([])
  await again.close()
})

test('records that retention has removed are counted when a table is built again without them', async () => {
  await counted(BY_VALUE)
  rmSync(join(directory.path, 'state'), { recursive: true })
  const before = await open()
  await before.broker.deleteRecords('s', [{ partition: 0, offset: 1 }])
  await before.close()
  rmSync(join(directory.path, 'state'), { recursive: true, force: true })
  const server = await open()
  await server.settled()
  expect(await rowsOf(server)).toEqual([
    [7, 1],
    [8, 1],
  ])
  expect(warnings.at(-1)).toMatch('1 records at the start of partition 0 of s are no longer there')
  await server.close()
})

test('damage that a pull query meets is told, and the table is right again', async () => {
  await counted(BY_KEY)
  const before = await open()
  await before.execute(row('first', 1))
  await before.settled()
  await before.close()
  const server = await open()
  await server.settled()
  for (const path of globSync(join(directory.path, 'state/*/data.mdb'))) {
    const bytes = readFileSync(path)
    for (let at = bytes.indexOf('longer-key'); at !== -1; at = bytes.indexOf('longer-key', at + 1)) bytes[at]! ^= 1
    writeFileSync(path, bytes)
  }
  const { end } = await server.rows('SELECT * FROM t;')
  expect(end).toMatchObject({
    reason: 'error',
    error: { message: expect.stringContaining('is damaged. It is built again') },
  })
  await server.settled()
  expect(await rowsOf(server)).toEqual([
    ['first', 1],
    ['longer-key', 2],
    ['other', 1],
  ])
  expect(warnings).toEqual([expect.stringMatching('The state of slot .* cannot be read .*a value fails its checksum')])
  await server.close()
})
