/**
 * Continuous queries against SQLite, which runs the same SELECT over the rows so far. The world has one stream and two tables; the data has NULLs,
 * equal values, updates and deletes.
 */
import { DatabaseSync } from 'node:sqlite'
import { NO_CALLER } from '../../src/functions/user-functions.ts'
import { EMPTY_METASTORE, type Metastore, putSource } from '../../src/metastore/metastore.ts'
import type { PlanContext } from '../../src/plan/builder.ts'
import type { PhysicalPlan } from '../../src/plan/physical-plan.ts'
import { planCreateAs } from '../../src/plan/queries/persistent-query.ts'
import { planCreateSource } from '../../src/plan/statements/create-source.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import type { Row } from '../../src/types/value.ts'
import { FUNCTIONS, PartitionedDriver } from './partitioned-driver.ts'
import type { Random } from './seeds.ts'

/** `T` and `U` are tables, `S` and `R` streams; their first column is the key, and `TS` is never the same twice in a source. */
const SOURCES = {
  S: ['ID', 'A', 'B', 'TS'],
  R: ['ID', 'A', 'B', 'TS'],
  T: ['ID', 'A', 'B', 'TS'],
  U: ['ID', 'A', 'B', 'TS'],
} as const
type SourceName = keyof typeof SOURCES

const isTable = (name: string): boolean => name === 'T' || name === 'U'

const CONTEXT: PlanContext = {
  metastore: EMPTY_METASTORE,
  functions: FUNCTIONS,
  partitions: () => 1,
  config: () => undefined,
}

const metastore: Metastore = Object.keys(SOURCES).reduce<Metastore>((store, name) => {
  const kind = isTable(name) ? 'TABLE' : 'STREAM'
  const key = isTable(name) ? 'PRIMARY KEY' : 'KEY'
  const sql =
    `CREATE ${kind} ${name} (ID INT ${key}, A INT, B INT, TS BIGINT) ` +
    `WITH (kafka_topic='${name}', value_format='JSON', key_format='KAFKA', partitions=1);`
  return putSource(store, planCreateSource(statementOf(sql, 'createSource'), { ...CONTEXT, metastore: store }).source)
}, EMPTY_METASTORE)

function statementOf<Kind extends 'createSource' | 'createAs'>(sql: string, kind: Kind) {
  const [statement] = parseStatements(sql)
  if (statement?.kind !== kind) throw new Error(`not a ${kind}: ${sql}`)
  return statement as Extract<typeof statement, { kind: Kind }>
}

/** The plan of `CREATE TABLE|STREAM O AS query`, and the names of its columns, key first. */
export function planOf(
  sql: string,
  functions: Metastore['functions'] = metastore.functions,
): { readonly plan: PhysicalPlan; readonly names: readonly string[] } {
  const { plan, source } = planCreateAs(statementOf(sql, 'createAs'), 'Q', {
    ...CONTEXT,
    functions: FUNCTIONS.withUsers([...functions.values()].flat(), NO_CALLER),
    metastore: { ...metastore, functions },
  })
  return { plan, names: [...source.schema.key, ...source.schema.value].map(({ name }) => name) }
}

export interface OracleCase {
  /** A table of this query is made. */
  readonly query: string
  /** The same in SQLite's words, where they differ. */
  readonly sqlite?: string
  /** User-defined functions that the query may call. */
  readonly functions?: Metastore['functions']
}

/** Throws where the content of the continuous result differs from the query over the rows so far, or state is left when all rows are gone. */
export function checkAgainstSqlite({ query, sqlite = query, functions }: OracleCase, random: Random): void {
  const kind = 'TABLE'
  const { plan, names } = planOf(`CREATE ${kind} O AS ${query};`, functions)
  const partitions = random.pick([1, 3])
  const driver = new PartitionedDriver({
    plan,
    partitions,
    random: (below) => random.integer(0, below - 1),
    coalesces: random.chance(0.5),
  })
  const database = openDatabase()
  const used = Object.keys(SOURCES).filter((name) => plan.sources.includes(name)) as SourceName[]
  const present = new Map<SourceName, Set<number>>(used.map((name) => [name, new Set()]))
  let time = 0
  const change = (name: SourceName, id: number, row: Row | null): void => {
    driver.send(name, { key: [id], value: row, timestamp: time })
    if (isTable(name)) database.prepare(`DELETE FROM ${name} WHERE ID = ?`).run(id)
    if (row === null) present.get(name)!.delete(id)
    else {
      present.get(name)!.add(id)
      database.prepare(`INSERT INTO ${name} VALUES (?, ?, ?, ?)`).run(id, ...(row as number[]))
    }
  }
  const compare = (when: string): void => {
    driver.finish()
    const expected = database
      .prepare(sqlite)
      .all()
      .map((row) => Object.values(row) as Row)
    const expectedNames = database
      .prepare(sqlite)
      .columns()
      .map(({ name }) => name)
    const actual = driver.table()
    const difference = differenceOf(actual, names, expected, expectedNames)
    if (difference !== null) throw new Error(`${when} (${partitions} partitions), ${query}\n${difference}`)
  }
  const steps = random.integer(5, 60)
  for (let step = 0; step < steps; step++) {
    const name = random.pick(used)
    const id = random.integer(0, 5)
    time += random.integer(0, 3)
    const isDelete = isTable(name) && random.chance(0.25)
    const small = () => (random.chance(0.15) ? null : random.integer(0, 3))
    change(name, id, isDelete ? null : [small(), small(), step])
    driver.advance(random.integer(0, 6))
    if (random.chance(0.03)) driver.restart()
    if (random.chance(0.1)) compare(`after step ${step}`)
  }
  compare('at the end')
  if (!used.every(isTable)) return
  for (const [name, ids] of present) for (const id of [...ids]) change(name, id, null)
  compare('without rows')
  const left = Object.keys(driver.stateSizes())
  if (left.length > 0) throw new Error(`State is left when all rows are gone: ${left.join(', ')}; ${query}`)
}

function openDatabase(): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  for (const [name, columns] of Object.entries(SOURCES)) database.exec(`CREATE TABLE ${name} (${columns.join(', ')})`)
  return database
}

/** Rows as texts, with their columns by name; those with a NULL in the key are in no table. */
function differenceOf(
  actual: readonly Row[],
  names: readonly string[],
  expected: readonly Row[],
  expectedNames: readonly string[],
): string | null {
  const order = [...names].sort()
  const texts = (rows: readonly Row[], of: readonly string[]): string[] =>
    rows.map((row) => JSON.stringify(order.map((name) => rounded(row[of.indexOf(name)] ?? null)))).sort()
  const [is, should] = [
    texts(actual, names),
    texts(
      expected,
      expectedNames.map((name) => name.toUpperCase()),
    ),
  ]
  if (JSON.stringify(is) === JSON.stringify(should)) return null
  return `columns ${order.join(', ')}\nis     ${is.join(' ')}\nshould ${should.join(' ')}`
}

const rounded = (value: Row[number]): unknown => (typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value)
