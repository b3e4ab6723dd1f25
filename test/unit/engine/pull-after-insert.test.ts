/** `millrace.query.pull.wait.ms`: a pull query finds what was inserted before it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { directoryOfEachTest } from '../../support/directory-of-each-test.ts'
import { TestEngine } from '../../support/engine.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const directory = directoryOfEachTest()
let test: TestEngine
beforeEach(async () => {
  test = await TestEngine.open(directory.path)
})
afterEach(() => test.close())

const WAITING = { 'millrace.query.pull.wait.ms': '30000' }

async function pulled(sql: string, properties: Readonly<Record<string, string>> = WAITING) {
  const { rows, end } = await test.rows(sql, { properties })
  if (end.reason === 'error') throw end.error
  return rows
}

it('sees the rows of a statement right before it, also behind a repartition', async () => {
  await test.execute(`
    CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=3);
    CREATE TABLE by_key AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
    CREATE TABLE by_value AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;`)
  for (let i = 1; i <= 10; i++) {
    await test.execute(`INSERT INTO s VALUES (${i % 3}, 1);`)
    expect(await pulled('SELECT SUM(n) AS n FROM by_key;')).toEqual([[i]])
    expect(await pulled('SELECT n FROM by_value WHERE v = 1;')).toEqual([[i]])
  }
})

it('sees them through a stream that another query writes', async () => {
  await test.execute(`
    CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);
    CREATE STREAM doubled AS SELECT k, v * 2 AS v FROM s;
    CREATE TABLE t AS SELECT k, SUM(v) AS total FROM doubled GROUP BY k;`)
  await test.execute('INSERT INTO s VALUES (1, 1), (2, 5);')
  expect(await pulled('SELECT k, total FROM t ORDER BY k;')).toEqual([
    [1, 2],
    [2, 10],
  ])
})

it('sees them in joined tables', async () => {
  await test.execute(`
    CREATE TABLE a_rows (id INT PRIMARY KEY, b INT) WITH (kafka_topic='a', value_format='JSON', partitions=2);
    CREATE TABLE b_rows (id INT PRIMARY KEY, v INT) WITH (kafka_topic='b', value_format='JSON', partitions=2);
    CREATE TABLE a AS SELECT * FROM a_rows;
    CREATE TABLE b AS SELECT * FROM b_rows;
    INSERT INTO a_rows VALUES (1, 7);
    INSERT INTO b_rows VALUES (7, 70);`)
  expect(await pulled('SELECT a.id, b.v FROM a JOIN b ON a.b = b.id WHERE a.id = 1;')).toEqual([[1, 70]])
})

it('waits for no query that is paused, and no longer than it may', async () => {
  await test.execute(`
    CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);
    CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
    INSERT INTO s VALUES (1, 1);`)
  expect(await pulled('SELECT n FROM t;')).toEqual([[1]])
  await test.execute('PAUSE ALL; INSERT INTO s VALUES (1, 2);')
  expect(await pulled('SELECT n FROM t;')).toEqual([[1]])
  await test.execute('RESUME ALL;')
  expect(await pulled('SELECT n FROM t;', { 'millrace.query.pull.wait.ms': '1' })).toHaveLength(1)
})
