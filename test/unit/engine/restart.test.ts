import { describe, expect, it } from 'vitest'
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts'
import type { QueryList, StreamList } from '../../../src/engine/describe/entities.ts'
import { directoryOfEachTest } from '../../support/directory-of-each-test.ts'
import { TestEngine } from '../../support/engine.ts'

const directory = directoryOfEachTest()

const S = "CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);"

async function names(test: TestEngine): Promise<{ streams: string[]; queries: string[] }> {
  const [streams, queries] = (await test.execute('SHOW STREAMS; SHOW QUERIES;')) as [StreamList, QueryList]
  return { streams: streams.streams.map(({ name }) => name), queries: queries.queries.map(({ id }) => id) }
}

describe('a server that starts again', () => {
  it('has the same streams, tables, types and queries, and goes on where they were', async () => {
    const before = await TestEngine.open(directory.path)
    await before.execute(
      `${S} CREATE TYPE t AS ARRAY<INT>; CREATE TABLE n AS SELECT k, COUNT(*) AS c FROM s GROUP BY k;`,
    )
    await before.execute("INSERT INTO s VALUES ('x', 1);")
    await before.settled()
    const known = await names(before)
    await before.close()

    const after = await TestEngine.open(directory.path)
    expect(await names(after)).toEqual(known)
    await after.execute("INSERT INTO s VALUES ('x', 2);")
    await after.settled()
    expect((await after.rows("SELECT * FROM n WHERE k = 'x';")).rows).toEqual([['x', 2]])
    await expect(after.execute('CREATE TYPE t AS INT;')).rejects.toThrow('ARRAY<INTEGER>')
    await after.close()
  })

  it('keeps the groups of a table to which OR REPLACE appends aggregates; these count from then on', async () => {
    const before = await TestEngine.openDurable(directory.path)
    await before.execute(`${S} CREATE TABLE n AS SELECT v, COUNT(*) AS c FROM s GROUP BY v;`)
    await before.execute("INSERT INTO s VALUES ('x', 1); INSERT INTO s VALUES ('y', 1); INSERT INTO s VALUES ('x', 2);")
    await before.settled()
    await before.execute('CREATE OR REPLACE TABLE n AS SELECT v, COUNT(*) AS c, SUM(1) AS total FROM s GROUP BY v;')
    await before.execute("INSERT INTO s VALUES ('z', 1);")
    await before.settled()
    const rows = [
      [1, 3, 1],
      [2, 1, 0],
    ]
    expect((await before.rows('SELECT * FROM n;')).rows).toEqual(rows)
    await before.close()

    const after = await TestEngine.openDurable(directory.path)
    expect((await after.rows('SELECT * FROM n;')).rows).toEqual(rows)
    await after.close()
  })

  it('does not start what was dropped or terminated, and keeps pauses', async () => {
    const before = await TestEngine.open(directory.path)
    await before.execute(
      `${S} CREATE STREAM a AS SELECT * FROM s; CREATE STREAM b AS SELECT * FROM s; CREATE STREAM c AS SELECT * FROM s;`,
    )
    const { queries } = await names(before)
    await before.execute(`TERMINATE ${queries[0]}; DROP STREAM b; PAUSE ${queries[2]};`)
    await before.close()

    const after = await TestEngine.open(directory.path)
    expect(await names(after)).toMatchObject({
      streams: expect.arrayContaining(['S', 'A', 'C']),
      queries: [queries[2]],
    })
    const [listing] = (await after.execute('SHOW QUERIES;')) as [QueryList]
    expect(listing.queries[0]?.state).toBe('PAUSED')
    await after.close()
  })

  it('numbers new queries beyond the old ones', async () => {
    const before = await TestEngine.open(directory.path)
    await before.execute(`${S} CREATE STREAM a AS SELECT * FROM s; DROP STREAM a;`)
    const old = [...before.engine.commandStatuses().keys()]
    await before.close()
    const after = await TestEngine.open(directory.path)
    expect([...after.engine.commandStatuses().keys()]).toEqual(old)
    const [first] = await after.execute('CREATE STREAM a AS SELECT * FROM s;')
    expect(first).toMatchObject({ commandStatus: { status: 'SUCCESS' } })
    await after.close()
  })

  it('takes no more statements if it does not know the version of a command, and says so', async () => {
    const before = await TestEngine.open(directory.path)
    await before.execute(S)
    const builder = new RecordBatchBuilder()
    builder.append(0, Buffer.from('{"type":"stream","entity":"`F`","action":"create"}'), Buffer.from('{"version":99}'))
    const producer = before.broker.producer()
    await producer.send('_confluent-ksql-default__command_topic', 0, builder.finish())
    await before.close()

    const after = await TestEngine.open(directory.path)
    expect((await after.engine.info()).serverStatus).toBe('DEGRADED')
    expect((await after.engine.health()).isHealthy).toBe(false)
    await expect(after.execute('DROP STREAM s;')).rejects.toThrow('version 99')
    const [listing] = await after.execute('SHOW STREAMS;')
    expect(listing?.warnings[0]?.message).toContain('version 99')
    await after.close()
  })
})
