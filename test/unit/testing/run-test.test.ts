import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { BUILT_IN_FUNCTIONS } from '../../../src/functions/index.ts'
import { createRegistry } from '../../../src/functions/registry.ts'
import { runTest, type TestFailure } from '../../../src/testing/run-test.ts'
import { seededRandom } from '../../../src/testing/seeded-random.ts'
import { readTests } from '../../../src/testing/test-file.ts'

const functions = createRegistry(BUILT_IN_FUNCTIONS)

/** How the only test of `sql` fails; null: it passes. */
function failureOf(sql: string, { file = '/tests/t.sql', seed = 1 } = {}): TestFailure | null {
  const [test] = readTests(sql, file)
  const options = { functions, settings: {}, random: seededRandom(seed), restarts: true, elapsed: () => 0 }
  return runTest(test!, options).failure
}

const ORDERS = `
  CREATE STREAM orders (id INT KEY, amount INT, city STRING) WITH (kafka_topic='orders', value_format='JSON');
`
const TOTALS = `${ORDERS}
  CREATE TABLE totals AS SELECT city, SUM(amount) AS total FROM orders GROUP BY city;
`

describe('ASSERT VALUES', () => {
  it('reads one record after the other, through all queries that follow each other', () => {
    const sql = `${ORDERS}
      CREATE STREAM large AS SELECT * FROM orders WHERE amount > 10;
      CREATE STREAM doubled AS SELECT id, amount * 2 AS twice FROM large;
      INSERT INTO orders VALUES (1, 5, 'a'), (2, 20, 'b'), (3, 30, 'c');
      ASSERT VALUES doubled (id, twice) VALUES (2, 40);
      ASSERT VALUES doubled (twice) VALUES (60);
    `
    expect(failureOf(sql)).toBeNull()
  })

  it('shows what was found beside what was expected, with the place', () => {
    const sql = `${TOTALS}
      INSERT INTO orders VALUES (1, 5, 'a');
ASSERT VALUES totals VALUES ('a', 6);`
    expect(failureOf(sql)).toMatchObject({
      message: 'Expected record does not match actual.',
      location: { line: 7, column: 1 },
      comparison: { columns: ['CITY', 'TOTAL'], expected: [['a', '6']], actual: [['a', '5']] },
      restartedBefore: null,
    })
  })

  it('fails where a topic has no further record', () => {
    const failure = failureOf(`${ORDERS} ASSERT VALUES orders (id) VALUES (1);`)
    expect(failure?.message).toBe('Expected another record in ORDERS, but its topic orders has only 0 records.')
  })

  it('compares the time of the record and the bounds of its window', () => {
    const sql = `${ORDERS}
      CREATE TABLE counts AS SELECT city, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY city;
      INSERT INTO orders (rowtime, id, city) VALUES (12000, 1, 'a');
      ASSERT VALUES counts (rowtime, city, windowstart, windowend, n) VALUES (12000, 'a', 10000, 20000, 1);
    `
    expect(failureOf(sql)).toBeNull()
  })

  it('tells a tombstone from a record of NULLs', () => {
    const table = `
      CREATE TABLE users (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='users', value_format='JSON');
      CREATE TABLE known AS SELECT * FROM users WHERE name = 'ann';
      INSERT INTO users VALUES (1, 'ann'), (1, 'bob');
      ASSERT VALUES known VALUES (1, 'ann');
    `
    expect(failureOf(`${table} ASSERT NULL VALUES known (id) KEY (1);`)).toBeNull()
    const failure = failureOf(`${table} ASSERT VALUES known (id) VALUES (1);`)
    expect(failure?.message).toBe('Expected record does not match actual. The record is a tombstone.')
  })

  it.each([
    ['ASSERT VALUES orders (id) VALUES (1, 2);', 'Expected number columns and values to match'],
    ['ASSERT VALUES orders (ide) VALUES (1);', 'Column IDE does not exist in ORDERS.'],
    ["ASSERT VALUES orders (id) VALUES ('x');", 'Expected type INTEGER for field ID'],
    ['ASSERT VALUES nothing (id) VALUES (1);', 'NOTHING does not exist.'],
  ])('refuses %s', (assertion, message) => {
    expect(failureOf(`${ORDERS} INSERT INTO orders (id) VALUES (1); ${assertion}`)?.message).toContain(message)
  })
})

