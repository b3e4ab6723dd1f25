/** DuckDB as the judge: the same query over the rows that are there. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { duckdbColumns, type Plain, SOURCES, type SourceName } from './world.ts'

export interface Content {
  readonly names: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

/** Gives the result of a query over these rows. */
export interface Judge {
  content(query: string, tables: ReadonlyMap<SourceName, readonly (readonly Plain[])[]>): Promise<Content>
}

export class Duckdb implements Judge {
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  static async open(): Promise<Duckdb> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const connection = await instance.connect()
    await connection.run(SOURCES.map((name) => `CREATE TABLE ${name} (${duckdbColumns})`).join(';'))
    return new Duckdb(connection)
  }

  async content(query: string, tables: ReadonlyMap<SourceName, readonly (readonly Plain[])[]>): Promise<Content> {
    // Tables are created again rather than emptied by DELETE, after which DuckDB loses rows: findings/duckdb-limit-after-delete.sh.
    const statements = [...tables].flatMap(([name, rows]) => [
      `CREATE OR REPLACE TABLE ${name} (${duckdbColumns})`,
      ...(rows.length === 0 ? [] : [`INSERT INTO ${name} VALUES ${rows.map(tuple).join(', ')}`]),
    ])
    await this.#connection.run(statements.join(';'))
    const result = await this.#connection.runAndReadAll(query)
    return { names: result.columnNames().map((name) => name.toUpperCase()), rows: result.getRowsJS() }
  }

  close(): void {
    this.#connection.closeSync()
  }
}

const tuple = (row: readonly Plain[]): string =>
  `(${row.map((value) => (value === null ? 'NULL' : typeof value === 'string' ? `'${value}'` : String(value))).join(', ')})`
