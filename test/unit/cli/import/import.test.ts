import { expect, test } from 'vitest'
import { runImport, type TopicRecord } from '../../../../src/cli/commands/import.ts'

/** A command as ksqlDB writes it. */
function recorded(
  id: string,
  statement: string,
  { queryId, overrides = {} }: { queryId?: string; overrides?: Record<string, string> } = {},
): TopicRecord {
  const plan =
    queryId === undefined ? null : { '@type': 'ksqlPlanV1', statementText: statement, queryPlan: { queryId } }
  const value = { statement, streamsProperties: overrides, originalProperties: {}, plan, version: 15 }
  return { key: JSON.stringify(id), value: JSON.stringify(value) }
}

async function imported(...records: TopicRecord[]) {
  const printed: string[] = []
  const complaints: string[] = []
  const code = await runImport(
    { fromKsqldb: 'kafka:9092', serviceId: 'prod_' },
    {
      readTopic: async ({ topic }) => {
        expect(topic).toBe('_confluent-ksql-prod__command_topic')
        return records
      },
      print: (text) => printed.push(text),
      complain: (line) => complaints.push(line),
    },
  )
  const statements = printed
    .join('')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('-- New') && !line.includes('statements of'))
  return { code, statements: statements.slice(1), complaints, text: printed.join('') }
}

const S = "CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');"
const T = 'CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;'
const I = 'INSERT INTO u SELECT * FROM s EMIT CHANGES;'

test('statements come in their order, and begin at the earliest records', async () => {
  const { code, text, statements } = await imported(
    recorded('stream/`S`/create', S),
    recorded('table/`T`/create', T, { queryId: 'CTAS_T_1', overrides: { 'auto.offset.reset': 'earliest' } }),
  )
  expect(code).toBe(0)
  expect(text).toMatch(/^-- 2 statements of _confluent-ksql-prod__command_topic\.\n/)
  expect(text).toContain("SET 'auto.offset.reset' = 'earliest';")
  expect(statements).toEqual([S, T])
})

test('what was undone later is left out', async () => {
  const { statements } = await imported(
    recorded('stream/`S`/create', S),
    recorded('type/`P`/create', 'CREATE TYPE p AS STRUCT<x INT>;'),
    recorded('type/`P`/drop', 'DROP TYPE p;'),
    recorded('table/`T`/create', T, { queryId: 'CTAS_T_3' }),
    recorded('terminate/CTAS_T_3/execute', 'TERMINATE CTAS_T_3;'),
    recorded('table/`T`/drop', 'DROP TABLE t DELETE TOPIC;'),
    recorded('stream/`S`/create', I, { queryId: 'INSERTQUERY_6' }),
    recorded('terminate/INSERTQUERY_6/execute', 'TERMINATE INSERTQUERY_6;'),
    recorded('table/`T`/create', T, { queryId: 'CTAS_T_8' }),
  )
  expect(statements).toEqual([S, T])
})

test('the end of a cluster undoes everything before', async () => {
  const { statements } = await imported(
    recorded('table/`T`/create', T, { queryId: 'CTAS_T_0' }),
    recorded('cluster/TerminateCluster/terminate', 'TERMINATE CLUSTER;'),
    recorded('stream/`S`/create', S),
  )
  expect(statements).toEqual([S])
})

test('a query that was ended or paused is marked', async () => {
  const { statements } = await imported(
    recorded('table/`T`/create', T, { queryId: 'CTAS_T_3' }),
    recorded('stream/`U`/create', 'CREATE STREAM u AS SELECT * FROM s;', { queryId: 'CSAS_U_4' }),
    recorded('terminate/CTAS_T_3/execute', 'TERMINATE ctas_t_3;'),
    recorded('pause/CSAS_U_4/execute', 'PAUSE CSAS_U_4;'),
  )
  expect(statements).toEqual([
    expect.stringMatching(/^-- TERMINATED: the query CTAS_T_3/),
    T,
    expect.stringMatching(/^-- PAUSED: the query CSAS_U_4/),
    'CREATE STREAM u AS SELECT * FROM s;',
  ])
})

test('settings of a session hold for its statements alone', async () => {
  const exactly = { 'processing.guarantee': 'exactly_once_v2' }
  const { statements } = await imported(
    recorded('stream/`S`/create', S, { overrides: exactly }),
    recorded('table/`T`/create', T, { queryId: 'CTAS_T_1', overrides: exactly }),
    recorded('stream/`U`/create', 'CREATE STREAM u AS SELECT * FROM s;', { queryId: 'CSAS_U_4' }),
  )
  expect(statements).toEqual([
    "SET 'processing.guarantee' = 'exactly_once_v2';",
    S,
    T,
    "UNSET 'processing.guarantee';",
    'CREATE STREAM u AS SELECT * FROM s;',
  ])
})

test('what is not supported is commented out, with the reason', async () => {
  const udf = 'CREATE STREAM w AS\n  SELECT k, my_udf(v) AS x FROM s;'
  const { statements, complaints, text } = await imported(
    recorded('stream/`S`/create', S),
    recorded('stream/`W`/create', udf, { queryId: 'CSAS_W_1' }),
    recorded('stream/`X`/create', 'CREATE STREAM x OF SOMETHING NEW;'),
  )
  expect(text).toContain('-- 3 statements of _confluent-ksql-prod__command_topic, of which 2 are not supported.')
  expect(statements).toEqual([
    S,
    expect.stringMatching(/^-- NOT SUPPORTED: Unknown function MY_UDF/),
    '-- CREATE STREAM w AS',
    '--   SELECT k, my_udf(v) AS x FROM s;',
    expect.stringMatching(/^-- NOT SUPPORTED: /),
    '-- CREATE STREAM x OF SOMETHING NEW;',
  ])
  expect(complaints).toHaveLength(2)
})

test('a statement that cannot be parsed is left out when its source is dropped', async () => {
  const { statements } = await imported(
    recorded('stream/`X`/create', 'CREATE STREAM x OF SOMETHING NEW;'),
    recorded('stream/`X`/drop', 'DROP STREAM x;'),
    recorded('stream/`S`/create', S),
  )
  expect(statements).toEqual([S])
})

test('records that are no commands of ksqlDB are passed over, and a topic without any is told', async () => {
  const none = await imported({ key: null, value: null }, { key: 'x', value: 'not JSON' }, { key: '"a"', value: '{}' })
  expect(none.code).toBe(1)
  expect(none.complaints).toEqual([expect.stringContaining('Check --service-id.')])
})
