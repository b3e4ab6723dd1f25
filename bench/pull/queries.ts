/** The table that pull queries are measured on, and the queries. */

export const QUERY_KINDS = ['key', 'range', 'column'] as const
export type QueryKind = (typeof QUERY_KINDS)[number]

/** Queries that differ in the rows that they look up. */
export interface PullQueries {
  readonly kind: QueryKind
  /** Rows of the table. */
  readonly keys: number
}

export const TABLE_SQL = `
  CREATE TABLE source (k STRING PRIMARY KEY, v STRING, n INT) WITH (kafka_topic='t', value_format='JSON', partitions=2);
  CREATE TABLE t AS SELECT * FROM source;`
export const INDEX_SQL = 'CREATE INDEX by_n ON t (n);'
/** What is inserted while times are measured, and the table that is kept of it. */
export const EVENTS_SQL = `
  CREATE STREAM events (id STRING KEY, v STRING, n INT) WITH (kafka_topic='e', value_format='JSON', partitions=2);
  CREATE TABLE counts AS SELECT id, COUNT(*) AS c FROM events GROUP BY id;`

const ROWS_OF_RANGE = 100

export const rowsOf = (keys: number): object[] =>
  Array.from({ length: keys }, (_, i) => ({ K: keyOf(i), V: textOf(i), N: i }))

export interface PullQuery {
  readonly sql: string
  /** Values that its answer has, as JSON. */
  readonly found: readonly string[]
}

/** The query of that number; numbers that follow each other look up rows that lie far apart. */
export function queryOf({ kind, keys }: PullQueries, index: number): PullQuery {
  const rows = kind === 'range' ? ROWS_OF_RANGE : 1
  const first = (index * 7919) % (keys - rows)
  const last = first + rows - 1
  return {
    sql: `SELECT * FROM t WHERE ${kind === 'column' ? `n = ${first}` : whereKeys(first, last)};`,
    found: [first, last].map((row) => JSON.stringify(textOf(row))),
  }
}

/** The query that finds the rows that were inserted last, so many that each partition has some. */
export function lastRows(keys: number): PullQuery {
  const first = keys - ROWS_OF_RANGE
  return {
    sql: `SELECT * FROM t WHERE ${whereKeys(first, keys - 1)};`,
    found: Array.from({ length: ROWS_OF_RANGE }, (_, i) => JSON.stringify(textOf(first + i))),
  }
}

function whereKeys(first: number, last: number): string {
  return first === last ? `k = '${keyOf(first)}'` : `k >= '${keyOf(first)}' AND k <= '${keyOf(last)}'`
}

/** Keys whose order is that of their numbers. */
const keyOf = (index: number): string => `key${String(index).padStart(7, '0')}`
const textOf = (index: number): string => `value ${index}`
