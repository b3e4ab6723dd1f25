/** Secondary indexes: what pull queries find by them, and what becomes of them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type {
  IndexList,
  QueryDescriptionEntity,
  SourceDescriptionEntity,
} from '../../../src/engine/describe/entities.ts'
import { directoryOfEachTest } from '../../support/directory-of-each-test.ts'
import { TestEngine } from '../../support/engine.ts'

/** Each commit waits for the disk, which other tests use too. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const directory = directoryOfEachTest()
let test: TestEngine
beforeEach(async () => {
  test = await TestEngine.openDurable(directory.path)
})
afterEach(() => test.close())

const TABLES = `
  CREATE STREAM orders (id INT KEY, city STRING, amount DOUBLE, tags ARRAY<STRING>) WITH (kafka_topic='orders', value_format='JSON', partitions=3);
  CREATE TABLE kept AS SELECT id, LATEST_BY_OFFSET(city) AS city, LATEST_BY_OFFSET(amount) AS amount, LATEST_BY_OFFSET(tags) AS tags FROM orders GROUP BY id;
  CREATE TABLE per_city AS SELECT city, COUNT(*) AS n FROM orders GROUP BY city HAVING COUNT(*) > 1;
  CREATE TABLE per_minute AS SELECT city, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY city;`
const ORDERS = `INSERT INTO orders (id, city, amount) VALUES
  (1, 'Oslo', 1), (2, 'Oslo', 2.5), (3, 'Bergen', -0.0), (4, 'Bergen', 7), (5, 'Moss', NULL), (6, NULL, 0), (7, 'Oslo', 7);`

const CITIES = `
  CREATE TABLE city_rows (name STRING PRIMARY KEY, country STRING) WITH (kafka_topic='cities', value_format='JSON', partitions=2);
  CREATE TABLE cities AS SELECT * FROM city_rows;
  INSERT INTO city_rows VALUES ('Oslo', 'NO'), ('Moss', NULL), ('Bergen', 'NO'), ('Ayr', 'SC');`

const CONDITIONS = [
  "city = 'Oslo'",
  "city IN ('Oslo', 'Moss', 'Rome')",
  "city = 'Oslo' AND amount >= 2",
  "city = 'Oslo' AND amount = 7",
  "city > 'Bergen'",
  "city BETWEEN 'Bergen' AND 'Moss'",
  "city < 'Moss' OR city = 'Oslo'",
  "city >= 'Moss' OR city > 'A'",
  "'Oslo' = city AND id > 1",
  'amount = 0',
  'amount > 0',
  'amount < 2.5',
  'amount <= 2.5 AND amount > -1',
  "city = 'Oslo' OR amount = 7",
  "city = 'Oslo' AND city = 'Moss'",
  'city IS NULL',
  "city LIKE 'Os%'",
  "city LIKE 'B_rgen' OR city = 'Moss'",
  "city LIKE 'M%' AND amount IS NULL",
  "UCASE(city) = 'OSLO'",
  'amount > CAST(id AS DOUBLE)',
]

const rowsOf = async (where: string) => {
  const { rows, end } = await test.rows(`SELECT id, city, amount FROM kept WHERE ${where};`)
  if (end.reason === 'error') throw end.error
  return rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))
}

const listed = async () => ((await test.execute('SHOW INDEXES;'))[0] as IndexList).indexes
const ready = () =>
  expect.poll(async () => (await listed()).map(({ state }) => state), { timeout: 30_000 }).not.toContain('BUILDING')

async function answers(): Promise<unknown[]> {
  const all: unknown[] = []
  for (const where of CONDITIONS) all.push(await rowsOf(where))
  return all
}

async function open(): Promise<void> {
  await test.execute(TABLES)
  await test.execute(ORDERS)
  await test.settled()
}

async function restart(): Promise<void> {
  await test.close()
  test = await TestEngine.openDurable(directory.path)
  await test.settled()
}

describe('a pull query by an index', () => {
  it.each(['city', 'amount', 'city, amount', 'amount, id'])(
    'has the rows that it has without one: %s',
    async (columns) => {
      await open()
      const expected = await answers()
      await test.execute(`CREATE INDEX i ON kept (${columns});`)
      await ready()
      expect(await answers()).toEqual(expected)
      await test.execute("INSERT INTO orders (id, city, amount) VALUES (1, 'Moss', 7), (3, NULL, 0), (8, 'Oslo', -1);")
      await test.settled()
      const changed = await answers()
      await restart()
      await ready()
      expect(await answers()).toEqual(changed)
      await test.execute('DROP INDEX i;')
      expect(await answers()).toEqual(changed)
    },
  )

  it('finds rows of a filtered aggregation by a result', async () => {
    await open()
    await test.execute('CREATE INDEX by_n ON per_city (n);')
    await ready()
    const counts = async () => (await test.rows('SELECT city FROM per_city WHERE n = 3;')).rows
    expect(await counts()).toEqual([['Oslo']])
    await test.execute("INSERT INTO orders (id, city) VALUES (9, 'Bergen'), (10, 'Oslo');")
    await test.settled()
    expect(await counts()).toEqual([['Bergen']])
  })

  it('finds each of the first rows of a group, which are kept together, once', async () => {
    await test.execute(TABLES)
    await test.execute(`CREATE TABLE best AS SELECT city, id, amount, ROW_NUMBER() OVER (PARTITION BY city ORDER BY amount DESC, id) AS place
      FROM orders QUALIFY place <= 2;`)
    await test.execute("INSERT INTO orders (id, city, amount) VALUES (1, 'Oslo', 3), (2, 'Oslo', 1), (3, 'Ayr', 2);")
    await test.settled()
    const places = async (where: string) =>
      (await test.rows(`SELECT city, place, id FROM best WHERE ${where};`)).rows.map(String).toSorted()
    const conditions = ['id = 1', 'id > 0', 'id IN (1, 2, 3)', 'id >= 2 AND place = 1', "id = 1 AND city = 'Oslo'"]
    const answersOf = () => Promise.all(conditions.map(places))
    const withoutIndex = await answersOf()
    expect(withoutIndex[1]).toEqual(['Ayr,1,3', 'Oslo,1,1', 'Oslo,2,2'])
    await test.execute('CREATE INDEX by_id ON best (id);')
    await ready()
    expect(await answersOf()).toEqual(withoutIndex)
    await test.execute("INSERT INTO orders (id, city, amount) VALUES (4, 'Oslo', 2), (5, 'Ayr', 1), (1, 'Ayr', 9);")
    await test.settled()
    const changed = await answersOf()
    expect(changed[0]).toEqual(['Ayr,1,1', 'Oslo,1,1'])
    expect(changed[1]).toEqual(['Ayr,1,1', 'Ayr,2,3', 'Oslo,1,1', 'Oslo,2,4'])
    await restart()
    await ready()
    expect(await answersOf()).toEqual(changed)
  })
})

describe('an index', () => {
  it('goes with its table, and stays with its command log', async () => {
    await open()
    await test.execute('CREATE INDEX i ON kept (city); CREATE INDEX IF NOT EXISTS i ON kept (amount);')
    await ready()
    await restart()
    expect(await listed()).toMatchObject([{ name: 'I', table: 'KEPT', columns: ['CITY'] }])
    const [described] = (await test.execute('DESCRIBE kept;')) as [SourceDescriptionEntity]
    expect(described.sourceDescription.indexes).toMatchObject([{ name: 'I' }])
    await test.execute('DROP TABLE kept;')
    expect(await listed()).toEqual([])
  })

  it('is kept by a new version of the table that has its columns, and refuses one that has not', async () => {
    await open()
    await test.execute('CREATE INDEX i ON kept (city);')
    await ready()
    const latest = 'LATEST_BY_OFFSET(city) AS city, LATEST_BY_OFFSET(amount) AS amount, LATEST_BY_OFFSET(tags) AS tags'
    await test.execute(`CREATE OR REPLACE TABLE kept AS SELECT id, ${latest}, COUNT(*) AS n FROM orders GROUP BY id;`)
    await test.execute("INSERT INTO orders (id, city, amount) VALUES (1, 'Rome', 1);")
    await test.settled()
    await ready()
    expect(await rowsOf("city = 'Rome'")).toEqual([[1, 'Rome', 1]])
    expect(await rowsOf("city = 'Oslo'")).toEqual([
      [2, 'Oslo', 2.5],
      [7, 'Oslo', 7],
    ])
    await expect(
      test.execute('CREATE OR REPLACE TABLE kept AS SELECT id, COUNT(*) AS n FROM orders GROUP BY id;'),
    ).rejects.toThrow(/DROP INDEX/)
  })

  it.each([
    ['CREATE INDEX i ON kept (nothing);', /Column NOTHING does not exist in KEPT/],
    ['CREATE INDEX i ON nothing (city);', /NOTHING does not exist/],
    ['CREATE INDEX i ON orders (city);', /ORDERS is a stream/],
    ['CREATE INDEX i ON per_minute (n);', /PER_MINUTE is windowed/],
    ['CREATE INDEX i ON kept (tags);', /Column TAGS is of type ARRAY<STRING>, whose values have no order/],
    ['CREATE INDEX i ON kept (city, city);', /Column CITY stands twice/],
    ['CREATE INDEX i ON kept (id);', /would begin with the whole key of KEPT \(ID\)/],
    ['CREATE INDEX i ON kept (city); CREATE INDEX i ON kept (amount);', /Index I exists already, on KEPT \(CITY\)/],
    ['CREATE INDEX i ON kept (city); CREATE INDEX j ON kept (city);', /Index I has these columns of KEPT already/],
    ['DROP INDEX nothing;', /Index NOTHING does not exist/],
  ])('is refused with a reason: %s', async (sql, message) => {
    await test.execute(TABLES)
    await expect(test.execute(sql)).rejects.toThrow(message)
  })
})

describe('EXPLAIN of a pull query', () => {
  const access = async (sql: string) => {
    const [answer] = (await test.execute(sql)) as [QueryDescriptionEntity]
    return answer.queryDescription.access
  }

  it('says how the rows are found, and what would help', async () => {
    await open()
    expect(await access('EXPLAIN SELECT * FROM kept WHERE id IN (1, 2);')).toEqual([
      { source: 'KEPT', path: 'key lookup (2 keys)' },
    ])
    expect(await access('EXPLAIN SELECT * FROM kept WHERE id > 2;')).toEqual([{ source: 'KEPT', path: 'key range' }])
    expect(await access('EXPLAIN SELECT * FROM kept;')).toEqual([{ source: 'KEPT', path: 'full scan' }])
    expect(await access("EXPLAIN SELECT * FROM kept WHERE city = 'Oslo' AND UCASE(city) = 'OSLO';")).toEqual([
      { source: 'KEPT', path: 'full scan', advice: expect.stringContaining('CREATE INDEX') },
    ])
    expect(await access('EXPLAIN SELECT * FROM orders WHERE id = 1;')).toEqual([
      { source: 'ORDERS', path: 'whole topic' },
    ])
    await test.execute('CREATE INDEX i ON kept (city);')
    await ready()
    expect(await access("EXPLAIN SELECT COUNT(*) AS n FROM kept WHERE city = 'Oslo';")).toEqual([
      { source: 'KEPT', path: 'index I' },
    ])
  })

  it('counts the rows that it looks at', async () => {
    await open()
    const sql = "EXPLAIN ANALYZE SELECT * FROM kept WHERE city = 'Oslo' AND amount > 1;"
    expect(await access(sql)).toMatchObject([{ path: 'full scan', rowsRead: 7 }])
    await test.execute('CREATE INDEX i ON kept (city);')
    await ready()
    await restart()
    await ready()
    expect(await access(sql)).toMatchObject([{ path: 'index I', rowsRead: 3 }])
    expect(await access("EXPLAIN ANALYZE SELECT * FROM kept WHERE city LIKE 'Be%n';")).toMatchObject([
      { path: 'index I', rowsRead: 2 },
    ])
    await expect(test.execute('EXPLAIN ANALYZE SELECT * FROM orders;')).rejects.toThrow(
      /takes the id of a running query/,
    )
  })

  it('shows which tables of a join are looked up by values of another', async () => {
    await open()
    await test.execute(CITIES)
    await test.settled()
    const byKey = 'SELECT k.id, c.country FROM kept k LEFT JOIN cities c ON k.city = c.name WHERE k.id = 2;'
    expect(await access(`EXPLAIN ANALYZE ${byKey}`)).toEqual([
      { source: 'KEPT', path: 'key lookup (1 key)', rowsRead: 1 },
      { source: 'CITIES', path: 'key lookup (values of KEPT.CITY)', rowsRead: 1 },
    ])
    expect((await test.rows(byKey)).rows).toEqual([[2, 'NO']])
    const byIndex =
      "SELECT c.name, k.id FROM kept k JOIN cities c ON k.city = c.name WHERE c.name = 'Bergen' ORDER BY k.id;"
    expect(await access(`EXPLAIN ANALYZE ${byIndex}`)).toEqual([
      { source: 'CITIES', path: 'key lookup (1 key)', rowsRead: 1 },
      { source: 'KEPT', path: 'full scan', rowsRead: 7, advice: expect.stringContaining('ON `KEPT` (`CITY`);') },
    ])
    await test.execute('CREATE INDEX i ON kept (city);')
    await ready()
    await restart()
    await ready()
    expect(await access(`EXPLAIN ANALYZE ${byIndex}`)).toEqual([
      { source: 'CITIES', path: 'key lookup (1 key)', rowsRead: 1 },
      { source: 'KEPT', path: 'index I (values of CITIES.NAME)', rowsRead: 2 },
    ])
    expect((await test.rows(byIndex)).rows).toEqual([
      ['Bergen', 3],
      ['Bergen', 4],
    ])
    const nothing = "SELECT k.id FROM kept k JOIN cities c ON k.city = c.name WHERE c.name = 'None';"
    expect(await access(`EXPLAIN ANALYZE ${nothing}`)).toMatchObject([{ rowsRead: 0 }, { rowsRead: 0 }])
    expect((await test.rows(nothing)).rows).toEqual([])
  })

  it('does not take a condition on a row that a join may fill with NULLs for one on the table', async () => {
    await open()
    await test.execute(CITIES)
    await test.settled()
    const sql = 'SELECT k.id FROM kept k LEFT JOIN cities c ON k.city = c.name WHERE c.country IS NULL ORDER BY k.id;'
    expect((await test.rows(sql)).rows).toEqual([[5], [6]])
  })

  it('reads what a query within the query needs, too', async () => {
    await open()
    const sql = 'SELECT id FROM kept WHERE id > 1 AND city IN (SELECT city FROM kept WHERE id = 1) ORDER BY id;'
    expect((await test.rows(sql)).rows).toEqual([[2], [7]])
    expect(await access(`EXPLAIN ANALYZE ${sql}`)).toMatchObject([{ source: 'KEPT', path: 'full scan', rowsRead: 7 }])
  })
})
