import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { QueryDescriptionEntity, QueryList } from '../../../src/engine/describe/entities.ts'
import { directoryOfEachTest } from '../../support/directory-of-each-test.ts'
import { collect, type LineStream, type RowStream, TestEngine } from '../../support/engine.ts'

// Sandboxes and servers take their time on a machine that has much else to do.
vi.setConfig({ testTimeout: 30_000 })

const directory = directoryOfEachTest()
let test: TestEngine
beforeEach(async () => {
  test = await TestEngine.openDurable(directory.path)
  await test.execute(
    "CREATE STREAM s (id INT KEY, name STRING, tags ARRAY<STRING>, n BIGINT) WITH (kafka_topic='s', value_format='JSON', partitions=1);",
  )
})
afterEach(() => test.close())

const insert = (...rows: string[]) =>
  test.execute(rows.map((row) => `INSERT INTO s (id, name, tags, n) VALUES (${row});`).join('\n'))

const queryId = async (sink: string): Promise<string> => {
  const [list] = (await test.execute('SHOW QUERIES;')) as [QueryList]
  return list.queries.find(({ sinks }) => sinks.includes(sink))!.id
}

const explained = async (statement: string) => {
  const [entity] = (await test.execute(statement)) as [QueryDescriptionEntity]
  return entity.queryDescription
}

const SHOUT =
  "CREATE FUNCTION shout(text STRING, mark STRING DEFAULT '!') RETURNS STRING LANGUAGE JAVASCRIPT AS $$ text.toUpperCase() + mark $$;"

describe('a scalar function', () => {
  it('is called in persistent, push and pull queries, and in INSERT VALUES', async () => {
    await test.execute(SHOUT)
    await test.execute("CREATE STREAM o AS SELECT id, SHOUT(name) AS a, shout(name, '?') AS b FROM s;")
    const push = (await test.engine.openQuery({ sql: 'SELECT SHOUT(name) FROM s EMIT CHANGES LIMIT 1;' })) as RowStream
    const pushed = collect(push)
    await insert("1, SHOUT('ann'), ARRAY['x'], 1")
    await test.settled()
    expect((await test.rows('SELECT * FROM o;')).rows).toEqual([[1, 'ANN!!', 'ANN!?']])
    expect((await pushed).items.map(({ row }) => row)).toEqual([['ANN!!']])
    await test.execute('CREATE TABLE t AS SELECT id, LATEST_BY_OFFSET(name) AS name FROM s GROUP BY id;')
    await test.settled()
    expect((await test.rows("SELECT SHOUT(name) FROM t WHERE shout(name) = 'ANN!!';")).rows).toEqual([['ANN!!']])
  })

  it('that fails gives NULL for that record only, and is counted', async () => {
    await test.execute(
      "CREATE FUNCTION half(n BIGINT) RETURNS BIGINT LANGUAGE JAVASCRIPT STRICT AS $$ if (n % 2n) throw new Error('odd'); return n / 2n $$;",
    )
    await test.execute('CREATE STREAM o AS SELECT id, HALF(n) AS h FROM s;')
    await insert("1, 'a', NULL, 9007199254740994", "2, 'a', NULL, 3", "3, 'a', NULL, NULL")
    await test.settled()
    expect((await test.rows('SELECT * FROM o;')).rows).toEqual([
      [1, 4503599627370497],
      [2, null],
      [3, null],
    ])
    const { functions } = await explained(`EXPLAIN ANALYZE ${await queryId('O')};`)
    expect(functions).toMatchObject([{ function: 'HALF', calls: 2, errors: 1 }])
  })

  it('takes lambdas and any number of arguments', async () => {
    await test.execute(`
      CREATE FUNCTION pick(items ARRAY<STRING>, test LAMBDA(STRING) => BOOLEAN) RETURNS ARRAY<STRING> LANGUAGE JAVASCRIPT AS $$ items.filter((x) => test(x)) $$;
      CREATE FUNCTION joined(separator STRING, VARIADIC parts STRING) RETURNS STRING LANGUAGE JAVASCRIPT AS $$ parts.join(separator) $$;`)
    await test.execute(
      "CREATE STREAM o AS SELECT id, PICK(tags, t => t LIKE 'a%') AS a, JOINED('-', name, 'b', name) AS j, JOINED('-') AS e FROM s;",
    )
    await insert("1, 'n', ARRAY['ab', 'b', 'ac'], 1")
    await test.settled()
    expect((await test.rows('SELECT * FROM o;')).rows).toEqual([[1, ['ab', 'ac'], 'n-b-n', '']])
  })

  it('has overloads by the types of its arguments', async () => {
    await test.execute(`
      CREATE FUNCTION kind(a BIGINT) RETURNS STRING LANGUAGE JAVASCRIPT AS $$ 'number ' + typeof a $$;
      CREATE FUNCTION kind(a STRING) RETURNS STRING LANGUAGE JAVASCRIPT AS $$ 'text ' + typeof a $$;`)
    await test.execute('CREATE STREAM o AS SELECT id, KIND(n) AS a, KIND(name) AS b FROM s;')
    await insert("1, 'n', NULL, 1")
    await test.settled()
    expect((await test.rows('SELECT * FROM o;')).rows).toEqual([[1, 'number bigint', 'text string']])
    await test.execute('DROP STREAM o; DROP FUNCTION kind(BIGINT);')
    await expect(test.execute('CREATE STREAM o AS SELECT id, KIND(tags) AS a FROM s;')).rejects.toThrow(
      'kind'.toUpperCase(),
    )
    await test.execute('CREATE STREAM o AS SELECT id, KIND(name) AS a FROM s;')
  })
})

