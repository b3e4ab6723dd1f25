/** Pull queries that do more than look up or scan: compared with what the rows say. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestEngine, temporaryDirectory } from '../../support/engine.ts'

const directory = temporaryDirectory()
let test: TestEngine

beforeAll(async () => {
  test = await TestEngine.open(directory.path, { 'millrace.query.pull.max.rows': '40' })
  await test.execute(`
    CREATE STREAM orders (id INT KEY, customer INT, city STRING, amount INT) WITH (kafka_topic='orders', value_format='JSON', partitions=3);
    CREATE TABLE all_orders AS SELECT id, LATEST_BY_OFFSET(customer) AS customer, LATEST_BY_OFFSET(city) AS city, LATEST_BY_OFFSET(amount) AS amount FROM orders GROUP BY id;
    CREATE TABLE customer_rows (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='customers', value_format='JSON', partitions=3);
    CREATE TABLE customers AS SELECT * FROM customer_rows;
    CREATE TABLE per_minute AS SELECT city, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY city;
    INSERT INTO customer_rows VALUES (1, 'ann'), (2, 'bob'), (3, 'eve');
    INSERT INTO orders (rowtime, id, customer, city, amount) VALUES
      (1000, 10, 1, 'Oslo', 5), (2000, 11, 1, 'Bergen', 7), (61000, 12, 2, 'Oslo', 7), (62000, 13, 2, NULL, NULL), (63000, 14, 9, 'Moss', 1);`)
  await test.settled()
})
afterAll(async () => {
  await test.close()
  directory.remove()
})

const rowsOf = async (sql: string) => {
  const { rows, end } = await test.rows(sql)
  if (end.reason === 'error') throw end.error
  return rows
}

describe('aggregates of all rows', () => {
  it.each<[string, unknown[][]]>([
    ['SELECT COUNT(*) AS n, SUM(amount) AS s, MAX(amount) AS m FROM all_orders WHERE id > 99;', [[0, 0, null]]],
    ['SELECT COUNT(*) AS n FROM orders WHERE id > 99;', [[0]]],
    ['SELECT COUNT(DISTINCT city) AS n FROM orders WHERE id > 99;', [[0]]],
    ['SELECT COUNT(*) + 1 AS n FROM (SELECT * FROM all_orders) x WHERE id > 99;', [[1]]],
    ['SELECT SUM(n) AS s FROM (SELECT COUNT(*) AS n FROM all_orders WHERE id > 99) x;', [[0]]],
    ['SELECT COUNT(*) AS n FROM (SELECT COUNT(*) AS n FROM all_orders WHERE id > 99) x;', [[1]]],
    ['SELECT COUNT(*) AS n FROM (SELECT COUNT(*) AS n FROM all_orders) x;', [[1]]],
    ['SELECT COUNT(*) AS n FROM all_orders;', [[5]]],
    ['SELECT COUNT(*) AS n FROM all_orders WHERE NOT EXISTS (SELECT * FROM customers);', [[0]]],
    ['SELECT COUNT(*) AS n FROM all_orders WHERE id > 99 HAVING COUNT(*) > 0;', []],
    ['SELECT customer, COUNT(*) AS n FROM all_orders WHERE id > 99 GROUP BY customer;', []],
    ['SELECT COUNT(*) AS n FROM all_orders WHERE id > 99 UNION ALL SELECT COUNT(*) AS n FROM customers;', [[0], [3]]],
  ])('%s', async (sql, expected) => {
    expect(await rowsOf(sql)).toEqual(expected)
  })
})

describe('grouping sets', () => {
  it.each<[string, unknown[][]]>([
    [
      'SELECT customer, GROUPING(customer) AS g, COUNT(*) AS n FROM all_orders GROUP BY ROLLUP (customer) ORDER BY g, customer;',
      [
        [1, 0, 2],
        [2, 0, 2],
        [9, 0, 1],
        [null, 1, 5],
      ],
    ],
    [
      'SELECT city, SUM(amount) AS total FROM orders GROUP BY CUBE (city) ORDER BY total DESC, city;',
      [
        [null, 20],
        ['Oslo', 12],
        ['Bergen', 7],
        ['Moss', 1],
        [null, 0],
      ],
    ],
  ])('%s', async (sql, expected) => {
    expect(await rowsOf(sql)).toEqual(expected)
  })
})

describe('ORDER BY', () => {
  it.each<[string, unknown[]]>([
    ['SELECT id FROM all_orders ORDER BY id;', [10, 11, 12, 13, 14]],
    ['SELECT id FROM all_orders ORDER BY id DESC LIMIT 2;', [14, 13]],
    ['SELECT id FROM all_orders ORDER BY id LIMIT 2 OFFSET 1;', [11, 12]],
    ['SELECT id FROM all_orders ORDER BY amount, id;', [14, 10, 11, 12, 13]],
    ['SELECT id FROM all_orders ORDER BY amount DESC, id DESC;', [13, 12, 11, 10, 14]],
    ['SELECT id FROM all_orders ORDER BY amount DESC NULLS LAST, 1;', [11, 12, 10, 14, 13]],
    ['SELECT id, amount * -1 AS less FROM all_orders WHERE amount > 1 ORDER BY less, id;', [11, 12, 10]],
    ['SELECT id FROM all_orders ORDER BY ABS(id - 12), id;', [12, 11, 13, 10, 14]],
  ])('%s', async (sql, expected) => {
    expect((await rowsOf(sql)).map(([id]) => id)).toEqual(expected)
  })

  it('sorts all columns', async () => {
    expect(await rowsOf('SELECT * FROM customers ORDER BY name DESC LIMIT 1;')).toEqual([[3, 'eve']])
    expect(await rowsOf('SELECT * FROM customers ORDER BY LEN(name), UCASE(name) DESC LIMIT 1;')).toEqual([[3, 'eve']])
  })

  it('sorts windows', async () => {
    expect(
      await rowsOf('SELECT city, windowstart, n FROM per_minute ORDER BY windowstart DESC, city LIMIT 2;'),
    ).toEqual([
      ['Moss', 60000, 1],
      ['Oslo', 60000, 1],
    ])
  })

  it.each([
    ['SELECT id FROM all_orders ORDER BY 2;', 'ORDER BY 2: the result has 1 columns.'],
    ['SELECT * FROM all_orders ORDER BY 1;', 'ORDER BY a number counts the columns of SELECT.'],
    ['SELECT id FROM all_orders ORDER BY nope;', 'NOPE'],
    ['SELECT * FROM orders ORDER BY id;', 'ORDER BY is for tables'],
  ])('is refused: %s', async (sql, message) => {
    await expect(rowsOf(sql)).rejects.toThrow(message)
  })
})

describe('GROUP BY', () => {
  it('aggregates the rows of a table', async () => {
    const sql =
      'SELECT customer, COUNT(*) AS n, SUM(amount) AS total FROM all_orders GROUP BY customer ORDER BY customer;'
    expect(await rowsOf(sql)).toEqual([
      [1, 2, 12],
      [2, 2, 7],
      [9, 1, 1],
    ])
  })

  it('aggregates the records of a stream', async () => {
    const sql = 'SELECT city, MAX(amount) AS most FROM orders GROUP BY city HAVING COUNT(*) > 1;'
    expect(await rowsOf(sql)).toEqual([['Oslo', 7]])
  })

  it('sorts by an aggregate that is not selected', async () => {
    const sql = 'SELECT customer FROM all_orders GROUP BY customer ORDER BY SUM(amount) DESC LIMIT 1;'
    expect(await rowsOf(sql)).toEqual([[1]])
  })

  it('takes all rows as one group', async () => {
    expect(await rowsOf('SELECT COUNT(*) AS n, AVG(amount) AS mean FROM all_orders;')).toEqual([[5, 5]])
  })

  it('is refused without an aggregate, in the words of ksqlDB too', async () => {
    await expect(rowsOf('SELECT * FROM all_orders GROUP BY id;')).rejects.toThrow(
      "Pull queries don't support GROUP BY clauses.",
    )
  })
})

it('a name that does not exist is all that a refusal is about', async () => {
  const { message } = await rowsOf('SELECT city, SUM(amonut) AS s FROM orders GROUP BY city;').then(
    () => new Error('not refused'),
    (error: unknown) => error as Error,
  )
  expect(message).toContain('Did you mean AMOUNT?')
  expect(message).not.toContain('Pull queries')
})

it('SELECT DISTINCT gives each row once', async () => {
  expect(await rowsOf('SELECT DISTINCT customer FROM all_orders ORDER BY customer DESC;')).toEqual([[9], [2], [1]])
})

describe('a join', () => {
  it('finds rows by primary key and by foreign key', async () => {
    const sql = 'SELECT o.id AS id, c.name AS name FROM all_orders o JOIN customers c ON o.customer = c.id ORDER BY id;'
    expect(await rowsOf(sql)).toEqual([
      [10, 'ann'],
      [11, 'ann'],
      [12, 'bob'],
      [13, 'bob'],
    ])
  })

  it('keeps rows without a partner where it is asked to', async () => {
    const sql =
      'SELECT o.id AS id, c.name AS name FROM all_orders o LEFT JOIN customers c ON o.customer = c.id WHERE o.id > 12 ORDER BY 1;'
    expect(await rowsOf(sql)).toEqual([
      [13, 'bob'],
      [14, null],
    ])
  })

  it('of streams is refused', async () => {
    const sql = 'SELECT * FROM orders a JOIN orders b WITHIN 1 HOUR ON a.id = b.id;'
    await expect(rowsOf(sql)).rejects.toThrow("Pull queries don't support JOIN clauses.")
  })
})

describe('queries in a query', () => {
  it.each<[string, unknown[][]]>([
    [
      'WITH big AS (SELECT * FROM all_orders WHERE amount > 4) SELECT city, COUNT(*) AS n FROM big GROUP BY city ORDER BY n DESC, city;',
      [
        ['Oslo', 2],
        ['Bergen', 1],
      ],
    ],
    [
      'SELECT n, COUNT(*) AS cities FROM (SELECT city, COUNT(*) AS n FROM all_orders GROUP BY city) GROUP BY n ORDER BY n;',
      [
        [1, 3],
        [2, 1],
      ],
    ],
    [
      'SELECT name FROM customers UNION SELECT city AS name FROM all_orders WHERE city IS NOT NULL ORDER BY name;',
      [['Bergen'], ['Moss'], ['Oslo'], ['ann'], ['bob'], ['eve']],
    ],
    [
      'SELECT city FROM all_orders EXCEPT SELECT city FROM all_orders WHERE amount > 5 ORDER BY city;',
      [['Moss'], [null]],
    ],
    [
      'SELECT id, city FROM all_orders QUALIFY ROW_NUMBER() OVER (PARTITION BY city ORDER BY amount DESC) = 1 ORDER BY id;',
      [
        [11, 'Bergen'],
        [12, 'Oslo'],
        [13, null],
        [14, 'Moss'],
      ],
    ],
  ])('%s', async (sql, expected) => {
    expect(await rowsOf(sql)).toEqual(expected)
  })

  it('have no positions of records', async () => {
    const sql = 'SELECT p FROM (SELECT id, ROWOFFSET AS p FROM orders) GROUP BY p;'
    await expect(rowsOf(sql)).rejects.toThrow('ROWOFFSET can be selected in a query over one stream only.')
  })
})

it('refuses to hold more rows than it may', async () => {
  const many = Array.from({ length: 50 }, (_, i) => `(${100 + i}, 1, 'x', 1)`).join(', ')
  await test.execute(`INSERT INTO orders VALUES ${many};`)
  await test.settled()
  await expect(rowsOf('SELECT id FROM all_orders ORDER BY id;')).rejects.toThrow("raise 'millrace.query.pull.max.rows'")
  await expect(rowsOf('SELECT COUNT(*) AS n FROM all_orders;')).rejects.toThrow('The query reads more than 40 rows')
  expect(await rowsOf('SELECT id FROM all_orders WHERE id = 10 ORDER BY id;')).toEqual([[10]])
  const most = 'more than 40 rows, which would have to be in memory at once. Add a condition on the key'
  for (const sql of [
    'SELECT DISTINCT city FROM all_orders;',
    'SELECT id, ROW_NUMBER() OVER (PARTITION BY city ORDER BY id) AS n FROM all_orders;',
    'SELECT id FROM all_orders UNION SELECT id FROM customers;',
    'SELECT o.id, c.name FROM all_orders o JOIN customers c ON o.customer = c.id AND o.amount > 0;',
    'SELECT city, COUNT(*) AS n FROM orders GROUP BY city;',
  ])
    await expect(rowsOf(sql), sql).rejects.toThrow(most)
})

it('refuses to make more rows than it may hold', async () => {
  const some = Array.from({ length: 12 }, (_, i) => `(${i + 1}, 'x')`).join(', ')
  await test.execute(`INSERT INTO customer_rows VALUES ${some};`)
  await test.execute('CREATE TABLE more AS SELECT * FROM customer_rows;')
  await test.settled()
  const pairs = 'FROM customers c JOIN more m ON c.id <> m.id'
  await expect(rowsOf(`SELECT c.id AS a, m.id AS b ${pairs};`)).rejects.toThrow('The query makes more than 40 rows')
})
