import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CurrentStatus, QueryDescriptionEntity, QueryList } from '../../../../src/engine/describe/entities.ts'
import { directoryOfEachTest } from '../../../support/directory-of-each-test.ts'
import { TestEngine } from '../../../support/engine.ts'
import { readTopic } from '../../../support/read-topic.ts'

const directory = directoryOfEachTest()
let test: TestEngine
beforeEach(async () => {
  test = await TestEngine.openDurable(directory.path)
})
afterEach(() => test.close())

/** Statements wait for each other, and for the disk. */
const SLOW = { timeout: 60_000 }

const S = `CREATE STREAM s (k STRING KEY, v INT, w INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);`
const rowsOf = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) =>
      `INSERT INTO s (ROWTIME, k, v, w) VALUES (${from + i}, 'k${(from + i) % 5}', ${from + i}, ${(from + i) * 10});`,
  ).join('')

async function queries() {
  const [list] = (await test.execute('SHOW QUERIES;')) as [QueryList]
  return list.queries
}

async function writer(sink: string): Promise<string> {
  const all = await queries()
  return all.find(({ sinks, replacement }) => sinks.includes(sink) && replacement === undefined)!.id
}

/** Waits until another query writes the sink, and everything is read. */
async function replaced(sink: string, former: string): Promise<void> {
  await expect.poll(() => writer(sink), { timeout: 30_000 }).not.toBe(former)
  await test.settled()
}

const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted()
const table = async (name: string) => sorted((await test.rows(`SELECT * FROM ${name};`)).rows)
const inserted = async (from: number, to: number) => {
  await test.execute(rowsOf(from, to))
  await test.settled()
}

describe('a new version of a stream', SLOW, () => {
  it('begins where the former one ends: no record twice, none missing', async () => {
    await test.execute(`${S} CREATE STREAM d AS SELECT k, v, w FROM s;`)
    await inserted(0, 20)
    const former = await writer('D')
    await test.execute('CREATE OR REPLACE STREAM d AS SELECT k, v FROM s;')
    await replaced('D', former)
    await inserted(20, 30)
    const values = (await readTopic(test.broker, 'D')).map(
      ({ value }) => JSON.parse(value!) as { V: number; W?: number },
    )
    expect(values.map(({ V }) => V).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i))
    expect(values.filter(({ W }) => W === undefined).map(({ V }) => V >= 20)).toEqual(new Array(10).fill(true))
  })

  it('has the state of a join before it takes over', async () => {
    await test.execute(`${S}
      CREATE STREAM r (k STRING KEY, x INT) WITH (kafka_topic='r', value_format='JSON', partitions=2);
      CREATE STREAM d AS SELECT k, v FROM s;`)
    await test.execute("INSERT INTO r (ROWTIME, k, x) VALUES (5, 'k1', 7);")
    await inserted(0, 3)
    const former = await writer('D')
    await test.execute(
      'CREATE OR REPLACE STREAM d AS SELECT s.k AS k, x AS v FROM s JOIN r WITHIN 1 MINUTE GRACE PERIOD 1 DAY ON s.k = r.k;',
    )
    await replaced('D', former)
    const before = await readTopic(test.broker, 'D')
    expect(before).toHaveLength(3)
    await inserted(6, 7)
    const after = await readTopic(test.broker, 'D')
    expect(after.slice(3).map(({ value }) => JSON.parse(value!))).toEqual([{ V: 7 }])
  })

  it('processes what lies between its own tasks before it takes over', async () => {
    await test.execute(`${S} CREATE STREAM d AS SELECT k, v, w FROM s PARTITION BY k;`)
    await inserted(0, 20)
    const former = await writer('D')
    await test.execute('CREATE OR REPLACE STREAM d AS SELECT k, v FROM s PARTITION BY k;')
    await replaced('D', former)
    await inserted(20, 25)
    const values = (await readTopic(test.broker, 'D')).map(({ value }) => (JSON.parse(value!) as { V: number }).V)
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => i))
  })
})

describe('a new version of a table', SLOW, () => {
  it('writes only the rows that differ, and deletes those that are gone', async () => {
    await test.execute(`${S} CREATE TABLE d AS SELECT k, COUNT(*) AS n FROM s WHERE v < 100 GROUP BY k;`)
    await inserted(0, 18)
    const former = await writer('D')
    const before = (await readTopic(test.broker, 'D')).length
    await test.execute(
      "CREATE OR REPLACE TABLE d AS SELECT k, COUNT(*) AS n FROM s WHERE k <> 'k0' AND v <> 1 GROUP BY k;",
    )
    // A condition alone is changed in place: what was counted stays. From the start, it is gone.
    expect(await writer('D')).toBe(former)
    expect(await table('d')).toHaveLength(5)
    await test.execute(
      "CREATE OR REPLACE TABLE d WITH (START='earliest') AS SELECT k, COUNT(*) AS n FROM s WHERE k <> 'k0' AND v <> 1 GROUP BY k;",
    )
    await replaced('D', former)
    expect(await table('d')).toEqual(
      sorted([
        ['k1', 3],
        ['k2', 4],
        ['k3', 3],
        ['k4', 3],
      ]),
    )
    const written = (await readTopic(test.broker, 'D')).slice(before)
    expect(written).toHaveLength(2)
  })
})

