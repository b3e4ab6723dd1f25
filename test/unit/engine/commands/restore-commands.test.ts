import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openEmbeddedLog } from '../../../../src/broker/embedded/embedded-log.ts'
import { systemClock } from '../../../../src/clock.ts'
import { readBackup, restoreCommands } from '../../../../src/engine/commands/restore-commands.ts'
import { commandTopic } from '../../../../src/runtime/topic-names.ts'
import { TestEngine, temporaryDirectory } from '../../../support/engine.ts'

let directory: ReturnType<typeof temporaryDirectory>
let backups: string
beforeEach(() => {
  directory = temporaryDirectory()
  backups = join(directory.path, 'backups')
})
afterEach(() => directory.remove())

const open = () => TestEngine.open(join(directory.path, 'log'), { 'ksql.metastore.backup.location': backups })
const backup = () => readFileSync(join(backups, readdirSync(backups)[0]!), 'utf8')
const TOPIC = commandTopic('default_')

const STATEMENTS = `
  CREATE TYPE point AS STRUCT<x INT, y INT>;
  CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);
  CREATE STREAM dropped AS SELECT * FROM s;
  DROP STREAM dropped;
  CREATE STREAM kept AS SELECT * FROM s;`

async function definitions(engine: TestEngine) {
  const [types, streams, queries] = (await engine.execute('SHOW TYPES; SHOW STREAMS; SHOW QUERIES;')) as unknown[]
  return { types, streams, queries }
}

async function restore(engine: TestEngine, text: string): Promise<void> {
  const { commands } = readBackup(text)
  await restoreCommands(commands, { broker: engine.broker, clock: systemClock, serviceId: 'default_', replicas: 1 })
}

test('a lost command log is not begun again while there is a backup, and restored from it', async () => {
  const lost = await open()
  await lost.execute(STATEMENTS)
  const before = await definitions(lost)
  await lost.broker.deleteTopic(TOPIC)
  await lost.close()

  const log = await openEmbeddedLog({ dataDir: join(directory.path, 'log'), fsync: 'never', warn: console.error })
  const withBackup = { 'ksql.metastore.backup.location': backups }
  await expect(TestEngine.over(log, withBackup)).rejects.toThrow(/holds 6 of its commands.*restore-command-topic/)
  const empty = await TestEngine.over(log, {})
  await restore(empty, backup())
  await empty.close()

  const engine = await open()
  expect(await definitions(engine)).toEqual(before)
  await engine.execute('CREATE STREAM more AS SELECT * FROM kept;')
  await engine.close()
})

test('ids of later queries are not those of queries in the backup', async () => {
  const engine = await open()
  await engine.execute(STATEMENTS)
  const lines = backup().split('\n')
  const last = lines.find((line) => line.includes('CSAS_KEPT_'))!
  await restore(engine, last.replaceAll(/CSAS_KEPT_\d+/g, 'CSAS_KEPT_40'))
  const [end] = await engine.broker.endOffsets(TOPIC)
  expect(end!.offset).toBeGreaterThan(40)
  await engine.close()
})

test('lines of other versions are named', () => {
  const line = '{"type":"stream","entity":"S","action":"create"}:{"version":99,"plan":{}}'
  const { commands, incompatible } = readBackup(`${line}\nhello\n`)
  expect(commands).toEqual([])
  expect(incompatible).toEqual([
    expect.stringContaining('Line 1: The command log holds a command of version 99'),
    expect.stringContaining('Line 2: It is not a command'),
  ])
})