describe('ASSERT STREAM and ASSERT TABLE', () => {
  const made = `${ORDERS}
    CREATE STREAM large WITH (kafka_topic='big', value_format='DELIMITED') AS SELECT id, amount FROM orders;
  `
  it.each([
    'ASSERT STREAM large (id INT KEY, amount INT);',
    "ASSERT STREAM large (id INT KEY, amount INT) WITH (kafka_topic='big', value_format='DELIMITED');",
    "ASSERT STREAM large WITH (key_format='KAFKA');",
  ])('%s holds', (assertion) => {
    expect(failureOf(made + assertion)).toBeNull()
  })

  it.each([
    ['ASSERT TABLE large;', 'Expected type does not match actual for source LARGE'],
    ['ASSERT STREAM large (id INT KEY);', 'Expected schema does not match actual for source LARGE'],
    ["ASSERT STREAM large WITH (kafka_topic='x');", 'Expected kafka topic does not match actual for source LARGE'],
    ["ASSERT STREAM large WITH (value_format='JSON');", 'Expected value format does not match actual for source LARGE'],
    ["ASSERT STREAM large WITH (timestamp='AMOUNT');", 'AMOUNT'],
    ['ASSERT STREAM lost;', 'Exception while preparing statement: LOST does not exist.'],
  ])('%s does not', (assertion, message) => {
    expect(failureOf(made + assertion)?.message).toContain(message)
  })
})

describe('ASSERT ROWS', () => {
  const filled = `${TOTALS} INSERT INTO orders VALUES (1, 5, 'a'), (2, 7, 'b'), (3, 1, 'a');`

  it('is about the content of a table, in any order', () => {
    expect(failureOf(`${filled} ASSERT ROWS totals VALUES ('b', 7), ('a', 6);`)).toBeNull()
    expect(failureOf(`${filled} ASSERT ROWS totals VALUES ('b', 7);`)).toMatchObject({
      message: 'Expected rows do not match the actual ones: 0 missing, 1 not expected.',
      comparison: { expected: [], actual: [['a', '6']] },
    })
  })

  it('is about the unread rows of a stream', () => {
    expect(failureOf(`${filled} ASSERT ROWS orders (id) VALUES (3), (1), (2); ASSERT NO ROWS orders;`)).toBeNull()
  })
})

it('fails unless it fails as it says', () => {
  const bad = 'CREATE STREAM a AS SELECT * FROM missing;'
  const header = (...lines: string[]) => ['--@test: bad', ...lines, bad].join('\n')
  expect(failureOf(header('--@expected.error: io.confluent.ksql.util.KsqlException'))).toBeNull()
  expect(failureOf(header('--@expected.message: MISSING does not exist'))).toBeNull()
  expect(failureOf(header('--@expected.message: other'))?.message).toContain('expected an error with the text: other')
  expect(failureOf(`--@test: good\n--@expected.message: bad\n${ORDERS}`)?.message).toBe(
    'Expected an error, but nothing failed: bad',
  )
})

it('reads the processing log', () => {
  const sql = `
    CREATE STREAM lines (line STRING) WITH (kafka_topic='lines', value_format='KAFKA');
    CREATE STREAM numbers (n INT) WITH (kafka_topic='lines', value_format='JSON');
    CREATE STREAM twice AS SELECT n * 2 AS n FROM numbers;
    INSERT INTO lines VALUES ('no JSON');
  `
  expect(failureOf(`${sql} ASSERT ERROR 'JSON';`)).toBeNull()
  expect(failureOf(`${sql} ASSERT ERROR 'Avro';`)?.message).toContain('does not match the actual one')
  expect(failureOf(`${ORDERS} ASSERT ERROR 'JSON';`)?.message).toContain('there is none')
})