describe('APPLY and ROLLBACK', SLOW, () => {
  const status = async (sql: string) => ((await test.execute(sql)) as [CurrentStatus])[0].commandStatus.message
  const phase = async (sink: string) =>
    (await queries()).find(({ sinks, replacement }) => sinks.includes(sink) && replacement !== undefined)?.replacement
      ?.phase
  const total = 'CREATE TABLE d AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;'
  const sums = `CREATE OR REPLACE TABLE d WITH (START='earliest') AS SELECT k, SUM(v) AS n FROM s GROUP BY k;`
  const byHand = sums.replace("START='earliest'", "START='earliest', SWITCH='BY_APPLY'")
  const counted = sorted(['k0', 'k1', 'k2', 'k3', 'k4'].map((k) => [k, 2]))
  const summed = sorted(['k0', 'k1', 'k2', 'k3', 'k4'].map((k, i) => [k, 2 * i + 5]))

  it('let a version wait until it is applied, while the running one continues', async () => {
    await test.execute(`${S} ${total.replace('COUNT(*)', 'SUM(1)')}`)
    const former = await writer('D')
    await inserted(0, 5)
    expect(await status(byHand)).toContain('It waits for APPLY `D`')
    await expect.poll(() => phase('D'), { timeout: 30_000 }).toBe('ready')
    await expect(test.execute(sums)).rejects.toThrow('a new version of D, is being built already. APPLY `D`')
    await expect(test.execute('DROP TABLE d;')).rejects.toThrow('is being built already')
    await expect(test.execute(`TERMINATE ${former};`)).rejects.toThrow('is being built already')
    const shown = (await test.engine.overview()).queries.find(({ id }) => id === former)
    expect(shown?.nextVersion).toMatchObject({ id: expect.stringMatching(/^CTAS_D_/), isReady: true, problem: null })
    await inserted(5, 10)
    expect(await table('d')).toEqual(counted)
    await test.execute('APPLY d;')
    await replaced('D', former)
    expect(await table('d')).toEqual(summed)
    await expect(test.execute('APPLY d;')).rejects.toThrow(/No new version of D waits.*ROLLBACK `D` returns/s)
  })

  it('drop a version that is not wanted, with all that it has', async () => {
    await test.execute(`${S} ${total}`)
    const former = await writer('D')
    await inserted(0, 5)
    await test.execute(byHand)
    await expect.poll(() => phase('D'), { timeout: 30_000 }).toBe('ready')
    const next = (await queries()).find(({ replacement }) => replacement !== undefined)!.id
    expect(await status('ROLLBACK d;')).toBe(`The new version ${next} was dropped. The running version continues.`)
    expect(await phase('D')).toBeUndefined()
    expect((await test.broker.listTopics()).filter(({ name }) => name.includes(next))).toEqual([])
    expect(await writer('D')).toBe(former)
    await expect(test.execute('ROLLBACK d;')).rejects.toThrow('D has no other version to return to.')
  })

  it('return to the former version, which has meanwhile processed what it had missed, and back again', async () => {
    await test.execute(`${S} ${total}`)
    const former = await writer('D')
    await inserted(0, 5)
    await test.execute(sums)
    await replaced('D', former)
    const next = await writer('D')
    await inserted(5, 10)
    expect(await table('d')).toEqual(summed)
    await test.execute('ROLLBACK d;')
    await replaced('D', next)
    expect(await writer('D')).toBe(former)
    expect(await table('d')).toEqual(counted)
    expect(await contentOf('D')).toEqual(counted)
    await test.execute('ROLLBACK d;')
    await replaced('D', former)
    expect(await table('d')).toEqual(summed)
    expect(await contentOf('D')).toEqual(summed)
  })

  it('are dropped with the table', async () => {
    await test.execute(`${S} ${total}`)
    const former = await writer('D')
    await inserted(0, 5)
    await test.execute(sums)
    await replaced('D', former)
    await test.execute('DROP TABLE d DELETE TOPIC;')
    expect((await test.broker.listTopics()).filter(({ name }) => name.includes('_D_'))).toEqual([])
    await expect(test.execute('ROLLBACK d;')).rejects.toThrow('D does not exist')
  })
})

