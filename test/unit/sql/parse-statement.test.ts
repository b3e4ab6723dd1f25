import { describe, expect, it } from 'vitest'
import type { Statement } from '../../../src/sql/ast/statement.ts'
import { parseColumns, parseStatements } from '../../../src/sql/parse.ts'
import { withoutLocations } from './without-locations.ts'

const only = (text: string, options = {}): Statement => withoutLocations(parseStatements(text, options)[0]!)
const column = (name: string) => ({ kind: 'columnReference', qualifier: null, name })
const string = (value: string) => ({ kind: 'stringLiteral', value })
const base = (name: string) => ({ kind: 'baseType', name })
const duration = (value: number, unit: string) => ({ value, unit })

describe('a text of statements', () => {
  it('gives each with its own text and place, semicolons and comments between them left out', () => {
    const statements = parseStatements("-- first\nSHOW STREAMS;;\n  SET 'a;b' = 'c' /* inside */ ;")
    expect(statements.map(({ kind, text, location }) => ({ kind, text, location }))).toEqual([
      { kind: 'showStreams', text: 'SHOW STREAMS', location: { line: 2, column: 1 } },
      { kind: 'set', text: "SET 'a;b' = 'c'", location: { line: 3, column: 3 } },
    ])
  })

  it('may be empty', () => {
    expect(parseStatements(' -- nothing\n')).toEqual([])
  })

  it('counts places from where it starts in a larger text', () => {
    const [first, second] = parseStatements('SHOW STREAMS;\nSHOW TABLES;', { start: { line: 5, column: 10 } })
    expect([first!.location, second!.location]).toEqual([
      { line: 5, column: 10 },
      { line: 6, column: 1 },
    ])
  })
})

describe('CREATE STREAM and TABLE', () => {
  it('over a topic, with columns of every role', () => {
    const text =
      "CREATE OR REPLACE SOURCE STREAM IF NOT EXISTS s (k INT KEY, v STRING, h BYTES HEADER('x'), `all` ARRAY<INT> HEADERS) WITH (kafka_topic='t', 'partitions'=4);"
    expect(only(text)).toEqual({
      kind: 'createSource',
      sourceKind: 'STREAM',
      name: 'S',
      orReplace: true,
      ifNotExists: true,
      isSource: true,
      columns: [
        { name: 'K', type: { kind: 'baseType', name: 'INTEGER' }, role: 'KEY', headerKey: null },
        { name: 'V', type: { kind: 'baseType', name: 'STRING' }, role: null, headerKey: null },
        { name: 'H', type: { kind: 'baseType', name: 'BYTES' }, role: 'HEADER', headerKey: 'x' },
        {
          name: 'all',
          type: { kind: 'arrayType', element: { kind: 'baseType', name: 'INTEGER' } },
          role: 'HEADERS',
          headerKey: null,
        },
      ],
      properties: [
        { name: 'KAFKA_TOPIC', value: string('t') },
        { name: 'partitions', value: { kind: 'integerLiteral', value: 4 } },
      ],
    })
  })

  it('marks the key of a table PRIMARY KEY and that of a stream KEY', () => {
    expect(() => parseStatements('CREATE TABLE t (id INT KEY);')).toThrow(
      "Line: 1, Col: 17: Column `ID` is a 'KEY' column: please use 'PRIMARY KEY' for tables.",
    )
    expect(() => parseStatements('CREATE STREAM s (id INT PRIMARY KEY);')).toThrow(
      "Line: 1, Col: 18: Column `ID` is a 'PRIMARY KEY' column: please use 'KEY' for streams.",
    )
  })

  it('takes words that are only sometimes keywords as names', () => {
    expect(only('CREATE STREAM source (key STRING KEY, array ARRAY<INT>, timestamp BIGINT);')).toMatchObject({
      name: 'SOURCE',
      columns: [{ name: 'KEY' }, { name: 'ARRAY' }, { name: 'TIMESTAMP' }],
    })
    expect(only('DROP STREAM IF;')).toMatchObject({ name: 'IF', ifExists: false })
  })

  it('AS SELECT', () => {
    expect(only('CREATE TABLE t WITH (x=1) AS SELECT a FROM s;')).toMatchObject({
      kind: 'createAs',
      sourceKind: 'TABLE',
      name: 'T',
      properties: [{ name: 'X' }],
      query: { kind: 'select', emit: null },
    })
  })

  it.each([
    [
      'CREATE STREAM `a b` (k INT);',
      "Illegal argument at Line: 1, Col: 15. Source names may only contain alphanumeric values, '_' or '-'.",
    ],
    ['CREATE STREAM s WITH (x=1, X=2);', "Property 'X' is given more than once in the WITH clause."],
    ['CREATE TABLE t AS SELECT a FROM s LIMIT 1;', "CREATE TABLE AS SELECT statements don't support LIMIT clause."],
    ['CREATE STREAM s (a INT) AS SELECT a FROM x;', 'line 1:25: Syntax Error'],
    ['CREATE SOURCE STREAM s AS SELECT a FROM x;', 'line 1:24: Syntax Error'],
  ])('%s is refused', (text, message) => {
    expect(() => parseStatements(text)).toThrow(message)
  })
})

