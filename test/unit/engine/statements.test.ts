import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CurrentStatus, Entity, QueryList } from '../../../src/engine/describe/entities.ts'
import type { StatementFailure } from '../../../src/engine/statement-failure.ts'
import { TestEngine, temporaryDirectory } from '../../support/engine.ts'

const directory = temporaryDirectory()
let test: TestEngine
beforeAll(async () => {
  test = await TestEngine.open(directory.path)
})
afterAll(async () => {
  await test.close()
  directory.remove()
})

const stream = (name: string) =>
  `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (kafka_topic='${name}', value_format='JSON', partitions=2);`
const failureOf = (sql: string): Promise<StatementFailure> =>
  test.execute(sql).then(
    () => Promise.reject(new Error(`${sql} did not fail`)),
    (error: StatementFailure) => error,
  )
/** A refusal's own words, without the statement and the place that follow them. */
const reasonOf = async (sql: string): Promise<string> => (await failureOf(sql)).message.split('\nStatement: ')[0]!
const only = async <Type extends Entity['@type']>(type: Type, sql: string) => {
  const [entity] = await test.execute(sql)
  expect(entity?.['@type']).toBe(type)
  return entity as Extract<Entity, { '@type': Type }>
}

describe('statements', () => {
  it('answer each with an entity, INSERT VALUES and SET with none', async () => {
    const entities = await test.execute(
      `SET 'auto.offset.reset'='earliest'; ${stream('a')} INSERT INTO a VALUES ('x', 1); SHOW TYPES;`,
    )
    expect(entities.map((entity) => entity['@type'])).toEqual(['currentStatus', 'type_list'])
    expect(entities[0]).toMatchObject({
      commandId: 'stream/`A`/create',
      commandStatus: { status: 'SUCCESS', message: 'Stream created' },
      statementText: expect.stringContaining('CREATE STREAM a'),
      warnings: [],
    })
  })

  it('number queries by their command', async () => {
    await test.execute(stream('b'))
    const status = await only('currentStatus', 'CREATE STREAM b2 AS SELECT * FROM b;')
    expect(status.commandStatus.queryId).toBe(`CSAS_B2_${status.commandSequenceNumber}`)
    const insert = await only('currentStatus', 'INSERT INTO b2 SELECT * FROM b;')
    expect(insert.commandStatus.queryId).toBe(`INSERTQUERY_${insert.commandSequenceNumber}`)
    await expect(test.execute("INSERT INTO b2 WITH (query_id='my_query') SELECT * FROM b;")).resolves.toMatchObject([
      { commandStatus: { queryId: 'MY_QUERY' } },
    ])
    expect(await reasonOf("INSERT INTO b2 WITH (query_id='my_query') SELECT * FROM b;")).toBe(
      "Query ID 'MY_QUERY' already exists.",
    )
    const reserved = await failureOf("INSERT INTO b2 WITH (query_id='csas_x') SELECT * FROM b;")
    expect(reserved.message).toContain('Query IDs must not start with a reserved query ID prefix')
  })

  it('see what earlier statements of the request have made', async () => {
    const entities = await test.execute(
      `${stream('c')} CREATE TABLE c2 AS SELECT k, COUNT(*) AS n FROM c GROUP BY k; INSERT INTO c VALUES ('x', 1); DESCRIBE c2;`,
    )
    expect(entities).toHaveLength(3)
    await test.settled()
    expect((await test.rows("SELECT * FROM c2 WHERE k = 'x';")).rows).toEqual([['x', 1]])
  })

  it('are all rejected if one is bad, before anything is done', async () => {
    const failure = await failureOf(`${stream('d')} DROP STREAM nope;`)
    expect(failure).toMatchObject({ code: 'BAD_STATEMENT', statementText: 'DROP STREAM nope;', entities: [] })
    expect((await failureOf('DESCRIBE d;')).message).toContain('D does not exist.')
    expect(await test.broker.describeTopic('d')).toBeNull()
    const unparsable = await failureOf(`${stream('d')} SELEC;`)
    expect(unparsable).toMatchObject({ code: 'BAD_STATEMENT', statementText: 'SELEC;' })
    expect(unparsable.message).toContain("Did you mean 'SELECT'?")
  })

  it('are refused with the place at fault, below the statement as it may be shown', async () => {
    await test.execute(stream('w'))
    expect((await failureOf('CREATE STREAM x AS SELECT *\n FROM w WHERE v = k;')).message.split('\n')).toEqual([
      'Error in WHERE expression: Cannot compare V (INTEGER) to K (STRING) with EQUAL.',
      'Statement: CREATE STREAM x AS SELECT *',
      ' FROM w WHERE v = k;',
      '              ^ line 2:15',
    ])
    expect(
      (await failureOf("SHOW TYPES; INSERT INTO w (k, v) VALUES ('secret', 1 +);")).message.split('\n').slice(-2),
    ).toEqual([
      "Statement: INSERT INTO w (k, v) VALUES ('[value]', '[value]');",
      `${' '.repeat("Statement: INSERT INTO w (k, v) VALUES ('[value]', '[value]'".length)}^`,
    ])
    expect((await failureOf('SHOW TYPES; DROP STREAM nope;')).message.split('\n').at(-1)).toBe(
      `${' '.repeat('Statement: DROP STREAM '.length)}^ line 1:25`,
    )
  })

  it('that fail while they run give what earlier ones answered', async () => {
    await test.execute(stream('e'))
    await test.broker.deleteTopic('e')
    const failure = await failureOf("SHOW TYPES; INSERT INTO e VALUES ('x', 1);")
    expect(failure.message).toContain("Failed to insert values into 'E'. Topic e does not exist.")
    expect(failure.statementText).toBe("INSERT INTO e VALUES ('[value]', '[value]');")
    expect(failure.entities).toMatchObject([{ '@type': 'type_list' }])
  })

  it('insert several rows, and say when a query fills the target', async () => {
    await test.execute(`${stream('many')} CREATE TABLE many2 AS SELECT k, COUNT(*) AS n FROM many GROUP BY k;`)
    expect(await test.execute("INSERT INTO many VALUES ('x', 1), ('x', 2), ('y', 3);")).toEqual([])
    await test.settled()
    expect((await test.rows('SELECT * FROM many2;')).rows.toSorted()).toEqual([
      ['x', 2],
      ['y', 1],
    ])
    const warning = await only('warning_entity', "INSERT INTO many2 VALUES ('z', 9);")
    expect(warning.message).toContain('The row was written to MANY2, which a query fills.')
  })

  it('warn of the records that a new query passes over', async () => {
    await test.execute(`${stream('old')} INSERT INTO old VALUES ('x', 1), ('y', 2), ('z', 3);`)
    const latest = { properties: { 'auto.offset.reset': 'latest' } }
    const [created] = await test.execute('CREATE STREAM old2 AS SELECT * FROM old;', latest)
    const message =
      "Starts after the 3 records that are in old. To read them too: SET 'auto.offset.reset' = 'earliest';"
    expect(created?.warnings).toEqual([{ message }])
    const [inserting] = await test.execute('INSERT INTO old2 SELECT * FROM old;', latest)
    expect(inserting?.warnings).toEqual([{ message }])
    expect((await only('currentStatus', 'CREATE STREAM old3 AS SELECT * FROM old;')).warnings).toEqual([])
    const [over] = await test.execute('CREATE STREAM old4 AS SELECT * FROM old3 WHERE v > 5;', latest)
    expect(over?.warnings).toHaveLength(1)
  })

  it('refuse a query that feeds itself, unless loops are allowed', async () => {
    await test.execute(`${stream('ring')} CREATE STREAM ring2 AS SELECT * FROM ring WHERE v > 99;`)
    const allowed = { properties: { 'millrace.allow.loops': 'true' } }
    const insert = 'INSERT INTO ring SELECT k, v FROM ring2;'
    expect(await reasonOf(insert)).toMatch(/^The query would feed itself: .* by way of CSAS_RING2_\d+\./)
    await expect(test.execute(insert, allowed)).resolves.toMatchObject([{ '@type': 'currentStatus' }])
  })

  it('that stream rows belong to the query endpoint', async () => {
    expect(await failureOf('SELECT * FROM a;')).toMatchObject({ code: 'USE_QUERY_ENDPOINT' })
    expect(await failureOf('PRINT a;')).toMatchObject({ code: 'USE_QUERY_ENDPOINT' })
  })

  it.each(["ALTER SYSTEM 'a'='b';", "RUN SCRIPT 'x';"])('that are not carried out say so: %s', async (sql) => {
    expect(await failureOf(sql)).toMatchObject({ code: 'BAD_STATEMENT' })
  })
})

