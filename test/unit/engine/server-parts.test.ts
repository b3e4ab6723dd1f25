import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RowStream } from '../../../src/engine/api.ts'
import { startServerParts } from '../../../src/main.ts'
import { collect, temporaryDirectory } from '../../support/engine.ts'

let directory: ReturnType<typeof temporaryDirectory>
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => directory.remove())

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
    expect(await first.metrics.metrics()).toContain('millrace_query_running{query="CSAS_BIG_')
    await first.close()
    await first.close()

    const second = open()
    const rows = await collect((await (await second.engine).openQuery({ sql: 'SELECT k FROM s;' })) as RowStream)
    expect(rows.items).toHaveLength(2)
    await second.close()
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
