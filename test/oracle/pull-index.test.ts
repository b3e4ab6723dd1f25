/** Random pull queries on two tables of the same rows, one of which has indexes: their answers are equal, before commits, after them, and after a restart. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { directoryOfEachTest } from '../support/directory-of-each-test.ts'
import { TestEngine } from '../support/engine.ts'
import { Random, seeds } from '../support/seeds.ts'

vi.setConfig({ hookTimeout: 60_000 })

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  A: ['0', '1', '2', '-1', '1.5', '2147483648'],
  B: ['0', '1', '9007199254740993', '-5', '1e0'],
  C: ["''", "'a'", "'ab'", "'b'", "'a%'", "'é'", "'\u{1f600}'", "'￿'"],
  D: ['0', '-0.0', '0.5', '1', '1.5e0', '-2', '0.1'],
  E: ['0', '1', '1.50', '1.501', '-0.25'],
  F: ['true', 'false'],
  G: ["'2024-01-01T00:00:00.000'", "'2024-02-01'", "'2023-12-31T23:59:59.999'"],
}
const NAMES = Object.keys(COLUMNS)
const TYPES = 'a INT, b BIGINT, c STRING, d DOUBLE, e DECIMAL(9, 2), f BOOLEAN, g TIMESTAMP'
/** Values that the columns can have, of those that are compared. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  ...COLUMNS,
  A: ['0', '1', '2', '-1'],
  B: ['0', '1', '9007199254740993', '-5'],
  E: ['0', '1', '1.50', '-0.25'],
}
const INDEXES = ['a', 'b', 'c', 'd', 'e, a', 'g', 'f, c', 'c, d, b']

const directory = directoryOfEachTest()
let test: TestEngine
beforeEach(async () => {
  test = await TestEngine.openDurable(directory.path)
})
afterEach(() => test.close())

function comparison(random: Random): string {
  const column = random.pick(NAMES)
  const value = () => random.pick(COLUMNS[column]!)
  if (column === 'F') return `F = ${value()}`
  if (column === 'C' && random.chance(0.4))
    return `C LIKE ${random.pick(["'a%'", "'ab'", "'%b'", "'_'", "'a!%%' ESCAPE '!'", "'\u{1f600}%'", "'￿%'", "'é_%'", "''"])}`
  switch (random.integer(0, 5)) {
    case 0:
      return `${column} IN (${value()}, ${value()}, ${value()})`
    case 1:
      return `${column} BETWEEN ${value()} AND ${value()}`
    case 2:
      return `${value()} ${random.pick(['<', '>=', '='])} ${column}`
    case 3:
      return `${column} ${random.pick(['<', '<=', '>', '>=', '<>'])} ${value()}`
    default:
      return `${column} = ${value()}`
  }
}

function condition(random: Random, depth: number): string {
  if (depth === 0 || random.integer(0, 2) === 0) return comparison(random)
  return `(${condition(random, depth - 1)} ${random.pick(['AND', 'AND', 'OR'])} ${condition(random, depth - 1)})`
}

function changes(random: Random, count: number): string {
  const rows = Array.from({ length: count }, () => {
    const values = NAMES.map((name) => (random.integer(0, 6) === 0 ? 'NULL' : random.pick(FITTING[name]!)))
    return `(${random.integer(0, 40)}, ${values.join(', ')})`
  })
  return `INSERT INTO source (id, ${NAMES.join(', ')}) VALUES ${rows.join(', ')};`
}

const ready = () =>
  expect
    .poll(async () => JSON.stringify(await test.execute('SHOW INDEXES;')), { timeout: 60_000 })
    .not.toContain('BUILDING')

/** Sorted by key; a refusal is an answer, too. */
async function answer(table: string, where: string): Promise<unknown> {
  try {
    const { rows, end } = await test.rows(`SELECT * FROM ${table} WHERE ${where};`)
    if (end.reason === 'error') throw end.error
    return rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))
  } catch (error) {
    return (error as Error).message.replaceAll(/INDEXED|PLAIN/g, '')
  }
}

it.each(seeds(1))('answers by an index are those of a scan, seed %d', async (seed) => {
  const random = new Random(seed)
  await test.execute(`
    CREATE TABLE source (id INT PRIMARY KEY, ${TYPES}) WITH (kafka_topic='source', value_format='JSON', partitions=2);
    CREATE TABLE plain AS SELECT * FROM source;
    CREATE TABLE indexed AS SELECT * FROM source;`)
  await test.execute(changes(random, 40))
  for (const [i, columns] of INDEXES.entries()) {
    if (random.chance(0.7)) await test.execute(`CREATE INDEX i${i} ON indexed (${columns});`)
  }
  let found = 0
  for (let round = 0; round < 3; round++) {
    await test.execute(changes(random, 10))
    await test.settled()
    if (round === 1) {
      await test.close()
      test = await TestEngine.openDurable(directory.path)
      await test.settled()
    }
    if (round > 0) await ready()
    for (let i = 0; i < 40; i++) {
      const where = condition(random, 2)
      const expected = await answer('plain', where)
      expect(await answer('indexed', where), where).toEqual(expected)
      if (Array.isArray(expected)) found += expected.length
    }
  }
  expect(found).toBeGreaterThan(0)
})