describe('names', () => {
  it('that are taken are refused, or left alone, or replaced', async () => {
    await test.execute(stream('n'))
    expect(await reasonOf(stream('n'))).toBe("Cannot add stream 'N': A stream with the same name already exists")
    const warning = await only('warning_entity', stream('n').replace('STREAM', 'STREAM IF NOT EXISTS'))
    expect(warning.message).toBe('Cannot add stream `N`: A stream with the same name already exists.')
    await test.execute(stream('n').replace('CREATE', 'CREATE OR REPLACE').replace('v INT', 'v INT, w STRING'))
    const { sourceDescription } = await only('sourceDescription', 'DESCRIBE n;')
    expect(sourceDescription.fields.map(({ name }) => name)).toEqual(['K', 'V', 'W'])
  })

  it('of replaced queries keep their id', async () => {
    await test.execute(stream('r'))
    const made = await only('currentStatus', 'CREATE STREAM r2 AS SELECT * FROM r;')
    const replaced = await only('currentStatus', 'CREATE OR REPLACE STREAM r2 AS SELECT * FROM r WHERE v > 1;')
    expect(replaced.commandStatus.queryId).toBe(made.commandStatus.queryId)
    await test.execute("INSERT INTO r VALUES ('x', 1); INSERT INTO r VALUES ('y', 2);")
    await test.settled()
    expect((await test.rows('SELECT * FROM r2;')).rows).toEqual([['y', 2]])
  })
})

