import { describe, expect, test } from 'vitest'
import { readCases } from '../../conformance/read-case.ts'
import { runCase } from '../../conformance/run-case.ts'

type Json = { readonly [member: string]: unknown }

const STATEMENTS = [
  "CREATE STREAM S (K STRING KEY, A INT, B DOUBLE) WITH (kafka_topic='s', value_format='JSON');",
  'CREATE STREAM O AS SELECT K, A, B FROM S WHERE A > 0;',
]
const INPUTS = [
  { topic: 's', key: 'x', value: { a: 1, b: 1.5 }, timestamp: 7, headers: [{ KEY: 'h', VALUE: 'AQ==' }] },
  { topic: 's', key: 'y', value: { a: 0, b: 0 } },
  { topic: 's', key: 'z', value: { a: 2, b: 2.25 }, timestamp: 9 },
]
const X = { topic: 'O', key: 'x', value: { A: 1, B: 1.5 }, timestamp: 7, headers: [{ KEY: 'h', VALUE: 'AQ==' }] }
const Z = { topic: 'O', key: 'z', value: { A: 2, B: 2.25 }, timestamp: 9 }
const RIGHT = { name: 'c', statements: STATEMENTS, inputs: INPUTS, outputs: [X, Z] }

/** The verdict of one case; null: passed. */
const verdict = (testCase: Json): string | null => verdictOfText(JSON.stringify({ tests: [testCase] }))
const verdictOfText = (text: string): string | null => runCase(readCases(text, 'f')[0]!)

describe('outputs', () => {
  test('the right ones pass', () => {
    expect(verdict(RIGHT)).toBeNull()
  })

  test.each([
    ['a wrong value', [{ ...X, value: { A: 3, B: 1.5 } }, Z]],
    ['a double with other digits', [{ ...X, value: { A: 1, B: 1.50001 } }, Z]],
    ['null instead of a value', [{ ...X, value: null }, Z]],
    ['a column missing in what is expected', [{ ...X, value: { A: 1 } }, Z]],
    ['a column too many in what is expected', [{ ...X, value: { A: 1, B: 1.5, C: null } }, Z]],
    ['a wrong key', [{ ...X, key: 'y' }, Z]],
    ['a missing key', [{ ...X, key: null }, Z]],
    ['another order', [Z, X]],
    ['a record too few', [X]],
    ['a record too many', [X, Z, Z]],
    ['a wrong timestamp', [{ ...X, timestamp: 8 }, Z]],
    ['a header missing in what is expected', [{ ...X, headers: undefined }, Z]],
    ['a wrong header', [{ ...X, headers: [{ KEY: 'h', VALUE: 'Ag==' }] }, Z]],
    ['a header too many in what is expected', [X, { ...Z, headers: [{ KEY: 'h', VALUE: null }] }]],
    ['a window on a key without one', [{ ...X, window: { start: 0, end: 1, type: 'time' } }, Z]],
  ])('%s fails', (_what, outputs) => {
    expect(verdict({ ...RIGHT, outputs })).not.toBeNull()
  })

  test('the scale of a fraction counts', () => {
    const text = JSON.stringify({ tests: [RIGHT] })
    expect(verdictOfText(text.replace('"B":2.25}', '"B":2.250}'))).toContain('2.250')
  })

  test('a topic that no output names is not looked at', () => {
    expect(verdict({ ...RIGHT, outputs: [] })).toBeNull()
  })
})

describe('windowed keys', () => {
  const statements = [
    "CREATE STREAM S (K STRING KEY, A INT) WITH (kafka_topic='s', value_format='JSON');",
    'CREATE TABLE O AS SELECT K, COUNT(*) AS N FROM S WINDOW TUMBLING (SIZE 10 MILLISECONDS) GROUP BY K;',
  ]
  const windowed = (window: Json | undefined) =>
    verdict({
      name: 'c',
      statements,
      inputs: [{ topic: 's', key: 'x', value: { a: 1 }, timestamp: 25 }],
      outputs: [{ topic: 'O', key: 'x', value: { N: 1 }, window }],
    })

  test('the right window passes', () => {
    expect(windowed({ start: 20, end: 30, type: 'TIME' })).toBeNull()
  })

  test.each([
    [{ start: 10, end: 30, type: 'time' }],
    [{ start: 20, end: 31, type: 'time' }],
    [{ start: 20, end: 30, type: 'session' }],
    [undefined],
  ])('%j fails', (window) => {
    expect(windowed(window)).toContain('window')
  })
})

