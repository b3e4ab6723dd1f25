/** Topics that lose their end, or are deleted and made again, below queries that have read them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Broker } from '../../../../src/broker/broker.ts'
import type { QueryDescription, QueryDescriptionList } from '../../../../src/engine/describe/entities.ts'
import { type DurableOptions, TestEngine, temporaryDirectory } from '../../../support/engine.ts'
import { until } from '../../../support/until.ts'

let directory: ReturnType<typeof temporaryDirectory>
let warnings: string[]
beforeEach(() => {
  directory = temporaryDirectory()
  warnings = []
})
afterEach(() => directory.remove())

const options = (properties: Readonly<Record<string, string>>): DurableOptions => ({
  properties: { 'ksql.query.retry.backoff.initial.ms': '5', 'ksql.query.retry.backoff.max.ms': '5', ...properties },
  warn: (message) => warnings.push(message),
})

const open = (properties: Readonly<Record<string, string>> = {}) =>
  TestEngine.openDurable(directory.path, options(properties))

const NEVER_RETRIED = {
  'ksql.query.retry.backoff.initial.ms': '3600000',
  'ksql.query.retry.backoff.max.ms': '3600000',
}

const stream = (partitions: number) =>
  `CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=${partitions});`
const TABLE = 'CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;'
const COPY = 'CREATE STREAM c AS SELECT * FROM s;'
const POLICY = 'millrace.offset.out.of.range'

const insert = (server: TestEngine, keys: readonly string[]) =>
  server.execute(keys.map((k) => `INSERT INTO s VALUES ('${k}', 1);`).join(' '))

async function described(server: TestEngine): Promise<QueryDescription> {
  const [list] = (await server.execute('SHOW QUERIES EXTENDED;')) as [QueryDescriptionList]
  return list.queryDescriptions[0]!
}

async function untilQuery(server: TestEngine, holds: (query: QueryDescription) => boolean): Promise<QueryDescription> {
  let query = await described(server)
  await until(async () => {
    query = await described(server)
    return holds(query)
  })
  return query
}

const rowsOf = async (server: TestEngine) => (await server.rows('SELECT * FROM t;')).rows.toSorted()

/** The offset that the query's group has committed, beyond the end of the topic: as after an unclean election of a leader. */
async function loseTail(broker: Broker): Promise<void> {
  const group = '_confluent-ksql-default_query_CTAS_T_4'
  const [committed] = await broker.fetchOffsets(group)
  expect(committed).toMatchObject({ topic: 's' })
  await broker.commitOffsets(group, [{ ...committed!, offset: committed!.offset + 5 }])
}

describe('a topic whose end lies before what a query has read', () => {
  async function behind(properties: Readonly<Record<string, string>> = {}): Promise<TestEngine> {
    const server = await open()
    await server.execute(`${stream(1)} ${TABLE}`)
    await insert(server, ['a', 'a', 'b'])
    await server.settled()
    return server.reopened(directory.path, options(properties), loseTail)
  }

  test('stops the query, which says why: in the log, in its failures, and to readers of its table', async () => {
    const server = await behind()
    const { queryErrors } = await untilQuery(server, ({ state }) => state === 'ERROR')
    const cause =
      /^Partition 0 of s ends at offset 3, when the query had read it up to offset 8: .* Set millrace\.offset\.out\.of\.range to/
    expect(queryErrors[0]).toMatchObject({ type: 'USER', errorMessage: expect.stringMatching(cause) })
    expect(warnings[0]).toMatch('Query CTAS_T_4 has failed: Partition 0 of s ends at offset 3')
    const { end } = await server.rows('SELECT * FROM t;')
    expect(end).toMatchObject({
      reason: 'error',
      error: { message: expect.stringContaining('is in ERROR: Partition 0 of s') },
    })
    await server.close()
  })

  test('keeps the query in ERROR when the topic has grown beyond the position', async () => {
    const first = await behind()
    await untilQuery(first, ({ state }) => state === 'ERROR')
    await insert(first, ['c', 'c', 'c', 'c', 'c', 'c', 'c'])
    const second = await first.reopened(directory.path, options({}))
    const { queryErrors } = await untilQuery(second, ({ state }) => state === 'ERROR')
    expect(queryErrors[0]!.errorMessage).toMatch(
      'Partition 0 of s had ended earlier, when the query had read it up to offset 8',
    )
    await second.close()
  })

  test.each([
    [
      'earliest',
      [
        ['a', 4],
        ['b', 2],
        ['c', 1],
      ],
    ],
    [
      'latest',
      [
        ['a', 2],
        ['b', 1],
        ['c', 1],
      ],
    ],
  ])('lets the query continue at the %s record where the setting says so', async (policy, rows) => {
    const server = await behind({ [POLICY]: policy })
    await untilQuery(server, ({ state, queryErrors }) => state === 'RUNNING' && queryErrors.length > 0)
    await insert(server, ['c'])
    await server.settled()
    expect(await rowsOf(server)).toEqual(rows)
    expect(warnings).toEqual([
      expect.stringMatching(`ends at offset 3.* The query continues at the ${policy} record there`),
    ])
    warnings = []
    const again = await server.reopened(directory.path, options({ [POLICY]: policy }))
    await again.settled()
    expect(await rowsOf(again)).toEqual(rows)
    expect(warnings).toEqual([])
    await again.close()
  })
})