describe('a table function', () => {
  it('gives rows of one column as values, of several as structs', async () => {
    await test.execute(`
      CREATE FUNCTION upto(n BIGINT) RETURNS TABLE (i INT) LANGUAGE JAVASCRIPT AS $$ for (let i = 1; i <= n; i++) yield i $$;
      CREATE FUNCTION pairs(tags ARRAY<STRING>) RETURNS TABLE (place INT, tag STRING) LANGUAGE JAVASCRIPT AS $$
        for (const [place, tag] of tags.entries()) yield { place, tag } $$;`)
    await test.execute('CREATE STREAM o AS SELECT id, UPTO(n) AS i FROM s;')
    await test.execute('CREATE STREAM p AS SELECT id, PAIRS(tags) AS pair FROM s;')
    await test.execute('CREATE STREAM q AS SELECT id, pair->place AS place, pair->tag AS tag FROM p;')
    await insert("1, 'n', ARRAY['x', 'y'], 3")
    await test.settled()
    await test.settled()
    expect((await test.rows('SELECT * FROM o;')).rows).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
    ])
    expect((await test.rows('SELECT * FROM q;')).rows).toEqual([
      [1, 0, 'x'],
      [1, 1, 'y'],
    ])
  })
})

describe('versions', () => {
  it('a query keeps the one that it was planned with, over a restart, until it is replaced itself', async () => {
    await test.execute(SHOUT)
    await test.execute('CREATE STREAM o AS SELECT id, SHOUT(name) AS a FROM s;')
    await test.execute(SHOUT.replace('CREATE', 'CREATE OR REPLACE').replace('text.toUpperCase()', 'text'))
    await test.execute('CREATE STREAM p AS SELECT id, SHOUT(name) AS a FROM s;')
    test = await test.reopened(directory.path, {})
    await insert("1, 'ann', NULL, 1")
    await test.settled()
    expect((await test.rows('SELECT a FROM o;')).rows).toEqual([['ANN!']])
    expect((await test.rows('SELECT a FROM p;')).rows).toEqual([['ann!']])
    expect((await explained(`EXPLAIN ${await queryId('O')};`)).executionPlan).toContain(
      'SHOUT(STRING, STRING) version 1',
    )
    expect((await explained(`EXPLAIN ${await queryId('P')};`)).executionPlan).toContain(
      'SHOUT(STRING, STRING) version 2',
    )
    await test.execute('CREATE OR REPLACE STREAM o AS SELECT id, SHOUT(name) AS a, 1 AS b FROM s;')
    expect((await explained(`EXPLAIN ${await queryId('O')};`)).executionPlan).toContain(
      'SHOUT(STRING, STRING) version 2',
    )
  })

  it('cannot be dropped while queries call the function', async () => {
    await test.execute(SHOUT)
    await test.execute('CREATE STREAM o AS SELECT id, SHOUT(name) AS a FROM s;')
    const id = await queryId('O')
    await expect(test.execute('DROP FUNCTION shout;')).rejects.toThrow(`the following queries call it: [${id}]`)
    await test.execute('DROP STREAM o; DROP FUNCTION shout; DROP FUNCTION IF EXISTS shout;')
    await expect(test.execute('DROP FUNCTION shout;')).rejects.toThrow('SHOUT does not exist')
    await expect(test.execute('SELECT SHOUT(name) FROM s;')).rejects.toThrow()
  })
})

