/** The random changes: a query, another version of it, two queries that read its result, and what must hold afterwards. */
import type { FaultServer } from '../support/server.ts'

export const SOURCES = `
  CREATE STREAM s (k STRING KEY, id BIGINT, v INT, w INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);
  CREATE TABLE t (k STRING PRIMARY KEY, name STRING) WITH (kafka_topic='t', value_format='JSON', partitions=2);
  CREATE STREAM placed AS SELECT k, id, v, w, ROWPARTITION AS p, ROWOFFSET AS o FROM s;`

export const KEYS = 40

/** A row of the source with its place. */
export interface SourceRow {
  readonly partition: number
  readonly offset: number
  readonly key: string
  readonly id: number
  readonly v: number
  readonly w: number
}

/** Changes after which the new version takes the place of the running one. */
export const SWITCHED = ['filter', 'column', 'aggregate', 'window', 'join', 'tableFilter'] as const
/** `key`: another key, which needs a new topic. */
export const KINDS = [...SWITCHED, 'key'] as const
export type ChangeKind = (typeof KINDS)[number]

export interface Change {
  readonly name: string
  readonly kind: ChangeKind
  /** The first version, and the queries that read its result. */
  readonly create: readonly string[]
  readonly replace: string
  /** The second version as a new query, for comparison; where the result is a stream, a copy of it with the places of its records. */
  readonly fresh: string
  readonly isStream: boolean
  /** Names of the streams and tables of the queries that read the result. */
  readonly readers: readonly string[]
  /** For streams: whether a row of the source is in the result, by version. */
  readonly passes: readonly [(row: SourceRow) => boolean, (row: SourceRow) => boolean]
}

const always = (): boolean => true

/** `random`: in [0, 1). */
export function randomChange(index: number, kinds: readonly ChangeKind[], random: () => number): Change {
  const kind = kinds[Math.floor(random() * kinds.length)]!
  const name = `D${index}`
  const [a, b] = [Math.floor(random() * 100), Math.floor(random() * 100)]
  const stream = (first: string, second: string, passes: Change['passes']): Change => ({
    name,
    kind,
    create: [
      `CREATE STREAM ${name} AS ${first};`,
      `CREATE STREAM E${index} AS SELECT k, id FROM ${name};`,
      `CREATE TABLE N${index} AS SELECT k, COUNT(*) AS n FROM ${name} GROUP BY k;`,
    ],
    replace: `CREATE OR REPLACE STREAM ${name} WITH (START='latest') AS ${second};`,
    fresh: `CREATE STREAM F${index} AS SELECT k, id, ROWPARTITION AS p, ROWOFFSET AS o FROM ${name};`,
    isStream: true,
    readers: [`E${index}`, `N${index}`],
    passes,
  })
  const table = (first: string, second: string): Change => ({
    name,
    kind,
    create: [
      `CREATE TABLE ${name} AS ${first};`,
      `CREATE TABLE E${index} AS SELECT k, n FROM ${name};`,
      `CREATE TABLE N${index} AS SELECT n % 5 AS m, COUNT(*) AS c FROM ${name} GROUP BY n % 5;`,
    ],
    replace: `CREATE OR REPLACE TABLE ${name} WITH (START='earliest') AS ${second};`,
    fresh: `CREATE TABLE F${index} AS ${second};`,
    isStream: false,
    readers: [`E${index}`, `N${index}`],
    passes: [always, always],
  })
  switch (kind) {
    case 'filter':
      return stream(`SELECT k, id, v FROM s WHERE v < ${a}`, `SELECT k, id, v FROM s WHERE v >= ${b}`, [
        ({ v }) => v < a,
        ({ v }) => v >= b,
      ])
    case 'column':
      return stream('SELECT k, id, v, w FROM s', 'SELECT k, id, v + w AS sum FROM s', [always, always])
    case 'join':
      return stream('SELECT k, id, v FROM s', 'SELECT s.k AS k, id, name FROM s JOIN t ON s.k = t.k', [
        always,
        ({ key }) => Number(key.slice(1)) % 2 === 0,
      ])
    case 'aggregate':
      return table(
        'SELECT k, COUNT(*) AS n FROM s GROUP BY k',
        'SELECT k, SUM(CAST(v AS BIGINT)) AS n FROM s GROUP BY k',
      )
    case 'tableFilter':
      return table(
        `SELECT k, COUNT(*) AS n FROM s WHERE v < ${a} GROUP BY k`,
        `SELECT k, COUNT(*) AS n FROM s WHERE v >= ${b} GROUP BY k HAVING COUNT(*) % 2 = 0`,
      )
    case 'window':
      return windowed(index, name, kind)
    case 'key':
      return table('SELECT k, COUNT(*) AS n FROM s GROUP BY k', 'SELECT w, COUNT(*) AS n FROM s GROUP BY w')
  }
}