it('has a clock that only the test moves', () => {
  const sql = `
    CREATE STREAM ticks (id INT) WITH (kafka_topic='ticks', value_format='JSON');
    CREATE STREAM times AS SELECT id, UNIX_TIMESTAMP() AS now FROM ticks;
    ADVANCE TIME TO '1970-01-01T00:00:05';
    INSERT INTO ticks VALUES (1);
    ADVANCE TIME BY 2 SECONDS;
    INSERT INTO ticks VALUES (2);
    ASSERT VALUES times (rowtime, id, now) VALUES (5000, 1, 5000);
    ASSERT VALUES times (rowtime, id, now) VALUES (7000, 2, 7000);
  `
  expect(failureOf(sql)).toBeNull()
  expect(failureOf(`${sql} ADVANCE TIME TO 1;`)?.message).toContain('Time cannot go back')
})

it('runs rows of a mock in place of a query', () => {
  const sql = `
    MOCK large AS VALUES (7, 70, 'x');
    ${ORDERS}
    CREATE STREAM large AS SELECT * FROM orders WHERE amount > 10;
    CREATE STREAM ids AS SELECT id, amount FROM large;
    INSERT INTO orders VALUES (1, 100, 'a');
    INSERT INTO large VALUES (8, 80, 'y');
    ASSERT ROWS large (id) VALUES (7), (8);
    ASSERT ROWS ids VALUES (7, 70), (8, 80);
  `
  expect(failureOf(sql)).toBeNull()
})

it('reads a script beside it, and names the place in it that fails', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-sql-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 't.sql')
  writeFileSync(join(directory, 'pipeline.sql'), `${ORDERS} SHOW STREAMS;`)
  writeFileSync(join(directory, 'bad.sql'), '\nCREATE STREAM b AS SELECT * FROM c;')
  writeFileSync(join(directory, 'loop.sql'), "RUN SCRIPT 'loop.sql';")
  const used = "RUN SCRIPT 'pipeline.sql'; INSERT INTO orders (id) VALUES (1); ASSERT VALUES orders (id) VALUES (1);"
  expect(failureOf(used, { file })).toBeNull()
  expect(failureOf("RUN SCRIPT 'bad.sql';", { file })?.message).toContain('bad.sql:2: C does not exist')
  expect(failureOf("RUN SCRIPT 'loop.sql';", { file })?.message).toContain('Scripts run each other more than 16 deep')
  expect(failureOf("RUN SCRIPT 'none.sql';", { file })?.message).toContain('cannot be read')
})

it('replaces a query with its state', () => {
  const sql = `${TOTALS}
    INSERT INTO orders VALUES (1, 5, 'a');
    CREATE OR REPLACE TABLE totals AS SELECT city, SUM(amount) AS total FROM orders WHERE amount < 100 GROUP BY city;
    INSERT INTO orders VALUES (2, 7, 'a'), (3, 200, 'a');
    ASSERT ROWS totals VALUES ('a', 12);
  `
  expect(failureOf(sql)).toBeNull()
})

it('keeps state, offsets and stream time over a restart', () => {
  const sql = `${ORDERS}
    CREATE TABLE counts AS SELECT city, COUNT(*) AS n FROM orders
      WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY city;
    INSERT INTO orders (rowtime, id, city) VALUES (1000, 1, 'a');
    INSERT INTO orders (rowtime, id, city) VALUES (25000, 2, 'a');
    INSERT INTO orders (rowtime, id, city) VALUES (2000, 3, 'a');
    INSERT INTO orders (rowtime, id, city) VALUES (26000, 4, 'a');
    ASSERT ROWS counts (windowstart, n) VALUES (0, 1), (20000, 2);
  `
  for (let seed = 0; seed < 8; seed++) expect(failureOf(sql, { seed })).toBeNull()
})

it('fails for what only a server can do, outside scripts', () => {
  expect(failureOf('SHOW STREAMS;')?.message).toContain('This statement has no effect in a test.')
})

it('lets queries feed each other, but not without end', () => {
  const loop = (condition: string) => `${ORDERS}
    SET 'millrace.allow.loops' = 'true';
    CREATE STREAM less AS SELECT id, amount - 1 AS amount, city FROM orders WHERE ${condition};
    INSERT INTO orders SELECT * FROM less;
    INSERT INTO orders VALUES (1, 2, 'a');
  `
  expect(failureOf(`${loop('amount > 0')} ASSERT ROWS orders (amount) VALUES (2), (1), (0);`)).toBeNull()
  expect(failureOf(loop('true'))?.message).toContain('queries feed each other without end')
})
