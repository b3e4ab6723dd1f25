import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts'
import type { QueryDescriptionEntity, QueryDescriptionList, QueryList } from '../../../src/engine/describe/entities.ts'
import { collect, type LineStream, type RowStream, TestEngine, temporaryDirectory } from '../../support/engine.ts'
import { until } from '../../support/until.ts'

const directory = temporaryDirectory()
let test: TestEngine
beforeAll(async () => {
  test = await TestEngine.open(directory.path, { 'ksql.max.push.queries': '3' })
  await test.execute(`
    CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);
    CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k;
    INSERT INTO s (ROWTIME, k, v) VALUES (1000, 'a', 1);
    INSERT INTO s (ROWTIME, k, v) VALUES (2000, 'b', 2);
    INSERT INTO s (ROWTIME, k, v) VALUES (3000, 'a', 3);`)
  await test.settled()
})
afterAll(async () => {
  await test.close()
  directory.remove()
})

const open = async (sql: string) => (await test.engine.openQuery({ sql })) as RowStream

it('EXPLAIN ANALYZE shows what each step of a running query has done', async () => {
  const [list] = (await test.execute('SHOW QUERIES;')) as [QueryList]
  const { id } = list.queries.find(({ sinks }) => sinks.includes('T'))!
  const [answer] = (await test.execute(`EXPLAIN ANALYZE ${id};`)) as [QueryDescriptionEntity]
  const { operators, topology } = answer.queryDescription
  expect(operators!.map(({ step }) => step)).toEqual(
    [...topology.matchAll(/(?:Source|Processor|Sink): (\S+)/g)].map((match) => match[1]),
  )
  const aggregate = operators!.find(({ stateEntries }) => stateEntries !== null)!
  expect(aggregate).toMatchObject({ recordsIn: 3, recordsOut: 3, stateEntries: 2, lateRecords: 0, droppedRecords: 0 })
  expect(aggregate.timeMs).toBeGreaterThan(0)
  await expect(test.execute('EXPLAIN ANALYZE nope;')).rejects.toThrow('does not exist')
})

describe('a pull query', () => {
  it('finds rows of a table by key', async () => {
    const { rows, end } = await test.rows("SELECT * FROM t WHERE k IN ('a', 'nope');")
    expect(rows).toEqual([['a', 4]])
    expect(end).toEqual({ reason: 'completed', finalMessage: null })
  })

  it('scans a table, filters, computes and limits', async () => {
    const { rows } = await test.rows('SELECT total * 2 AS twice, ROWTIME FROM t WHERE total > 2;')
    expect(rows).toEqual([[8, 3000]])
    expect((await test.rows('SELECT * FROM t LIMIT 1;')).rows).toHaveLength(1)
    expect((await test.rows('SELECT * FROM t LIMIT 0;')).rows).toEqual([])
  })

  it('reads a stream up to its end of now', async () => {
    const { rows, end } = await test.rows("SELECT k, v FROM s WHERE k = 'a';")
    expect(rows).toEqual([
      ['a', 1],
      ['a', 3],
    ])
    expect(end).toEqual({ reason: 'completed', finalMessage: 'Query Completed' })
  })

  it('stops at its limit', async () => {
    const { rows, end } = await test.rows('SELECT * FROM s LIMIT 2;')
    expect(rows).toHaveLength(2)
    expect(end).toEqual({ reason: 'limit', finalMessage: 'Limit Reached' })
  })

  it('names columns and keys before its rows', async () => {
    const stream = await open('SELECT * FROM t;')
    expect(stream).toMatchObject({ kind: 'pullTable', schemaText: '`K` STRING KEY, `TOTAL` INTEGER' })
    expect(stream.queryId).toMatch(/^query_\d+$/)
    await stream.close()
  })
})

