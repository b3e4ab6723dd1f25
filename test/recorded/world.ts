/** What stands around a recorded command log: the records of its sources, and what its definitions and tables are to look like. */
import type { RowStream } from '../../src/engine/api.ts'
import { collect, type TestEngine } from '../support/engine.ts'

/** Tables whose rows are compared, where the log has them. */
export const TABLES = [
  'totals',
  'hourly',
  'sessions',
  'rich',
  'by_count',
  'known',
  'located',
  'whos',
  'common',
  'ranked',
  'cities_read',
  'busiest',
  'amounts',
]

export const INPUTS = `
  INSERT INTO people (who, city) VALUES ('ann', 'Ayr'), ('bob', 'Ely'), ('eve', 'Ayr');
  INSERT INTO cities (city, country) VALUES ('Ayr', 'Scotland'), ('Ely', 'England');
  INSERT INTO orders (ROWTIME, id, who, amount, tags) VALUES
    (1000, '1', 'ann', 12, ARRAY['a', 'b']), (2000, '2', 'bob', 20, ARRAY['c']), (3000, '3', 'ann', 30, ARRAY['a']), (4000000, '4', 'cyd', 1, ARRAY['d']);
  INSERT INTO shipments (ROWTIME, id, company, weight) VALUES (1500, '1', 'fast', 5), (2500, '3', 'slow', 7);`

export interface Definitions {
  readonly types: unknown
  readonly streams: readonly string[]
  readonly tables: readonly string[]
  readonly indexes: readonly string[]
  readonly queries: readonly { readonly id: string; readonly state: string; readonly statement: string }[]
}

export async function definitions(engine: TestEngine): Promise<Definitions> {
  const [types, streams, tables, queries, indexes] = (await engine.execute(
    'SHOW TYPES; SHOW STREAMS; SHOW TABLES; SHOW QUERIES; SHOW INDEXES;',
  )) as unknown as [
    { types: unknown },
    { streams: { name: string }[] },
    { tables: { name: string }[] },
    { queries: { id: string; state: string; queryString: string }[] },
    { indexes: { statement: string }[] },
  ]
  const named = (all: { name: string }[]) => all.map(({ name }) => name).sort()
  return {
    types: types.types,
    streams: named(streams.streams),
    tables: named(tables.tables),
    indexes: indexes.indexes.map(({ statement }) => statement).sort(),
    queries: queries.queries
      .map(({ id, state, queryString }) => ({ id, state, statement: queryString }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

export type Rows = Readonly<Record<string, readonly string[]>>

/** Rows of the tables as text, sorted. */
export async function tableRows(engine: TestEngine, tables: readonly string[]): Promise<Rows> {
  const rows: Record<string, readonly string[]> = {}
  for (const table of tables) {
    const { items } = await collect((await engine.engine.openQuery({ sql: `SELECT * FROM ${table};` })) as RowStream)
    rows[table] = items.map((item) => JSON.stringify((item as { row: unknown }).row, plain)).sort()
  }
  return rows
}

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