function windowed(index: number, name: string, kind: ChangeKind): Change {
  const over = (advance: number) =>
    `SELECT k, COUNT(*) AS n FROM s WINDOW HOPPING (SIZE 20 SECONDS, ADVANCE BY ${advance} SECONDS, GRACE PERIOD 1 DAY) GROUP BY k`
  return {
    name,
    kind,
    create: [
      `CREATE TABLE ${name} AS ${over(10)};`,
      `CREATE STREAM W${index} (k STRING KEY, n BIGINT) WITH (kafka_topic='${name}', value_format='JSON', window_type='HOPPING', window_size='20 SECONDS');`,
      `CREATE STREAM E${index} AS SELECT k, n FROM W${index} WHERE n > 0;`,
      `CREATE STREAM N${index} AS SELECT k, n + 1 AS m FROM W${index};`,
    ],
    replace: `CREATE OR REPLACE TABLE ${name} AS ${over(5)};`,
    fresh: `CREATE TABLE F${index} AS ${over(5)};`,
    isStream: false,
    readers: [`E${index}`, `N${index}`],
    passes: [always, always],
  }
}

/** What must hold of a change once everything is processed; a text for each thing that does not. */
export async function checkChange(
  change: Change,
  source: readonly SourceRow[],
  server: FaultServer,
): Promise<string[]> {
  const { name, kind, isStream, readers } = change
  if (isStream) return checkStream(change, source, server)
  const select = kind === 'window' ? 'k, WINDOWSTART, n' : kind === 'key' ? 'w, n' : 'k, n'
  const fresh = await rows(server, `SELECT ${select} FROM F${name.slice(1)};`)
  const changed = kind === 'key' ? `${name}_NEW` : name
  const failures = same(`${changed} (${kind})`, await rows(server, `SELECT ${select} FROM ${changed};`), fresh)
  const result = kind === 'key' ? counted(source.map(({ key }) => key)) : fresh
  const [first, second] = [readers[0]!, readers[1]!]
  const firstRows = await server.pull(`SELECT k, n FROM ${first};`)
  if (kind === 'window') {
    const next = (await server.pull(`SELECT k, m FROM ${second};`)).map(([k, m]) => [k, Number(m) - 1])
    return [...failures, ...same(second, sorted(next), sorted(firstRows))]
  }
  // A group that has lost all its rows stays with a count of 0, as in ksqlDB.
  const groups = (await server.pull(`SELECT m, c FROM ${second};`)).filter(([, count]) => count !== 0)
  const remainders = firstRows.map(([, n]) => Number(n) % 5)
  return [...failures, ...same(first, sorted(firstRows), result), ...same(second, sorted(groups), counted(remainders))]
}

/** Up to a place of each partition the result has what the first version passes, from there on what the second passes, in order. */
async function checkStream(change: Change, source: readonly SourceRow[], server: FaultServer): Promise<string[]> {
  const { name, kind, readers, passes } = change
  const written = await server.pull(`SELECT p, o, id, k FROM F${name.slice(1)};`)
  const failures: string[] = []
  for (const partition of [0, 1]) {
    const ids = written
      .filter(([place]) => place === partition)
      .toSorted((x, y) => Number(x[1]) - Number(y[1]))
      .map(([, , id]) => Number(id))
    const rowsOf = source.filter((row) => row.partition === partition).toSorted((x, y) => x.offset - y.offset)
    if (!isHandover(ids, rowsOf, passes)) {
      failures.push(
        `${name} (${kind}), partition ${partition}: ${ids.length} records are no prefix of one version and rest of the other`,
      )
    }
  }
  const copies = await rows(server, `SELECT id FROM ${readers[0]!};`)
  failures.push(...same(readers[0]!, copies, sorted(written.map(([, , id]) => [id]))))
  const counts = await rows(server, `SELECT k, n FROM ${readers[1]!};`)
  failures.push(...same(readers[1]!, counts, counted(written.map(([, , , k]) => k))))
  return failures
}

/** Whether the ids are those of the first version up to some row, and those of the second from it on. */
function isHandover(ids: readonly number[], source: readonly SourceRow[], [first, second]: Change['passes']): boolean {
  const suffix = source.filter(second).length
  let before = 0
  let after = suffix
  for (let i = 0; i <= source.length; i++) {
    if (before + after === ids.length) {
      const expected = [...source.slice(0, i).filter(first), ...source.slice(i).filter(second)]
      if (expected.every(({ id }, at) => id === ids[at])) return true
    }
    const row = source[i]
    if (row === undefined) break
    if (first(row)) before++
    if (second(row)) after--
  }
  return false
}

const sorted = (all: readonly (readonly unknown[])[]): string[] => all.map((row) => JSON.stringify(row)).toSorted()

/** Each value with the number of its places. */
function counted(values: readonly unknown[]): string[] {
  const counts = new Map<unknown, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return sorted([...counts])
}

const rows = async (server: FaultServer, sql: string): Promise<string[]> => sorted(await server.pull(sql))

function same(what: string, got: readonly string[], expected: readonly string[]): string[] {
  if (got.length === expected.length && got.every((row, i) => row === expected[i])) return []
  const missing = expected.filter((row) => !got.includes(row)).slice(0, 3)
  const extra = got.filter((row) => !expected.includes(row)).slice(0, 3)
  return [
    `${what}: ${got.length} rows and not ${expected.length}; missing ${missing.join(' ')}; too many ${extra.join(' ')}`,
  ]
}