describe('queries', () => {
  const stateOf = async (id: string) =>
    ((await only('queries', 'SHOW QUERIES;')) as QueryList).queries.find((query) => query.id === id)?.state

  it('are paused, resumed and terminated by id in any case', async () => {
    await test.execute(stream('q'))
    const id = ((await only('currentStatus', 'CREATE STREAM q2 AS SELECT * FROM q;')) as CurrentStatus).commandStatus
      .queryId!
    await expect(test.execute(`PAUSE ${id.toLowerCase()};`)).resolves.toMatchObject([
      { commandId: `pause/${id}/execute`, commandStatus: { message: 'Query paused.' } },
    ])
    expect(await stateOf(id)).toBe('PAUSED')
    await test.execute(`RESUME ${id};`)
    expect(await stateOf(id)).toBe('RUNNING')
    await test.execute(`TERMINATE ${id};`)
    expect(await stateOf(id)).toBeUndefined()
    expect((await failureOf(`TERMINATE ${id};`)).message).toContain(`Unknown queryId: ${id}`)
  })

  it('of source tables go with their table alone', async () => {
    await test.execute(
      "CREATE SOURCE TABLE st (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='st', value_format='JSON', partitions=1);",
    )
    const { queries } = (await only('queries', 'SHOW QUERIES;')) as QueryList
    const id = queries.find((query) => query.id.startsWith('CST_ST_'))!.id
    expect((await failureOf(`TERMINATE ${id};`)).message).toContain(`Cannot terminate query '${id}'`)
    await test.execute('DROP TABLE st;')
    expect(await stateOf(id)).toBeUndefined()
  })

  it('are explained with plan and topology', async () => {
    await test.execute(stream('x'))
    const { queryDescription } = await only(
      'queryDescription',
      'EXPLAIN SELECT v + 1 AS w FROM x WHERE v > 2 EMIT CHANGES;',
    )
    expect(queryDescription.consumerGroupId).toBe('_confluent-ksql-default_transient_transient_X')
    expect(queryDescription.executionPlan).toContain(' > [ PROJECT ] | Schema: `K` STRING KEY, `W` INTEGER | Logger: ')
    expect(queryDescription.executionPlan).toContain('[ FILTER ]')
    expect(queryDescription.topology).toContain('Source: KsqlTopic/Source (topic: x)')
    expect(await reasonOf('EXPLAIN nope;')).toBe(
      'Query with id:nope does not exist, use SHOW QUERIES to view the full set of queries.',
    )
  })
})