describe('post', () => {
  const post = (source: Json, topics?: Json) => verdict({ ...RIGHT, post: { sources: [source], topics } })
  const SOURCE = { name: 'O', type: 'stream', schema: 'K STRING KEY, A INT, B DOUBLE' }

  test('the right source passes', () => {
    expect(post({ ...SOURCE, keyFormat: { format: 'KAFKA' }, valueFormat: 'JSON', valueFeatures: [] })).toBeNull()
  })

  test.each([
    ['another name', { ...SOURCE, name: 'P' }],
    ['another type', { ...SOURCE, type: 'table' }],
    ['another type of a column', { ...SOURCE, schema: 'K STRING KEY, A BIGINT, B DOUBLE' }],
    ['another order of columns', { ...SOURCE, schema: 'K STRING KEY, B DOUBLE, A INT' }],
    ['a key column as value', { ...SOURCE, schema: 'K STRING, A INT, B DOUBLE' }],
    ['another key format', { ...SOURCE, keyFormat: { format: 'JSON' } }],
    ['a window', { ...SOURCE, keyFormat: { format: 'KAFKA', windowType: 'SESSION' } }],
    ['another value format', { ...SOURCE, valueFormat: 'DELIMITED' }],
    ['features', { ...SOURCE, valueFeatures: ['WRAP_SINGLES'] }],
    ['read-only', { ...SOURCE, isSource: true }],
  ])('%s fails', (_what, source) => {
    expect(post(source)).toContain('post')
  })

  test('a topic of the black list fails', () => {
    expect(post(SOURCE, { blacklist: '.*-repartition' })).toBeNull()
    expect(post(SOURCE, { blacklist: '^O$' })).toContain('O')
  })

  test('a repartition topic counts as a topic', () => {
    const statements = [STATEMENTS[0], 'CREATE STREAM O AS SELECT K, A, B FROM S PARTITION BY A;'].map((text) =>
      text!.replace('K, A, B FROM', 'A, B FROM'),
    )
    const outputs: Json[] = []
    const grouped = [STATEMENTS[0], 'CREATE TABLE O AS SELECT A, COUNT(*) AS N FROM S GROUP BY A;']
    const topics = { blacklist: '.*-repartition' }
    expect(verdict({ ...RIGHT, statements: grouped, outputs, post: { topics } })).toContain('-repartition')
    expect(verdict({ ...RIGHT, statements, outputs, post: { topics } })).toBeNull()
  })

  test('topics are compared with formats and partitions', () => {
    const topic = { name: 'O', keyFormat: { format: 'KAFKA' }, valueFormat: { format: 'JSON' }, partitions: 4 }
    expect(post(SOURCE, { topics: [topic] })).toBeNull()
    expect(post(SOURCE, { topics: [{ ...topic, partitions: 3 }] })).toContain('partitions')
    expect(post(SOURCE, { topics: [{ ...topic, valueFormat: { format: 'AVRO' } }] })).toContain('valueFormat')
    expect(post(SOURCE, { topics: [{ ...topic, valueSchema: 'INT' }] })).toContain('valueSchema')
    expect(post(SOURCE, { topics: [{ ...topic, name: 'P' }] })).toContain('P')
  })
})

describe('expected exceptions', () => {
  const STATEMENT_ERROR = 'io.confluent.ksql.util.KsqlStatementException'
  const failing = (expectedException: Json, last = 'CREATE STREAM O AS SELECT * FROM NOWHERE;') =>
    verdict({ name: 'c', statements: [STATEMENTS[0], last], expectedException })

  test('the right message and class pass', () => {
    expect(failing({ type: STATEMENT_ERROR, message: 'NOWHERE does not exist' })).toBeNull()
    expect(failing({ type: 'io.confluent.ksql.util.KsqlException' })).toBeNull()
  })

  test('the statement belongs to the message', () => {
    expect(failing({ message: '\nStatement: CREATE STREAM O AS SELECT * FROM NOWHERE' })).toBeNull()
  })

  test.each([
    ['another message', { message: 'SOMEWHERE does not exist' }],
    ['a class that is no parent', { type: 'io.confluent.ksql.parser.exception.ParseFailedException' }],
    ['a cause that there is not', { message: 'NOWHERE', cause: STATEMENT_ERROR }],
  ])('%s fails', (_what, expected) => {
    expect(failing(expected)).not.toBeNull()
  })

  test('a statement that does not fail fails', () => {
    expect(failing({ message: 'NOWHERE' }, STATEMENTS[1])).toContain('nothing failed')
  })

  test('an earlier statement must not fail', () => {
    const statements = ['CREATE STREAM O AS SELECT * FROM NOWHERE;', STATEMENTS[0]]
    const reason = verdict({ name: 'c', statements, expectedException: { message: 'NOWHERE does not exist' } })
    expect(reason).toContain('before the last statement')
  })

  test('a text that does not parse may be anywhere', () => {
    const statements = ['CREATE STREAM;', STATEMENTS[0]]
    expect(verdict({ name: 'c', statements, expectedException: { message: 'line 1:14' } })).toBeNull()
  })

  test('an exception that no one expects fails', () => {
    expect(verdict({ ...RIGHT, statements: [...STATEMENTS, 'DROP STREAM S;'] })).toContain('Cannot drop S')
  })
})

describe('a run', () => {
  test('without a persistent query fails', () => {
    expect(verdict({ ...RIGHT, statements: [STATEMENTS[0]], outputs: [] })).toContain('no persistent query')
  })

  test('feeds a later query what an earlier one wrote', () => {
    const statements = [...STATEMENTS, 'CREATE STREAM P AS SELECT K, A FROM O;']
    const outputs = [X, Z].map((record) => ({ ...record, topic: 'P', value: { A: record.value.A } }))
    expect(verdict({ ...RIGHT, statements, outputs })).toBeNull()
  })

  test('feeds a topic with inputs from its inputs alone', () => {
    const statements = [...STATEMENTS, 'CREATE STREAM P AS SELECT K, A FROM O;']
    const inputs = [...INPUTS, { topic: 'O', key: 'q', value: { A: 5 } }]
    const outputs = [{ topic: 'P', key: 'q', value: { A: 5 } }]
    expect(verdict({ ...RIGHT, statements, inputs, outputs })).toBeNull()
  })

  test('needs a source for a topic of a record', () => {
    expect(verdict({ ...RIGHT, inputs: [...INPUTS, { topic: 'q', value: 1 }] })).toContain('topic q')
  })
})