describe('SELECT', () => {
  const query = (text: string) => {
    const statement = only(text)
    return statement.kind === 'query' ? statement.query : undefined
  }

  it('with all its clauses', () => {
    const text =
      'SELECT *, a.*, b->*, c AS d, e f FROM s AS x WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 2 DAYS, GRACE PERIOD 3 SECONDS) ' +
      'WHERE a GROUP BY b PARTITION BY c HAVING d EMIT FINAL LIMIT 5;'
    expect(query(text)).toEqual({
      kind: 'select',
      items: [
        { kind: 'allColumns', qualifier: null },
        { kind: 'allColumns', qualifier: 'A' },
        { kind: 'structAll', base: column('B') },
        { kind: 'singleColumn', expression: column('C'), alias: 'D' },
        { kind: 'singleColumn', expression: column('E'), alias: 'F' },
      ],
      from: { kind: 'source', name: 'S', alias: 'X' },
      window: {
        kind: 'tumbling',
        name: null,
        size: duration(1, 'HOURS'),
        retention: duration(2, 'DAYS'),
        grace: duration(3, 'SECONDS'),
      },
      where: column('A'),
      groupBy: { expressions: [column('B')] },
      partitionBy: { expressions: [column('C')] },
      having: column('D'),
      emit: 'FINAL',
      limit: 5,
    })
  })

  it('with joins, left-deep, and windows on either side of a row', () => {
    const text =
      'SELECT * FROM a LEFT JOIN b WITHIN (1 DAY, 2 HOURS) GRACE PERIOD 1 MINUTE ON a.x = b.x FULL OUTER JOIN c ON y;'
    expect(query(text)?.from).toMatchObject({
      kind: 'join',
      type: 'FULL',
      left: {
        kind: 'join',
        type: 'LEFT',
        left: { name: 'A' },
        right: { name: 'B' },
        within: { before: duration(1, 'DAYS'), after: duration(2, 'HOURS'), grace: duration(1, 'MINUTES') },
      },
      right: { name: 'C' },
      within: null,
    })
  })

  it('counts one WITHIN duration for both sides', () => {
    expect(query('SELECT * FROM a JOIN b WITHIN 5 MILLISECONDS ON c;')?.from).toMatchObject({
      within: { before: duration(5, 'MILLISECONDS'), after: duration(5, 'MILLISECONDS'), grace: null },
    })
  })

  it.each([
    ['WINDOW HOPPING (SIZE 2 DAYS, ADVANCE BY 1 DAY)', { kind: 'hopping', advance: duration(1, 'DAYS'), name: null }],
    ['WINDOW CUMULATE (SIZE 2 DAYS, STEP 1 DAY)', { kind: 'cumulate', step: duration(1, 'DAYS'), name: null }],
    ['WINDOW cumulate CUMULATE (SIZE 2 DAYS, STEP 1 DAY)', { kind: 'cumulate', name: 'CUMULATE' }],
    ['WINDOW TUMBLING (SIZE 1 DAY, PROCESSING TIME)', { kind: 'tumbling', processingTime: true, grace: null }],
    [
      'WINDOW SESSION (1 DAY, RETENTION 2 DAYS, GRACE PERIOD 0 DAYS, PROCESSING TIME)',
      { kind: 'session', processingTime: true, grace: duration(0, 'DAYS') },
    ],
    [
      'WINDOW w SESSION (1 SECOND, GRACE PERIOD 0 SECONDS)',
      { kind: 'session', gap: duration(1, 'SECONDS'), name: 'W' },
    ],
    ['WINDOW SESSION (1 SECOND)', { kind: 'session', name: null, grace: null, retention: null }],
  ])('%s', (window, expected) => {
    expect(query(`SELECT a FROM s ${window} GROUP BY a;`)?.window).toMatchObject(expected)
  })

  it.each([
    ['(a, b)', ['A', 'B']],
    ['a, b', ['A', 'B']],
    ['(a)', ['A']],
    ['()', []],
    ['((a)), b', ['A', 'B']],
  ])('GROUP BY %s', (text, names) => {
    expect(query(`SELECT c FROM s GROUP BY ${text};`)?.groupBy?.expressions).toEqual(names.map(column))
  })

  it('knows EMIT and PARTITION BY from an alias', () => {
    expect(query('SELECT a FROM s EMIT CHANGES;')).toMatchObject({ from: { alias: 'S' }, emit: 'CHANGES' })
    expect(query('SELECT a FROM s emit EMIT CHANGES;')).toMatchObject({ from: { alias: 'EMIT' }, emit: 'CHANGES' })
    expect(query('SELECT a FROM s AS emit;')).toMatchObject({ from: { alias: 'EMIT' }, emit: null })
    expect(() => query('SELECT a FROM s EMIT;')).toThrow('EMIT CHANGES or EMIT FINAL')
    expect(query('SELECT a FROM s PARTITION BY b;')).toMatchObject({ from: { alias: 'S' } })
  })

  it.each([
    ['SELECT a FROM s LIMIT 1.5;', 'Failed to prepare statement: Value must be integer for command: LIMIT'],
    ['SELECT a + b->* FROM s;', "'->*' takes the fields of a single value."],
    ['SELECT a FROM s GROUP BY a AND b;', 'Syntax Error'],
    ['SELECT a FROM s OUTER JOIN t ON b;', 'Syntax Error'],
  ])('%s is refused', (text, message) => {
    expect(() => parseStatements(text)).toThrow(message)
  })

  it('lets a negative LIMIT through, for the query to refuse', () => {
    expect(query('SELECT a FROM s LIMIT -1;')?.limit).toBe(-1)
  })
})

