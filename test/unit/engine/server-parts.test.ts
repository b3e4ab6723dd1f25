import { describe, expect, it } from 'vitest'
import type { RowStream } from '../../../src/engine/api.ts'
import { startServerParts } from '../../../src/main.ts'
import { directoryOfEachTest } from '../../support/directory-of-each-test.ts'
import { collect } from '../../support/engine.ts'

const directory = directoryOfEachTest()

const open = () =>
  startServerParts({
    dataDir: directory.path,
    properties: { 'ksql.streams.auto.offset.reset': 'earliest', 'ksql.streams.num.stream.threads': '1' },
  })

describe('the parts of a server', () => {
  it('run queries in threads, show metrics, and are there again after a restart', async () => {
    const first = open()
    const engine = await first.engine
    await engine.execute({
      sql: `CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);
            CREATE STREAM big AS SELECT k, v FROM s WHERE v > 1;
            INSERT INTO s VALUES ('a', 1); INSERT INTO s VALUES ('b', 2);`,
    })
    const sql = 'SELECT k FROM big EMIT CHANGES LIMIT 1;'
    const { items } = await collect((await engine.openQuery({ sql })) as RowStream)
    expect(items.map(({ row }) => row)).toEqual([['b']])
    expect(await first.metrics.metrics()).toContain('millrace_query_state{query="CSAS_BIG_')
    await first.close()
    await first.close()

    const second = open()
    const rows = await collect((await (await second.engine).openQuery({ sql: 'SELECT k FROM s;' })) as RowStream)
    expect(rows.items).toHaveLength(2)
    await second.close()
  }, 20_000)

  it('have the functions of modules, in this thread and in the workers, and functions in JavaScript', async () => {
    const parts = startServerParts({
      dataDir: directory.path,
      properties: { 'ksql.streams.num.stream.threads': '1', 'ksql.streams.auto.offset.reset': 'earliest' },
      functions: [new URL('../../support/crashing-functions.ts', import.meta.url)],
    })
    const engine = await parts.engine
    await engine.execute({
      sql: `CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);
            CREATE FUNCTION doubled(a INT) RETURNS INT LANGUAGE JAVASCRIPT AS $$ a * 2 $$;
            CREATE STREAM o AS SELECT k, DOUBLED(KILL_THREAD(v)) AS v FROM s;
            INSERT INTO s VALUES ('a', HANG_THREAD(4));`,
    })
    const { items } = await collect(
      (await engine.openQuery({ sql: 'SELECT v FROM o EMIT CHANGES LIMIT 1;' })) as RowStream,
    )
    expect(items.map(({ row }) => row)).toEqual([[8]])
    expect(await parts.metrics.metrics()).toMatch(
      /millrace_function_calls_total\{query="CSAS_O_\d+",function="DOUBLED"\} 1/,
    )
    await parts.close()
  }, 20_000)

  it('do not start with a module that has no functions', async () => {
    const module = new URL('../../support/engine.ts', import.meta.url)
    const parts = startServerParts({ dataDir: directory.path, functions: [module] })
    await expect(parts.engine).rejects.toThrow('exports no array of functions')
    await parts.close()
  })

  it('report a query that fails: to the operator, in the metrics, and to whoever reads its table', async () => {
    const failed = Promise.withResolvers<string>()
    const parts = startServerParts({
      dataDir: directory.path,
      properties: { 'ksql.streams.num.stream.threads': '1', 'ksql.streams.auto.offset.reset': 'earliest' },
      warn: failed.resolve,
    })
    const engine = await parts.engine
    await engine.execute({
      sql: `CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1, on_error='FAIL');
            CREATE STREAM raw (k STRING KEY, v STRING) WITH (kafka_topic='s', value_format='KAFKA');
            CREATE TABLE counts AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
            INSERT INTO s VALUES ('a', 1); INSERT INTO raw VALUES ('a', 'no JSON'); INSERT INTO s VALUES ('a', 2);`,
    })
    const message = await failed.promise
    const [, id, cause, statement] = /^Query (CTAS_COUNTS_\d+) has failed: (.*) Statement: (.*)$/.exec(message) ?? []
    expect(cause).toContain('offset 1')
    expect(statement).toMatch(/^CREATE TABLE counts AS SELECT k, COUNT\(\*\) AS n FROM s GROUP BY k/i)
    const { end } = await collect((await engine.openQuery({ sql: 'SELECT * FROM counts;' })) as RowStream)
    expect(end).toMatchObject({
      reason: 'error',
      error: {
        message: expect.stringMatching(
          `^${id}, which fills COUNTS, is in ERROR: [^]*offset 1[^]*\\. See EXPLAIN ${id};$`,
        ),
      },
    })
    const metrics = (await parts.metrics.metrics()).split('\n')
    expect(metrics).toContain(`millrace_query_errors_total{query="${id}"} 1`)
    expect(metrics).toContain(`millrace_query_lag_records{query="${id}"} 2`)
    expect(metrics).toContain(`millrace_query_state{query="${id}",state="ERROR"} 1`)
    await parts.close()
  }, 20_000)

  it('report a data directory that another server has', async () => {
    const first = open()
    await first.engine
    const second = open()
    await expect(second.engine).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' })
    await second.close()
    await first.close()
  })
})