describe('DESCRIBE FUNCTION and SHOW FUNCTIONS', () => {
  it('show the statement, the author and the version', async () => {
    await test.execute(
      `${SHOUT} CREATE OR REPLACE FUNCTION shout(text STRING, mark STRING DEFAULT '!') RETURNS STRING LANGUAGE JAVASCRIPT WITH (author='Ann', description='Louder.') AS $$ text $$;`,
    )
    const [description, list] = await test.execute('DESCRIBE FUNCTION shout; SHOW FUNCTIONS;')
    expect(description).toMatchObject({
      '@type': 'describe_function',
      name: 'SHOUT',
      type: 'SCALAR',
      author: 'Ann',
      version: '2',
      description: 'Louder.',
      functions: [{ argumentTypes: ['VARCHAR', 'VARCHAR'], returnType: 'VARCHAR' }, { argumentTypes: ['VARCHAR'] }],
      statements: [expect.stringContaining('$$ text $$;')],
    })
    expect(list).toMatchObject({
      functions: expect.arrayContaining([{ name: 'SHOUT', type: 'SCALAR', category: 'OTHER' }]),
    })
  })
})

describe('a statement that is refused', () => {
  const f = (rest: string) => `CREATE FUNCTION f${rest};`
  it.each([
    [f('() RETURNS INT AS $$ 1 $$'), 'add LANGUAGE JAVASCRIPT'],
    [f('() RETURNS INT LANGUAGE LUA AS $$ 1 $$'), 'no language LUA'],
    [f('() RETURNS INT LANGUAGE JAVASCRIPT AS $$ 1 + $$'), 'SyntaxError'],
    [f('() RETURNS INT LANGUAGE JAVASCRIPT AS $$ for (;;); $$'), null],
    [f('(a INT, a2 INT DEFAULT 1, b INT) RETURNS INT LANGUAGE JAVASCRIPT AS $$ 1 $$'), 'needs one too'],
    [f("(a INT DEFAULT 'x') RETURNS INT LANGUAGE JAVASCRIPT AS $$ 1 $$"), 'INTEGER'],
    [f('(VARIADIC a INT, b INT) RETURNS INT LANGUAGE JAVASCRIPT AS $$ 1 $$'), 'only the last parameter'],
    [f('(`a b` INT) RETURNS INT LANGUAGE JAVASCRIPT AS $$ 1 $$'), 'a b'],
    [f("() RETURNS INT LANGUAGE JAVASCRIPT WITH (autor='x') AS $$ 1 $$"), 'AUTHOR'],
    ['CREATE FUNCTION ucase(a STRING) RETURNS STRING LANGUAGE JAVASCRIPT AS $$ a $$;', 'built-in'],
    ['DROP FUNCTION ucase;', 'built-in'],
    ['CREATE AGGREGATE FUNCTION f(a INT) RETURNS INT LANGUAGE JAVASCRIPT AS $$ a $$;', 'exports its parts'],
    [
      'CREATE AGGREGATE FUNCTION f(a INT) RETURNS INT LANGUAGE JAVASCRIPT AS $$ export function init() {} $$;',
      'a function add',
    ],
  ])('%s', async (statement, message) => {
    if (message === null) await test.execute(statement)
    else await expect(test.execute(statement)).rejects.toThrow(message)
  })

  it('says that the function exists', async () => {
    await test.execute(SHOUT)
    await expect(test.execute(SHOUT)).rejects.toThrow('Use CREATE OR REPLACE FUNCTION')
    await test.execute(SHOUT.replace('FUNCTION', 'FUNCTION IF NOT EXISTS'))
    await expect(
      test.execute('CREATE FUNCTION shout(a STRING) RETURNS STRING LANGUAGE JAVASCRIPT AS $$ a $$;'),
    ).rejects.toThrow('two overloads for the call (STRING)')
    await expect(
      test.execute('CREATE FUNCTION shout(a INT) RETURNS TABLE (b INT) LANGUAGE JAVASCRIPT AS $$ yield a $$;'),
    ).rejects.toThrow('is a scalar function')
  })
})