describe('a push query', () => {
  it('streams rows until its limit', async () => {
    const stream = await open('SELECT k, v FROM s EMIT CHANGES LIMIT 3;')
    expect(stream.queryId).toMatch(/^transient_S_\d+$/)
    const { items, end } = await collect(stream)
    expect(items).toHaveLength(3)
    expect(end).toEqual({ reason: 'limit', finalMessage: 'Limit Reached' })
  })

  it('aggregates over all rows without GROUP BY', async () => {
    const { rows } = await test.rows('SELECT COUNT(*) AS n FROM s EMIT CHANGES LIMIT 3;')
    expect(rows.at(-1)).toEqual([3])
  })

  it('is listed while it runs, and ended by its id', async () => {
    const stream = await open('SELECT * FROM s EMIT CHANGES;')
    const ended = collect(stream)
    const [listing] = (await test.execute('SHOW QUERIES;')) as [QueryList]
    expect(listing.queries.find(({ id }) => id === stream.queryId)).toMatchObject({
      queryType: 'PUSH',
      state: 'RUNNING',
    })
    expect(await test.engine.closeQuery(stream.queryId.toUpperCase())).toBe(true)
    expect((await ended).end).toEqual({ reason: 'closed', finalMessage: null })
    expect(await test.engine.closeQuery(stream.queryId)).toBe(false)
  })

  it('is ended by TERMINATE too', async () => {
    const stream = await open('SELECT * FROM s EMIT CHANGES;')
    const ended = collect(stream)
    await expect(test.execute(`TERMINATE ${stream.queryId};`)).resolves.toMatchObject([
      { '@type': 'terminate_query', queryId: stream.queryId, wasTerminated: true },
    ])
    expect((await ended).end.reason).toBe('closed')
  })

  it('that is closed before it is read frees its place', async () => {
    for (let i = 0; i < 5; i++) await (await open('SELECT * FROM s EMIT CHANGES;')).close()
  })

  it('is refused beyond the limit of the server', async () => {
    const streams = await Promise.all([1, 2, 3].map(() => open('SELECT * FROM s EMIT CHANGES;')))
    await expect(open('SELECT * FROM s EMIT CHANGES;')).rejects.toMatchObject({
      code: 'TOO_MANY_PUSH_QUERIES',
      message: expect.stringContaining('Maximum number of push queries exceeded'),
    })
    for (const stream of streams) await stream.close()
  })
})

describe('PRINT', () => {
  it('shows raw records with guessed formats', async () => {
    const stream = (await test.engine.openQuery({ sql: 'PRINT s FROM BEGINNING LIMIT 1;' })) as LineStream
    const { items, end } = await collect(stream)
    expect(items).toEqual([
      'Key format: KAFKA_STRING',
      'Value format: JSON or KAFKA_STRING',
      expect.stringMatching(/^rowtime: 1970\/01\/01 00:00:0\d\.000 Z, key: [ab], value: \{"V":\d\}, partition: [01]$/),
    ])
    expect(end.reason).toBe('limit')
  })

  it('refuses topics that are not there', async () => {
    await expect(test.engine.openQuery({ sql: 'PRINT nope;' })).rejects.toThrow("Could not find topic 'nope'")
  })
})

describe('the query endpoint', () => {
  it('takes exactly one SELECT or PRINT', async () => {
    await expect(open('SELECT * FROM t; SELECT * FROM t;')).rejects.toThrow(
      'Expected exactly one KSQL statement; found 2 instead',
    )
    await expect(open('SHOW TYPES;')).rejects.toMatchObject({ code: 'BAD_STATEMENT' })
    await expect(open('SELECT * FROM nope;')).rejects.toMatchObject({
      name: 'StatementFailure',
      statementText: 'SELECT * FROM nope;',
    })
  })
})

describe('an insert stream', () => {
  it('stores rows of JSON values', async () => {
    await test.execute(`
      CREATE STREAM j (k STRING KEY, i INT, b BIGINT, d DECIMAL(4,2), a ARRAY<STRING>, r STRUCT<x INT>)
        WITH (kafka_topic='j', value_format='JSON', partitions=1);`)
    const insert = await test.engine.openInserts('j')
    await insert('{"K":"key","i":7,"`B`":9007199254740993,"D":1.5,"A":["x",null],"R":{"x":1}}')
    const [row] = (await test.rows('SELECT * FROM j;')).rows
    expect(row?.slice(0, 3)).toEqual(['key', 7, 9007199254740993n])
    expect(String(row?.[3])).toBe('1.50')
    expect(row?.slice(4)).toEqual([['x', null], [1]])
  })

  it('refuses rows that do not fit, and targets that take none', async () => {
    const insert = await test.engine.openInserts('s')
    expect(() => insert('{"v":"text"}')).toThrow(
      'Column V is INTEGER and cannot take "text". ' +
        "Can't coerce a field of type class java.lang.String into type INTEGER",
    )
    expect(() => insert('{"nope":"text"}')).toThrow('Column name NOPE does not exist')
    expect(() => insert('[1]')).toThrow('A row must be a JSON object.')
    expect(() => insert('{"v":')).toThrow('The row is not JSON')
    await expect(test.engine.openInserts('nope')).rejects.toThrow('unknown stream/table')
    await test.execute(
      "CREATE TABLE keyed (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='keyed', value_format='JSON', partitions=1);",
    )
    const intoTable = await test.engine.openInserts('keyed')
    expect(() => intoTable('{"v":1}')).toThrow('Key field must be specified: K')
  })
})