describe('sources', () => {
  it('are dropped with their topics if asked to', async () => {
    await test.execute(stream('t'))
    await expect(test.execute('DROP STREAM t DELETE TOPIC;')).resolves.toMatchObject([
      { commandId: 'stream/`T`/drop', commandStatus: { message: 'Source T (topic: t) was dropped.' } },
    ])
    expect(await test.broker.describeTopic('t')).toBeNull()
    await expect(test.execute('DROP STREAM IF EXISTS t;')).resolves.toMatchObject([
      { commandStatus: { message: 'Source T does not exist.' }, commandSequenceNumber: -1 },
    ])
  })

  it('are described, with offsets of their readers if extended', async () => {
    await test.execute(`${stream('y')} CREATE STREAM y2 AS SELECT * FROM y;`)
    await test.execute("INSERT INTO y VALUES ('x', 1);")
    await test.settled()
    const { sourceDescription: brief } = await only('sourceDescription', 'DESCRIBE y;')
    expect(brief).toMatchObject({ partitions: 2, replication: 1, extended: false, queryOffsetSummaries: [] })
    const { sourceDescription } = await only('sourceDescription', 'DESCRIBE y EXTENDED;')
    expect(sourceDescription).toMatchObject({
      name: 'Y',
      type: 'STREAM',
      partitions: 2,
      topic: 'y',
      sourceConstraints: ['Y2'],
      fields: [
        { name: 'K', type: 'KEY', schema: { type: 'STRING' } },
        { name: 'V', schema: { type: 'INTEGER' } },
      ],
    })
    expect(sourceDescription.readQueries).toHaveLength(1)
  })
})

describe('a session', () => {
  it('has properties and variables for the rest of the request', async () => {
    const entities = await test.execute(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the dialect
      "DEFINE name = 'v1'; SHOW VARIABLES; DEFINE name = 'KSQL_PROCESSING_LOG'; DESCRIBE ${name}; UNDEFINE name; UNDEFINE name;",
    )
    expect(entities).toMatchObject([
      { '@type': 'variables', variables: [{ name: 'NAME', value: 'v1' }] },
      { '@type': 'sourceDescription', sourceDescription: { name: 'KSQL_PROCESSING_LOG' } },
      { '@type': 'warning_entity' },
    ])
    expect((await only('variables', 'SHOW VARIABLES;')).variables).toEqual([])
  })

  it('refuses properties that are not for requests', async () => {
    expect((await failureOf("SET 'bootstrap.servers'='x';")).message).toContain(
      "Cannot override property 'bootstrap.servers'",
    )
    expect((await failureOf("SET 'no.such.thing'='x';")).message).toContain('Not recognizable as ksql')
    await expect(test.execute('SHOW TYPES;', { properties: { 'ksql.service.id': 'x' } })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
  })
})

describe('assertions on topics', () => {
  it('hold or fail after their timeout', async () => {
    await test.execute(stream('z'))
    await expect(test.execute("ASSERT TOPIC 'z' WITH (partitions=2);")).resolves.toMatchObject([
      { '@type': 'assert_topic', topicName: 'z', exists: true },
    ])
    const failure = await failureOf("ASSERT TOPIC 'z' WITH (partitions=3) TIMEOUT 1 MILLISECONDS;")
    expect(failure).toMatchObject({
      code: 'ASSERTION_FAILED',
      message: 'Mismatched configuration for topic z: For config partitions, expected 3 got 2',
    })
    expect((await failureOf("ASSERT NOT EXISTS TOPIC 'z' TIMEOUT 1 MILLISECONDS;")).message).toBe('Topic z exists')
  })
})
