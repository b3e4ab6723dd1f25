import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type EmbeddedLog, openEmbeddedLog } from '../../../src/broker/embedded/embedded-log.ts'
import { TestEngine } from '../../support/engine.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })
const WAIT = { timeout: 15_000, interval: 20 }

let directory: string
let log: EmbeddedLog
let engine: TestEngine

const open = () => TestEngine.over(log, {}, { files: join(directory, 'files'), warn: () => {} })

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-connectors-'))
  const dataDir = join(directory, 'log')
  log = await openEmbeddedLog({ dataDir, fsync: 'never', maintenanceIntervalMs: 0, warn: console.error })
  engine = await open()
})

afterEach(async () => {
  await engine.close()
  rmSync(directory, { recursive: true, force: true })
})

const names = () => {
  try {
    return readdirSync(join(directory, 'files', 'out'))
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch {
    return []
  }
}

const lines = () =>
  names().flatMap((name) =>
    readFileSync(join(directory, 'files', 'out', name), 'utf8')
      .trimEnd()
      .split('\n'),
  )

const STREAM = `CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON', partitions=1);`
const insert = (id: number, v: string) => engine.execute(`INSERT INTO s VALUES (${id}, '${v}');`)
const description = async () => {
  const [entity] = await engine.execute('DESCRIBE CONNECTOR f;')
  if (entity?.['@type'] !== 'connector_description') throw new Error('no description')
  return entity
}

test('a sink writes the records of a stream into files that are named for their offsets', async () => {
  await engine.execute(`${STREAM} CREATE SINK f FROM s WITH (connector='file', directory='out', "roll.records"='2');`)
  await insert(1, 'a')
  await insert(2, 'b')
  await insert(3, 'c')
  await expect.poll(names, WAIT).toContain('s+0+0000000000000000-0000000000000001.json')
  await engine.execute('PAUSE CONNECTOR f;')
  expect(lines()).toEqual(['{"ID":1,"V":"a"}', '{"ID":2,"V":"b"}', '{"ID":3,"V":"c"}'])
})

test('a paused sink writes nothing until it is resumed, and a dropped one leaves its files', async () => {
  await engine.execute(`${STREAM} CREATE SINK f FROM s WITH (connector='file', directory='out', "roll.records"='1');`)
  await insert(1, 'a')
  await expect.poll(lines, WAIT).toEqual(['{"ID":1,"V":"a"}'])
  await engine.execute('PAUSE CONNECTOR f;')
  await insert(2, 'b')
  expect((await description()).status.connector.state).toBe('PAUSED')
  await engine.execute('RESUME CONNECTOR f;')
  await expect.poll(lines, WAIT).toEqual(['{"ID":1,"V":"a"}', '{"ID":2,"V":"b"}'])
  await expect(engine.execute('DROP STREAM s;')).rejects.toThrow('The following connectors read from this source: [F]')
  await engine.execute('DROP CONNECTOR f;')
  await expect(description()).rejects.toThrow()
  expect(lines()).toHaveLength(2)
})

test('a restarted server continues behind the last file', async () => {
  await engine.execute(`${STREAM} CREATE SINK f FROM s WITH (connector='file', directory='out', "roll.records"='1');`)
  await insert(1, 'a')
  await expect.poll(lines, WAIT).toHaveLength(1)
  await engine.closeEngine()
  engine = await open()
  await insert(2, 'b')
  await expect.poll(lines, WAIT).toEqual(['{"ID":1,"V":"a"}', '{"ID":2,"V":"b"}'])
})

test('DESCRIBE shows options, counts, lag and the consumer group', async () => {
  await engine.execute(`${STREAM} CREATE SINK f FROM s WITH (connector='file', directory='out', "roll.records"='1');`)
  await insert(1, 'a')
  await expect.poll(async () => (await description()).builtIn?.lag, WAIT).toBe(0)
  expect(await description()).toMatchObject({
    connectorClass: 'millrace.file',
    status: { connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RUNNING' }], type: 'sink' },
    topics: ['s'],
    builtIn: {
      options: { directory: 'out', 'roll.records': '1', 'errors.tolerance': 'none' },
      consumerGroup: '_confluent-ksql-default_connector_F',
      records: 1,
      refused: 0,
      lastError: null,
    },
  })
  expect(await engine.execute('SHOW SINK CONNECTORS;')).toMatchObject([
    { connectors: [{ name: 'F', type: 'sink', className: 'millrace.file', state: 'RUNNING (1/1 tasks RUNNING)' }] },
  ])
})

test('files of a topic of another cluster are not taken for those of this one', async () => {
  const out = join(directory, 'files', 'out')
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, '.s.cluster'), 'another')
  await engine.execute(`${STREAM} CREATE SINK f FROM s WITH (connector='file', directory='out', "roll.records"='1');`)
  await expect
    .poll(async () => (await description()).status.tasks[0]?.trace, WAIT)
    .toContain('has files of the topic s of another cluster')
})