describe('the processing log', () => {
  it('is a stream of what could not be processed', async () => {
    await test.execute(`
      CREATE STREAM bad (v INT) WITH (kafka_topic='bad', value_format='JSON', partitions=1);
      CREATE STREAM copy AS SELECT v FROM bad;`)
    const builder = new RecordBatchBuilder()
    builder.append(0, null, Buffer.from('no json'))
    const producer = test.broker.producer()
    await producer.send('bad', 0, builder.finish())
    await producer.close()
    const { rows } = await test.rows(
      'SELECT logger, message->type, message->deserializationError->target, message->deserializationError->`topic` ' +
        'FROM KSQL_PROCESSING_LOG EMIT CHANGES LIMIT 1;',
    )
    expect(rows).toEqual([[expect.stringMatching(/^processing\.CSAS_COPY_\d+\.KsqlTopic\.Source$/), 0, 'value', 'bad']])
  })

  it('has the errors of pull queries on tables and streams, under their own ids', async () => {
    await test.execute(`
      CREATE STREAM texts (k STRING KEY, v STRING) WITH (kafka_topic='texts', value_format='JSON', partitions=1);
      SET 'auto.offset.reset'='earliest';
      CREATE TABLE latest AS SELECT k, LATEST_BY_OFFSET(v) AS v FROM texts GROUP BY k;
      INSERT INTO texts VALUES ('a', 'x');
      INSERT INTO texts VALUES ('b', '7');`)
    const logged = (where: string) =>
      test.rows(`SELECT message->recordProcessingError->errorMessage, message->recordProcessingError->cause, logger
        FROM KSQL_PROCESSING_LOG WHERE ${where} EMIT CHANGES LIMIT 1;`)
    // Both rows are in the table when they have come out of it.
    await test.rows('SELECT * FROM latest EMIT CHANGES LIMIT 2;')
    expect((await test.rows('SELECT k, CAST(v AS INT) FROM latest;')).rows).toEqual([
      ['a', null],
      ['b', 7],
    ])
    expect((await logged("logger LIKE '%Project' AND message->type = 1")).rows).toEqual([
      [
        expect.stringContaining('CAST'),
        ['For input string: "x"'],
        expect.stringMatching(/^processing\.query_\d+\.Project$/),
      ],
    ])
    expect((await test.rows('SELECT k FROM latest WHERE CAST(v AS INT) > 6;')).rows).toEqual([['b']])
    expect((await logged("logger LIKE '%WhereFilter'")).rows).toHaveLength(1)
    expect((await test.rows('SELECT k, CAST(v AS BIGINT) FROM texts;')).rows).toEqual([
      ['a', null],
      ['b', 7],
    ])
    const onStream = await logged("message->recordProcessingError->errorMessage LIKE '%BIGINT%'")
    expect(onStream.rows).toHaveLength(1)
  })
})

describe('a query whose topic is deleted', () => {
  it('shows it in SHOW QUERIES EXTENDED and EXPLAIN, and shows when it is back', async () => {
    await test.execute(`SET 'ksql.query.retry.backoff.initial.ms'='5';
      CREATE STREAM gone (v INT) WITH (kafka_topic='gone', value_format='JSON', partitions=1);
      CREATE STREAM gone_copy AS SELECT * FROM gone;`)
    const [list] = (await test.execute('SHOW QUERIES;')) as [QueryList]
    const { id } = list.queries.find(({ sinks }) => sinks.includes('GONE_COPY'))!
    const explained = async () =>
      ((await test.execute(`EXPLAIN ${id};`)) as [QueryDescriptionEntity])[0].queryDescription
    await until(async () => (await explained()).state === 'RUNNING')
    await test.broker.deleteTopic('gone')
    await until(async () => (await explained()).state === 'ERROR')
    expect((await explained()).queryErrors.at(-1)).toMatchObject({
      type: 'USER',
      errorMessage: 'Topic gone does not exist.',
    })
    const [extended] = (await test.execute('SHOW QUERIES EXTENDED;')) as [QueryDescriptionList]
    const described = extended.queryDescriptions.find((query) => query.id === id)!
    expect(described.queryErrors.at(-1)).toMatchObject({ errorMessage: 'Topic gone does not exist.' })
    await test.broker.createTopic({ name: 'gone', partitions: 1 })
    await until(async () => (await explained()).state === 'RUNNING')
    await test.execute(`TERMINATE ${id}; DROP STREAM gone_copy; DROP STREAM gone DELETE TOPIC;`)
  })
})

describe('health and information', () => {
  it('say how the server is', async () => {
    expect(await test.engine.info()).toMatchObject({ serverStatus: 'RUNNING', ksqlServiceId: 'default_' })
    expect(await test.engine.health()).toMatchObject({ isHealthy: true, serverState: 'READY' })
    expect(() => test.engine.checkProperty('auto.offset.reset')).not.toThrow()
  })
})