describe('INSERT', () => {
  it('VALUES', () => {
    expect(only("INSERT INTO s (a, `b`) VALUES (1, 'x');")).toEqual({
      kind: 'insertValues',
      target: 'S',
      columns: ['A', 'b'],
      rows: [[{ kind: 'integerLiteral', value: 1 }, string('x')]],
    })
    expect(only("INSERT INTO s VALUES ('x'), ('y'), ('z');")).toEqual({
      kind: 'insertValues',
      target: 'S',
      columns: [],
      rows: [[string('x')], [string('y')], [string('z')]],
    })
    expect(() => parseStatements('INSERT INTO s (a, b) VALUES (1, 2), (3);')).toThrow(
      'line 1:37: Failed to prepare statement: Expected number columns and values to match: 2, 1',
    )
    expect(() => parseStatements('INSERT INTO s (a, b) VALUES (1);')).toThrow(
      'Failed to prepare statement: Expected number columns and values to match: 2, 1',
    )
  })

  it('SELECT', () => {
    expect(only("INSERT INTO s WITH (query_id='q') SELECT a FROM x;")).toMatchObject({
      kind: 'insertInto',
      target: 'S',
      properties: [{ name: 'QUERY_ID', value: string('q') }],
      query: { kind: 'select' },
    })
  })
})