test('a directory outside those that connectors may use is refused by the task', async () => {
  await engine.execute(`${STREAM} CREATE SINK f FROM s WITH (connector='file', directory='/etc/elsewhere');`)
  await expect
    .poll(async () => (await description()).status.tasks[0]?.trace, WAIT)
    .toContain('millrace.connectors.directories')
})

test.each([
  [
    `CREATE SINK f FROM s WITH (connector='fiel', directory='out');`,
    "There is no sink connector 'fiel'. Did you mean file?",
  ],
  [`CREATE SINK f FROM s WITH (directory='out');`, 'WITH does not say which connector.'],
  [`CREATE SINK f FROM s WITH (connector='file');`, "The option 'directory' is missing."],
  [`CREATE SINK f FROM s WITH (connector='file', dirctory='out');`, "no option 'dirctory'. Did you mean directory?"],
  [
    `CREATE SINK f FROM s WITH (connector='file', directory='out', "roll.records"='none');`,
    "The option 'roll.records' takes a number that is at least 1, not 'none'.",
  ],
  [`CREATE SINK f FROM t WITH (connector='file', directory='out');`, 'T does not exist.'],
  [
    `CREATE SINK f FROM s WITH (connector='file', directory='out', "errors.deadletterqueue.topic.name"='d');`,
    "needs errors.tolerance='all'",
  ],
])('%s is refused', async (sql, message) => {
  await engine.execute(STREAM)
  await expect(engine.execute(sql)).rejects.toThrow(message)
})

test('the header of CSV lines is no record of the stream', async () => {
  await engine.execute(`
    CREATE STREAM lines (line STRING) WITH (kafka_topic='people', value_format='LINE', partitions=1);
    INSERT INTO lines VALUES ('id,name');
    INSERT INTO lines VALUES ('1,ann');
    CREATE STREAM people (name STRING) WITH (kafka_topic='people', value_format='CSV', value_csv_header='id,name');
    CREATE SINK f FROM people WITH (connector='file', directory='out', "roll.records"='1');`)
  await expect.poll(lines, WAIT).toEqual(['{"NAME":"ann"}'])
  await expect.poll(async () => (await description()).builtIn, WAIT).toMatchObject({ refused: 0, lag: 0 })
})

test('a sink of what a query writes exactly once catches up with the marks of its transactions', async () => {
  await engine.execute(`${STREAM}
    SET 'processing.guarantee'='exactly_once_v2';
    CREATE STREAM o WITH (kafka_topic='o') AS SELECT * FROM s;
    CREATE SINK f FROM o WITH (connector='file', directory='out', "roll.records"='1');`)
  await insert(1, 'a')
  await insert(2, 'b')
  await expect.poll(async () => (await description()).builtIn).toMatchObject({ records: 2, lag: 0 })
})

test('a password in an address is refused', async () => {
  await engine.execute(STREAM)
  const sql = `CREATE SINK f FROM s WITH (connector='http', url='http://user:hunter2@localhost:1');`
  const refusal = await engine.execute(sql).then(
    () => '',
    (error: Error) => error.message,
  )
  expect(refusal).toContain("The option 'url' must not have a password in it")
  expect(refusal).not.toContain('hunter2')
})

test('the form of Kafka Connect makes the same connector', async () => {
  await engine.execute(`${STREAM}
    CREATE SINK CONNECTOR f WITH ("connector.class"='millrace.file', "topics"='s', "tasks.max"='1', directory='out', "roll.records"='1');`)
  await insert(1, 'a')
  await expect.poll(lines, WAIT).toEqual(['{"ID":1,"V":"a"}'])
  expect(await engine.execute(`DROP CONNECTOR f;`)).toMatchObject([{ commandStatus: { status: 'SUCCESS' } }])
})

test.each([
  ['', 'WITH does not say what to read.'],
  [`, "topics"='t'`, "There is no stream or table over the topic 't'"],
  [`, "topics"='s'`, "Several streams and tables are over the topic 's': S, S2."],
])('the form of Kafka Connect with the topics %j is refused', async (topics, message) => {
  await engine.execute(`${STREAM} CREATE STREAM s2 (v STRING) WITH (kafka_topic='s', value_format='JSON');`)
  const sql = `CREATE SINK CONNECTOR f WITH ("connector.class"='millrace.file', directory='out'${topics});`
  await expect(engine.execute(sql)).rejects.toThrow(message)
})