describe('a topic that was deleted and made again', () => {
  async function remake(server: TestEngine, partitions: number): Promise<void> {
    await server.broker.deleteTopic('s')
    await untilQuery(server, ({ state }) => state === 'ERROR')
    await server.broker.createTopic({ name: 's', partitions })
    // The server learns from a refused insert how many partitions there are now.
    const keys = ['e', 'f', 'g', 'h']
    if (partitions < 4) await Promise.allSettled(keys.map((key) => insert(server, [key])))
    await server.broker.deleteRecords('s', await server.broker.endOffsets('s'))
  }

  test.each(['earliest', 'latest'])('is read from its start, also with auto.offset.reset = %s', async (reset) => {
    const server = await open({ 'auto.offset.reset': reset })
    await server.execute(`${stream(1)} ${TABLE}`)
    await insert(server, ['a', 'b'])
    await server.settled()
    await remake(server, 1)
    await insert(server, ['a', 'c', 'c'])
    await untilQuery(server, ({ state }) => state === 'RUNNING')
    await server.settled()
    expect(await rowsOf(server)).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', 2],
    ])
    expect(warnings.at(-1)).toMatch(/position of the query in s is gone.* continues at the earliest record/)
    await server.close()
  })

  test('is read from its start when that is found at the next start of the server', async () => {
    const server = await open({ 'auto.offset.reset': 'latest' })
    await server.execute(`${stream(1)} ${TABLE}`)
    await insert(server, ['a', 'b'])
    await server.settled()
    const after = await server.reopened(directory.path, options({ 'auto.offset.reset': 'latest' }), async (broker) => {
      await broker.deleteTopic('s')
      await broker.createTopic({ name: 's', partitions: 1 })
    })
    await insert(after, ['b'])
    await untilQuery(after, ({ state }) => state === 'RUNNING')
    await after.settled()
    expect(await rowsOf(after)).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    await after.close()
  })

  test('with fewer partitions stops a query that keeps state by key; its table answers with the cause', async () => {
    const server = await open()
    await server.execute(`${stream(4)} ${TABLE}`)
    await insert(server, ['a', 'b', 'c', 'd', 'e'])
    await server.settled()
    await remake(server, 2)
    const { queryErrors } = await untilQuery(server, ({ queryErrors }) =>
      /has 2 partitions/.test(queryErrors.at(-1)?.errorMessage ?? ''),
    )
    expect(queryErrors.at(-1)!.errorMessage).toMatch(
      /^Topic s has 2 partitions where the query needs 4: .* Set millrace/,
    )
    const { end } = await server.rows("SELECT * FROM t WHERE k = 'e';")
    expect(end).toMatchObject({
      reason: 'error',
      error: { message: expect.stringContaining('Topic s has 2 partitions') },
    })
    await server.close()
  })

  test('with fewer partitions lets the query begin again where the setting says so', async () => {
    const server = await open({ [POLICY]: 'earliest' })
    await server.execute(`${stream(4)} ${TABLE}`)
    await insert(server, ['a', 'b', 'c', 'd', 'e'])
    await server.settled()
    await remake(server, 2)
    await insert(server, ['a', 'f', 'g', 'h'])
    await untilQuery(server, ({ state }) => state === 'RUNNING')
    await server.settled()
    expect(await rowsOf(server)).toEqual([
      ['a', 1],
      ['f', 1],
      ['g', 1],
      ['h', 1],
    ])
    expect((await server.rows("SELECT * FROM t WHERE k = 'h';")).rows).toEqual([['h', 1]])
    await server.close()
  })

  test('with fewer partitions is read by a query that keeps nothing', async () => {
    const server = await open()
    await server.execute(`${stream(4)} ${COPY}`)
    await insert(server, ['a', 'b'])
    await server.settled()
    await remake(server, 2)
    await insert(server, ['c', 'd'])
    await untilQuery(server, ({ state }) => state === 'RUNNING')
    await server.settled()
    expect((await server.rows('SELECT k FROM c;')).rows.flat().toSorted()).toEqual(['a', 'b', 'c', 'd'])
    await server.close()
  })
})