describe('other statements', () => {
  it.each<[string, object]>([
    [
      'CREATE TYPE IF NOT EXISTS a AS INT;',
      { kind: 'createType', name: 'A', ifNotExists: true, type: { kind: 'baseType', name: 'INTEGER' } },
    ],
    ['DROP TYPE IF EXISTS a;', { kind: 'dropType', name: 'A', ifExists: true }],
    [
      "CREATE SOURCE CONNECTOR c WITH ('connector.class'='x');",
      {
        kind: 'createConnector',
        connectorKind: 'SOURCE',
        name: 'C',
        ifNotExists: false,
        properties: [{ name: 'connector.class', value: string('x') }],
      },
    ],
    [
      'ALTER SINK c WITH ("batch.size"=5, topic=\'t\');',
      {
        kind: 'alterConnector',
        connectorKind: 'SINK',
        name: 'C',
        properties: [
          { name: 'batch.size', value: { kind: 'integerLiteral', value: 5 } },
          { name: 'TOPIC', value: string('t') },
        ],
      },
    ],
    [
      'ALTER CONNECTOR c WITH (a=NULL);',
      {
        kind: 'alterConnector',
        connectorKind: null,
        name: 'C',
        properties: [{ name: 'A', value: { kind: 'nullLiteral' } }],
      },
    ],
    [
      "CREATE OR REPLACE SECRET pg WITH (password='x');",
      {
        kind: 'createSecret',
        orReplace: true,
        ifNotExists: false,
        name: 'PG',
        properties: [{ name: 'PASSWORD', value: string('x') }],
      },
    ],
    [
      "CREATE SECRET IF NOT EXISTS pg WITH ('a.b'='x');",
      {
        kind: 'createSecret',
        orReplace: false,
        ifNotExists: true,
        name: 'PG',
        properties: [{ name: 'a.b', value: string('x') }],
      },
    ],
    ['DROP SECRET IF EXISTS pg;', { kind: 'dropSecret', name: 'PG', ifExists: true }],
    ['SHOW SECRETS;', { kind: 'showSecrets' }],
    ['DROP CONNECTOR IF EXISTS `c`;', { kind: 'dropConnector', name: 'c', ifExists: true }],
    [
      'ALTER TABLE t ADD COLUMN a INT, ADD b INT;',
      {
        kind: 'alterSource',
        sourceKind: 'TABLE',
        name: 'T',
        columns: [
          { name: 'A', type: { kind: 'baseType', name: 'INTEGER' } },
          { name: 'B', type: { kind: 'baseType', name: 'INTEGER' } },
        ],
      },
    ],
    [
      'DROP TABLE IF EXISTS t DELETE TOPIC;',
      { kind: 'dropSource', sourceKind: 'TABLE', name: 'T', ifExists: true, deleteTopic: true },
    ],
    ['LIST PROPERTIES;', { kind: 'showProperties' }],
    ['SHOW ALL TOPICS EXTENDED;', { kind: 'showTopics', all: true, extended: true }],
    ['SHOW STREAMS EXTENDED;', { kind: 'showStreams', extended: true }],
    ['SHOW TABLES;', { kind: 'showTables', extended: false }],
    ['SHOW QUERIES;', { kind: 'showQueries', extended: false }],
    ['SHOW FUNCTIONS;', { kind: 'showFunctions' }],
    ['SHOW SINK CONNECTORS;', { kind: 'showConnectors', connectorKind: 'SINK' }],
    ['SHOW CONNECTORS;', { kind: 'showConnectors', connectorKind: null }],
    ['SHOW CONNECTOR PLUGINS;', { kind: 'showConnectorPlugins' }],
    ['SHOW TYPES;', { kind: 'showTypes' }],
    ['SHOW VARIABLES;', { kind: 'showVariables' }],
    ['DESCRIBE s EXTENDED;', { kind: 'describeSource', name: 'S', extended: true }],
    ['DESCRIBE STREAMS;', { kind: 'describeStreams', extended: false }],
    ['DESCRIBE TABLES EXTENDED;', { kind: 'describeTables', extended: true }],
    ['DESCRIBE FUNCTION f;', { kind: 'describeFunction', name: 'F' }],
    ['DESCRIBE FUNCTION;', { kind: 'describeSource', name: 'FUNCTION', extended: false }],
    ['DESCRIBE CONNECTOR c;', { kind: 'describeConnector', name: 'C' }],
    ['EXPLAIN ctas_x_1;', { kind: 'explain', queryId: 'ctas_x_1', statement: null, analyze: false }],
    ['EXPLAIN ANALYZE ctas_x_1;', { kind: 'explain', queryId: 'ctas_x_1', statement: null, analyze: true }],
    ['EXPLAIN analyze;', { kind: 'explain', queryId: 'analyze', statement: null, analyze: false }],
    ['EXPLAIN SHOW TYPES;', { kind: 'explain', queryId: null, statement: { kind: 'showTypes' }, analyze: false }],
    [
      "PRINT 'my-topic' FROM BEGINNING INTERVAL 2 LIMIT 3;",
      { kind: 'print', topic: 'my-topic', fromBeginning: true, interval: 2, limit: 3 },
    ],
    ['PRINT myTopic;', { kind: 'print', topic: 'myTopic', fromBeginning: false, interval: null, limit: null }],
    ['TERMINATE transient_X_1;', { kind: 'terminate', queryId: 'transient_X_1' }],
    ['PAUSE ALL;', { kind: 'pause', queryId: null }],
    ['RESUME q;', { kind: 'resume', queryId: 'q' }],
    ["SET 'a'='b';", { kind: 'set', name: 'a', value: 'b' }],
    ["UNSET 'a';", { kind: 'unset', name: 'a' }],
    ["ALTER SYSTEM 'a'='b';", { kind: 'alterSystem', name: 'a', value: 'b' }],
    ["DEFINE a='''b''';", { kind: 'define', name: 'A', value: "'b'" }],
    ['UNDEFINE a;', { kind: 'undefine', name: 'A' }],
    [
      'ASSERT NOT EXISTS TOPIC t WITH (partitions=1) TIMEOUT 5 SECONDS;',
      {
        kind: 'assertTopic',
        exists: false,
        topic: 't',
        properties: [{ name: 'PARTITIONS', value: { kind: 'integerLiteral', value: 1 } }],
        timeout: duration(5, 'SECONDS'),
      },
    ],
    ["ASSERT SCHEMA SUBJECT 's' ID 3;", { kind: 'assertSchema', exists: true, subject: 's', id: 3, timeout: null }],
  ])('%s', (text, expected) => {
    expect(only(text)).toEqual(expected)
  })
})

