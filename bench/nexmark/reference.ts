/** DuckDB as the judge of Nexmark: the same queries over the same events. */
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { fileText } from './queries.ts'

export interface Judgement {
  /** Rows of the reference. */
  readonly rows: number
  /** Rows that are not in the content; rows that are only there; a row that is there twice counts twice. */
  readonly missing: number
  readonly surplus: number
  /** Some of them, as text. */
  readonly examples: readonly string[]
}

const EVENT_COLUMNS = {
  person:
    "{id: 'BIGINT', name: 'VARCHAR', emailAddress: 'VARCHAR', creditCard: 'VARCHAR', city: 'VARCHAR', state: 'VARCHAR', dateTime: 'BIGINT', extra: 'VARCHAR'}",
  auction:
    "{id: 'BIGINT', itemName: 'VARCHAR', description: 'VARCHAR', initialBid: 'BIGINT', reserve: 'BIGINT', dateTime: 'BIGINT', expires: 'BIGINT', seller: 'BIGINT', category: 'BIGINT', extra: 'VARCHAR'}",
  bid: "{auction: 'BIGINT', bidder: 'BIGINT', price: 'BIGINT', channel: 'VARCHAR', url: 'VARCHAR', dateTime: 'BIGINT', extra: 'VARCHAR'}",
  side_input: "{id: 'BIGINT', content: 'VARCHAR'}",
}
const EXAMPLES = 3

interface Column {
  readonly column_name: string
  readonly column_type: string
}

export class Reference {
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  /** `folder`: that of the event files. */
  static async open(folder: string): Promise<Reference> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
    const connection = await instance.connect()
    for (const [name, columns] of Object.entries(EVENT_COLUMNS)) {
      await connection.run(
        `CREATE TABLE ${name} AS SELECT * FROM read_json('${join(folder, `${name}.json`)}', format = 'newline_delimited', columns = ${columns})`,
      )
    }
    return new Reference(connection)
  }

  /** Compares the rows in `path`, lines of JSON, with the query's. */
  async judge(name: string, path: string): Promise<Judgement> {
    await this.#connection.run(`CREATE OR REPLACE TABLE should AS ${fileText('reference', name)}`)
    const columns = await this.#rows<Column>('DESCRIBE should')
    await this.#connection.run(
      `CREATE OR REPLACE TABLE actual AS SELECT ${columns.map(({ column_name }) => column_name).join(', ')} FROM read_json('${path}', format = 'newline_delimited',
         columns = {${columns.map(({ column_name, column_type }) => `${column_name.toUpperCase()}: '${column_type}'`).join(', ')}})`,
    )
    if (name === 'q12') {
      await this.#connection.run(
        'CREATE OR REPLACE TABLE actual AS SELECT bidder, SUM(bid_count) AS bid_count FROM actual GROUP BY bidder',
      )
    }
    const list = columns.map(comparable).join(', ')
    const [rows] = await this.#rows<{ n: bigint }>('SELECT COUNT(*) AS n FROM should')
    const missing = await this.#difference(`SELECT ${list} FROM should EXCEPT ALL SELECT ${list} FROM actual`)
    const surplus = await this.#difference(`SELECT ${list} FROM actual EXCEPT ALL SELECT ${list} FROM should`)
    const examples = [
      ...missing.examples.map((row) => `missing ${row}`),
      ...surplus.examples.map((row) => `surplus ${row}`),
    ]
    return { rows: Number(rows!.n), missing: missing.count, surplus: surplus.count, examples }
  }

  async #difference(query: string): Promise<{ readonly count: number; readonly examples: readonly string[] }> {
    await this.#connection.run(`CREATE OR REPLACE TABLE difference AS ${query}`)
    const [count] = await this.#rows<{ n: bigint }>('SELECT COUNT(*) AS n FROM difference')
    const examples = await this.#rows(`SELECT * FROM difference ORDER BY ALL LIMIT ${EXAMPLES}`)
    return { count: Number(count!.n), examples: examples.map((row) => Object.values(row as object).join(', ')) }
  }

  async #rows<T>(query: string): Promise<T[]> {
    return (await this.#connection.runAndReadAll(query)).getRowObjectsJS() as T[]
  }

  close(): void {
    this.#connection.closeSync()
  }
}

/** A fraction may differ in what comes behind its fourth digit. */
const comparable = ({ column_name, column_type }: Column): string =>
  column_type === 'DOUBLE' || column_type.startsWith('DECIMAL')
    ? `round(CAST(${column_name} AS DOUBLE), 4) AS ${column_name}`
    : column_name