describe('an aggregate function', () => {
  const parts = {
    init: 'export const init = () => []',
    add: 'export const add = (list, x) => [...list, x]',
    remove: 'export const remove = (list, x) => list.toSpliced(list.indexOf(x), 1)',
    merge: 'export const merge = (a, b) => [...a, ...b]',
    result: "export const result = (list) => list.join('+')",
  }
  const create = (...names: (keyof typeof parts)[]) =>
    `CREATE AGGREGATE FUNCTION listed(x STRING) RETURNS STRING LANGUAGE JAVASCRIPT STRICT AS $$ ${names.map((name) => parts[name]).join('\n')} $$;`
  const row = (time: number, id: number, name: string) =>
    `INSERT INTO s (ROWTIME, id, name) VALUES (${time}, ${id}, ${name});`

  it('works over windows, sessions that become one, and EMIT FINAL, over a restart', async () => {
    await test.execute(create('init', 'add', 'merge', 'result'))
    await test.execute(`
      CREATE TABLE groups AS SELECT id, LISTED(name) AS l FROM s GROUP BY id;
      CREATE TABLE windows AS SELECT id, LISTED(name) AS l FROM s WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
      CREATE TABLE sessions AS SELECT id, LISTED(name) AS l FROM s WINDOW SESSION (10 SECONDS) GROUP BY id;
      CREATE TABLE finals AS SELECT id, LISTED(name) AS l FROM s WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY id EMIT FINAL;`)
    await test.execute(row(0, 1, "'a'") + row(18_000, 1, "'c'"))
    await test.settled()
    test = await test.reopened(directory.path, {})
    await test.execute(row(9_000, 1, "'b'") + row(12_000, 1, 'NULL') + row(21_000, 2, "'d'"))
    await test.settled()
    const rows = async (table: string) => (await test.rows(`SELECT id, l FROM ${table};`)).rows
    expect(await rows('groups')).toEqual([
      [1, 'a+c+b'],
      [2, 'd'],
    ])
    expect(await rows('windows')).toEqual([
      [1, 'a+b'],
      [1, 'c'],
      [2, 'd'],
    ])
    expect(await rows('sessions')).toEqual([
      [1, 'a+c+b'],
      [2, 'd'],
    ])
    const printed = (await test.engine.openQuery({ sql: "PRINT 'FINALS' FROM BEGINNING LIMIT 2;" })) as LineStream
    const lines = (await collect(printed)).items.filter((line) => line.includes('value:'))
    expect(lines.map((line) => /value: (\S+),/.exec(line)![1])).toEqual(['{"L":"a"}', '{"L":"c"}'])
  })

  it('takes rows of tables out again', async () => {
    await test.execute(create('init', 'add', 'remove', 'result'))
    await test.execute(`
      CREATE TABLE t (id INT PRIMARY KEY, name STRING, part INT) WITH (kafka_topic='t', value_format='JSON', partitions=1);
      CREATE TABLE o AS SELECT part, LISTED(name) AS l FROM t GROUP BY part;`)
    const put = (id: number, name: string, part: number) => `INSERT INTO t VALUES (${id}, '${name}', ${part});`
    await test.execute(put(1, 'a', 1) + put(2, 'b', 1) + put(1, 'A', 2) + put(3, 'c', 1))
    await test.settled()
    expect((await test.rows('SELECT * FROM o;')).rows).toEqual([
      [1, 'b+c'],
      [2, 'A'],
    ])
  })

  it('is refused where it lacks a part that the query needs', async () => {
    await test.execute(create('init', 'add', 'result'))
    await expect(
      test.execute('CREATE TABLE o AS SELECT id, LISTED(name) FROM s WINDOW SESSION (1 SECOND) GROUP BY id;'),
    ).rejects.toThrow('it has no function merge')
    await test.execute(
      "CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON', partitions=1);",
    )
    await expect(test.execute('CREATE TABLE o AS SELECT name, LISTED(name) FROM t GROUP BY name;')).rejects.toThrow(
      'LISTED cannot be applied to a table source',
    )
  })

  it('of another version may not take over a state of other columns', async () => {
    const counted = (state: string) =>
      `CREATE OR REPLACE AGGREGATE FUNCTION counted(x STRING) RETURNS BIGINT LANGUAGE JAVASCRIPT ${state} AS $$ export const init = () => ({ n: 0 }); export function add(s) { s.n++ }; export const result = (s) => s.n $$;`
    await test.execute(counted('STATE (n BIGINT)'))
    await test.execute('CREATE TABLE o AS SELECT id, COUNTED(name) AS n FROM s GROUP BY id;')
    await test.execute(counted(''))
    const replace = 'CREATE OR REPLACE TABLE o AS SELECT id, COUNTED(name) AS n FROM s GROUP BY id;'
    await expect(test.execute(`SET 'millrace.replace.any.query'='false'; ${replace}`)).rejects.toThrow('stateTypes')
    await expect(test.execute(replace)).resolves.toMatchObject([{ commandStatus: { status: 'SUCCESS' } }])
  })
})

describe('console.log', () => {
  it('writes to the processing log and is no error of the query', async () => {
    await test.execute(
      "CREATE FUNCTION noisy(n BIGINT) RETURNS BIGINT LANGUAGE JAVASCRIPT AS $$ console.log('saw', n); return n $$;",
    )
    await test.execute('CREATE STREAM o AS SELECT id, NOISY(n) AS n FROM s;')
    await insert("1, 'a', NULL, 7")
    await test.settled()
    expect(test.runtime.status(await queryId('O'))!.processingErrors).toBe(0)
    await expect
      .poll(
        async () =>
          (await test.rows('SELECT level, message->recordProcessingError->errorMessage FROM KSQL_PROCESSING_LOG;'))
            .rows,
      )
      .toContainEqual(['INFO', 'Function NOISY: saw 7n'])
  })
})