describe('test scripts', () => {
  it.each<[string, object]>([
    ["RUN SCRIPT 'a.sql';", { kind: 'runScript', file: 'a.sql' }],
    ['ASSERT STREAM s (a INT) WITH (x=1);', { kind: 'assertStream', name: 'S' }],
    ['ASSERT TABLE s;', { kind: 'assertTable', columns: [], properties: [] }],
    ['ASSERT VALUES s (a) VALUES (1);', { kind: 'assertValues', target: 'S', columns: ['A'] }],
    ['ASSERT NULL VALUES s (k) KEY (1);', { kind: 'assertNullValues', target: 'S', columns: ['K'] }],
    ['ASSERT ROWS s (k) VALUES (1), (2);', { kind: 'assertRows', target: 'S', columns: ['K'], rows: [[{}], [{}]] }],
    ['ASSERT NO ROWS s;', { kind: 'assertRows', target: 'S', columns: [], rows: [] }],
    ["ASSERT ERROR 'no JSON';", { kind: 'assertError', part: 'no JSON' }],
    ['ADVANCE TIME BY 5 SECONDS;', { kind: 'advanceTime', by: duration(5, 'SECONDS'), to: null }],
    ["ADVANCE TIME TO '2024-01-01';", { kind: 'advanceTime', by: null, to: { kind: 'stringLiteral' } }],
    ['MOCK s;', { kind: 'mock', target: 'S', columns: [], rows: [] }],
    ['MOCK s (a) AS VALUES (1), (2);', { kind: 'mock', target: 'S', columns: ['A'] }],
  ])('may say %s, others may not', (text, expected) => {
    expect(only(text, { testStatements: true })).toMatchObject(expected)
    expect(() => parseStatements(text)).toThrow('Syntax Error')
  })
})

it('asserts either rows or none', () => {
  for (const text of ['ASSERT ROWS s;', 'ASSERT NO ROWS s VALUES (1);'])
    expect(() => parseStatements(text, { testStatements: true })).toThrow('ROWS need VALUES, and NO ROWS have none.')
})