/** Retention removes the records b and c of a, b, c, d before the query has read them. */
async function removed(properties: Readonly<Record<string, string>> = {}): Promise<TestEngine> {
  const server = await open(properties)
  await server.execute(`${stream(1)} ${COPY}`)
  await insert(server, ['a'])
  await server.settled()
  await server.execute('PAUSE CSAS_C_4;')
  await insert(server, ['b', 'c', 'd'])
  await server.broker.deleteRecords('s', [{ partition: 0, offset: 3 }])
  await server.execute('RESUME CSAS_C_4;')
  return server
}

test('records that retention removes before a query has read them stop it where the setting says so', async () => {
  const first = await removed({ 'millrace.removed.records': 'fail' })
  const { queryErrors } = await untilQuery(first, ({ state }) => state === 'ERROR')
  expect(queryErrors[0]!.errorMessage).toMatch(
    /^Records 1 to 2 of partition 0 of s were removed, .* Set millrace.removed.records to continue, or terminate/,
  )
  const second = await first.reopened(directory.path, options({}))
  await second.settled()
  expect((await second.rows('SELECT k FROM c;')).rows).toEqual([['a'], ['d']])
  await second.close()
})

test('records that retention removes before a query has read them are reported and counted', async () => {
  const server = await removed()
  await server.settled()
  expect(server.runtime.status('CSAS_C_4')).toMatchObject({ removedRecords: 2, processingErrors: 1 })
  expect(warnings).toEqual([
    expect.stringMatching(/^Query CSAS_C_4: Records 1 to 2 .* It continues at the first record that is left\.$/),
  ])
  expect((await server.rows('SELECT k FROM c;')).rows).toEqual([['a'], ['d']])
  const { rows } = await server.rows('SELECT message FROM KSQL_PROCESSING_LOG EMIT CHANGES LIMIT 1;')
  expect(JSON.stringify(rows)).toMatch('Records 1 to 2 of partition 0 of s were removed')
  await server.close()
})

test('a query that waits for its next attempt starts again when it is resumed', async () => {
  const server = await open({ 'millrace.offset.out.of.range': 'fail', ...NEVER_RETRIED })
  await server.execute(`${stream(1)} ${COPY}`)
  await insert(server, ['a'])
  await server.settled()
  await server.broker.deleteTopic('s')
  await untilQuery(server, ({ state }) => state === 'ERROR')
  await server.broker.createTopic({ name: 's', partitions: 1 })
  await insert(server, ['b'])
  await server.execute('RESUME CSAS_C_4;')
  await untilQuery(server, ({ state }) => state === 'RUNNING')
  await server.settled()
  expect((await server.rows('SELECT k FROM c;')).rows).toEqual([['a'], ['b']])
  await server.close()
})
