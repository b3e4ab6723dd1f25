/** Random pull queries that join tables, with and without indexes on the joined columns, against SQLite. */
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { directoryOfEachTest } from '../support/directory-of-each-test.ts'
import { TestEngine } from '../support/engine.ts'
import { Random, seeds } from '../support/seeds.ts'

vi.setConfig({ hookTimeout: 60_000 })

const TABLES = ['A', 'B', 'C'] as const
const QUERIES = 50

const directory = directoryOfEachTest()
let test: TestEngine
let database: DatabaseSync
beforeEach(async () => {
  test = await TestEngine.openDurable(directory.path)
  database = new DatabaseSync(':memory:')
})
afterEach(async () => {
  database.close()
  await test.close()
})

async function fill(random: Random): Promise<void> {
  for (const table of TABLES) {
    await test.execute(`
      CREATE TABLE ${table}_rows (id INT PRIMARY KEY, n INT, s STRING) WITH (kafka_topic='${table}_rows', value_format='JSON', partitions=2);
      CREATE TABLE ${table} AS SELECT * FROM ${table}_rows;`)
    database.exec(`CREATE TABLE ${table} (id, n, s)`)
    const rows = Array.from({ length: 12 }, (_, id) => {
      const n = random.chance(0.2) ? 'NULL' : random.integer(0, 12)
      const s = random.chance(0.2) ? 'NULL' : random.pick(["'a'", "'b'", "'it''s'", "''"])
      return `(${id}, ${n}, ${s})`
    }).filter(() => random.chance(0.7))
    if (rows.length === 0) continue
    await test.execute(`INSERT INTO ${table}_rows VALUES ${rows.join(', ')};`)
    database.exec(`INSERT INTO ${table} VALUES ${rows.join(', ')}`)
  }
  for (const table of TABLES) {
    for (const column of ['n', 's']) {
      if (random.chance(0.4)) await test.execute(`CREATE INDEX ${table}_${column} ON ${table} (${column});`)
    }
  }
  await test.settled()
  await expect
    .poll(async () => JSON.stringify(await test.execute('SHOW INDEXES;')), { timeout: 60_000 })
    .not.toContain('BUILDING')
}

/** SQLite joins from the left, and each table is joined to one before it. */
function randomQuery(random: Random): string {
  const tables = random.pick([
    ['A', 'B'],
    ['A', 'B', 'C'],
    ['C', 'A'],
    ['B', 'C', 'A'],
  ] as const)
  const joins = tables.slice(1).map((table, i) => {
    const other = random.pick(tables.slice(0, i + 1))
    const type = random.pick(['JOIN', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'])
    const [mine, theirs] = random.pick([
      ['id', 'id'],
      ['id', 'n'],
      ['n', 'id'],
      ['n', 'n'],
      ['s', 's'],
    ] as const)
    // Two conditions: ksqlDB's own joins are on one, and have bounds of their own.
    return ` ${type} ${table} ON ${table}.${mine} = ${other}.${theirs} AND ${table}.id >= 0`
  })
  const conditions = Array.from({ length: random.integer(0, 2) }, () => {
    const table = random.pick(tables)
    return random.pick([
      `${table}.id = ${random.integer(0, 12)}`,
      `${table}.id IN (1, 3, ${random.integer(0, 12)})`,
      `${table}.n = ${random.integer(0, 12)}`,
      `${table}.s = 'b'`,
      `${table}.s IS NULL`,
      `(${table}.n > 3 OR ${table}.id < 4)`,
      `${table}.n < ${tables[0]}.id`,
    ])
  })
  const columns = tables.map(
    (table) => `${table}.id AS ${table}_id, ${table}.n AS ${table}_n, ${table}.s AS ${table}_s`,
  )
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return `SELECT ${columns.join(', ')} FROM ${tables[0]}${joins.join('')}${where}`
}

const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).sort()

it.each(seeds(2))('pull queries over joins have the rows that SQLite has, seed %d', async (seed) => {
  const random = new Random(seed)
  await fill(random)
  let found = 0
  for (let i = 0; i < QUERIES; i++) {
    const query = randomQuery(random)
    const { rows, end } = await test.rows(`${query};`)
    if (end.reason === 'error') throw end.error
    const expected = database
      .prepare(query)
      .all()
      .map((row) => Object.values(row))
    expect(sorted(rows), query).toEqual(sorted(expected))
    found += rows.length
  }
  expect(found).toBeGreaterThan(0)
})