describe('columns on their own', () => {
  it('are read without parentheses', () => {
    expect(withoutLocations(parseColumns('ID INT KEY, V STRING'))).toEqual([
      { name: 'ID', type: { kind: 'baseType', name: 'INTEGER' }, role: 'KEY', headerKey: null },
      { name: 'V', type: { kind: 'baseType', name: 'STRING' }, role: null, headerKey: null },
    ])
    expect(parseColumns('')).toEqual([])
  })
})

describe('CREATE FUNCTION', () => {
  const text = `CREATE OR REPLACE FUNCTION IF NOT EXISTS f(a INT, VARIADIC \`select\` STRING, fn LAMBDA(INT, STRING) => BIGINT, b INT DEFAULT -1)
    RETURNS TABLE (userId INT, n BIGINT) LANGUAGE JavaScript NOT DETERMINISTIC STRICT WITH (author='me') AS $$ return a; /* \`select\` */ $$;`

  it('has parameters as they are written, options, and a body in dollars that is taken as it is', () => {
    expect(only(text)).toEqual({
      kind: 'createFunction',
      orReplace: true,
      isAggregate: false,
      ifNotExists: true,
      name: 'F',
      parameters: [
        { name: 'a', type: base('INTEGER'), isVariadic: false, defaultValue: null },
        { name: 'select', type: base('STRING'), isVariadic: true, defaultValue: null },
        {
          name: 'fn',
          type: { kind: 'lambdaType', parameters: [base('INTEGER'), base('STRING')], result: base('BIGINT') },
          isVariadic: false,
          defaultValue: null,
        },
        { name: 'b', type: base('INTEGER'), isVariadic: false, defaultValue: { kind: 'integerLiteral', value: -1 } },
      ],
      returns: [
        { name: 'USERID', writtenName: 'userId', type: base('INTEGER') },
        { name: 'N', writtenName: 'n', type: base('BIGINT') },
      ],
      language: 'JAVASCRIPT',
      isDeterministic: false,
      isStrict: true,
      state: [],
      properties: [{ name: 'AUTHOR', value: string('me') }],
      body: ' return a; /* `select` */ ',
    })
  })

  it('is of an aggregate, with the columns of its state', () => {
    expect(only('CREATE AGGREGATE FUNCTION f() RETURNS INT STATE (n INT) AS $x$ a $$ b $x$;')).toMatchObject({
      kind: 'createFunction',
      isAggregate: true,
      parameters: [],
      returns: base('INTEGER'),
      language: null,
      state: [{ name: 'N', writtenName: 'n', type: base('INTEGER') }],
      body: ' a $$ b ',
    })
  })

  it('says each thing once', () => {
    for (const [twice, message] of [
      ['f(a INT, a INT) RETURNS INT', "Parameter 'a' is declared more than once."],
      ['f() RETURNS TABLE (a INT, A INT)', "Column 'A' is declared more than once."],
      ['f() RETURNS INT STRICT STRICT', 'STRICT is given more than once.'],
    ]) {
      expect(() => only(`CREATE FUNCTION ${twice} AS $$ $$;`)).toThrow(message)
    }
  })

  it('leaves its words free as names', () => {
    expect(only('CREATE FUNCTION variadic(variadic INT, lambda STRING) RETURNS INT AS $$ $$;')).toMatchObject({
      name: 'VARIADIC',
      parameters: [{ name: 'variadic', isVariadic: false }, { name: 'lambda' }],
    })
    expect(only('SELECT state, default, returns FROM aggregate EMIT CHANGES;')).toMatchObject({ kind: 'query' })
  })

  it('is undone by DROP FUNCTION, of all overloads or of one', () => {
    expect(only('DROP FUNCTION IF EXISTS f;')).toMatchObject({ name: 'F', ifExists: true, parameterTypes: null })
    expect(only('DROP FUNCTION f(INT, ARRAY<STRING>);')).toMatchObject({
      parameterTypes: [base('INTEGER'), { kind: 'arrayType', element: base('STRING') }],
    })
  })
})