describe('a server that starts again', SLOW, () => {
  const restart = async () => {
    await test.close()
    test = await TestEngine.openDurable(directory.path)
  }

  it('builds on where a version was, and keeps the former one', async () => {
    await test.execute(`${S} CREATE TABLE d AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`)
    const former = await writer('D')
    await inserted(0, 5)
    await test.execute("CREATE OR REPLACE TABLE d WITH (SWITCH='BY_APPLY') AS SELECT k, SUM(v) AS n FROM s GROUP BY k;")
    await restart()
    await inserted(5, 10)
    expect(await table('d')).toEqual(sorted(['k0', 'k1', 'k2', 'k3', 'k4'].map((k) => [k, 2])))
    await test.execute('APPLY d;')
    await replaced('D', former)
    const summed = sorted(['k0', 'k1', 'k2', 'k3', 'k4'].map((k, i) => [k, 2 * i + 5]))
    expect(await table('d')).toEqual(summed)
    await restart()
    expect(await table('d')).toEqual(summed)
    const next = await writer('D')
    await test.execute('ROLLBACK d;')
    await replaced('D', next)
    expect(await table('d')).toEqual(sorted(['k0', 'k1', 'k2', 'k3', 'k4'].map((k) => [k, 2])))
  })
})

/** What the topic of a table says of each key. */
async function contentOf(topic: string): Promise<string[]> {
  const rows = new Map<string, string | null>()
  for (const { key, value } of await readTopic(test.broker, topic)) rows.set(key!, value)
  return sorted(
    [...rows].flatMap(([key, value]) => (value === null ? [] : [[key, (JSON.parse(value) as { N: number }).N]])),
  )
}

describe('what reads a replaced stream or table', SLOW, () => {
  it('is not restarted, and sees each record once', async () => {
    await test.execute(`${S}
      CREATE STREAM d AS SELECT k, v, w FROM s;
      CREATE STREAM e AS SELECT k, v FROM d;
      CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM d GROUP BY k;`)
    await inserted(0, 10)
    const former = await writer('D')
    const readers = [await writer('E'), await writer('N')]
    const consumed = () => readers.map((id) => test.runtime.status(id)!.recordsConsumed)
    expect(consumed()).toEqual([10, 10])
    await test.execute('CREATE OR REPLACE STREAM d AS SELECT k, v FROM s;')
    await replaced('D', former)
    await inserted(10, 20)
    expect(consumed()).toEqual([20, 20])
    expect(await table('n')).toEqual(sorted(['k0', 'k1', 'k2', 'k3', 'k4'].map((k) => [k, 4])))
    const values = (await readTopic(test.broker, 'E')).map(({ value }) => (JSON.parse(value!) as { V: number }).V)
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  it('keeps its columns: a version without them is refused', async () => {
    await test.execute(`${S} CREATE STREAM d AS SELECT k, v, w FROM s; CREATE STREAM e AS SELECT k, w FROM d;`)
    await expect(test.execute('CREATE OR REPLACE STREAM d AS SELECT k, v FROM s;')).rejects.toThrow('Replace E first')
  })
})

describe('before a statement is run', SLOW, () => {
  it('EXPLAIN shows what it does, also for ALTER', async () => {
    await test.execute(`${S} CREATE TABLE d WITH (partitions=1) AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`)
    await inserted(0, 20)
    const former = await writer('D')
    const [answer] = (await test.execute('EXPLAIN ALTER TABLE d AS SELECT k, SUM(v) AS n FROM s GROUP BY k;')) as [
      QueryDescriptionEntity,
    ]
    const { change, executionPlan } = answer.queryDescription
    expect(change).toMatchObject({
      queryId: former,
      way: 'rebuilt',
      reads: [{ topic: 's', from: 'earliest', records: 20, missing: 0 }],
      readers: [],
    })
    expect(executionPlan).toContain('Reads s from its start: 20 records, about')
    await test.execute(
      "ALTER TABLE d WITH (START='earliest') AS SELECT k, SUM(v) AS n, COUNT(*) AS c FROM s GROUP BY k;",
    )
    await replaced('D', former)
    expect(await table('d')).toHaveLength(5)
  })

  it('says how many records of the source are gone', async () => {
    await test.execute(`${S} CREATE TABLE d AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`)
    await inserted(0, 20)
    const former = await writer('D')
    await test.broker.deleteRecords('s', [{ partition: 0, offset: 3 }])
    const [answer] = (await test.execute('CREATE OR REPLACE TABLE d AS SELECT k, SUM(v) AS n FROM s GROUP BY k;')) as [
      CurrentStatus,
    ]
    expect(answer.warnings.map(({ message }) => message)).toContain(
      '3 records of s are no longer there, and do not count in the new version.',
    )
    await replaced('D', former)
  })

  it('a setting leaves all as ksqlDB has it', async () => {
    await test.execute(`${S} CREATE STREAM d AS SELECT k, v, w FROM s;`)
    await expect(
      test.execute("SET 'millrace.replace.any.query'='false'; CREATE OR REPLACE STREAM d AS SELECT k, v FROM s;"),
    ).rejects.toThrow('Cannot upgrade data source')
  })
})
