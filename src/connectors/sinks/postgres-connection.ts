/**
 * A connection of the sink `postgres`: it makes the tables, reads the position, and runs the statements of a transaction. The position of a
 * partition is a row of `millrace_positions`.
 */
import type { Client } from 'pg'
import type { Column } from '../../types/schema.ts'
import type { SinkContext } from '../connector.ts'
import { OptionError } from '../options.ts'
import { connectPostgres, quotedTable } from '../postgres/postgres-client.ts'
import { isOfTheRows } from '../postgres/postgres-errors.ts'
import { createTable, deleteRows, insertRows, type TargetColumn } from './postgres-table.ts'

const POSITIONS = 'millrace_positions'
const CREATE_POSITIONS = `CREATE TABLE IF NOT EXISTS ${POSITIONS} (
  connector text, topic text, partition integer, next_offset bigint NOT NULL, PRIMARY KEY (connector, topic, partition))`

/** Another task has moved the position: this one is not the owner of the partition any more. */
export class MovedError extends Error {
  override readonly name = 'MovedError'
}

type Place = readonly [connector: string, topic: string, partition: number]

interface ConnectionPlan {
  readonly table: string
  readonly columns: readonly Column[]
  readonly key: readonly string[]
  /** Where the partition begins if it has no position in the target. */
  readonly committed: number
}

/** What is done with rows, each as one statement with the rows for its parameter. */
interface Statements {
  readonly insert: string
  readonly delete: string
}

/** A connection with the table ready and the position known. */
export class Connection {
  /** Offset of the next record that the table does not have. */
  next: number
  readonly #client: Client
  readonly #place: Place
  readonly #statements: Statements

  static async open(context: SinkContext, { table, columns, key, committed }: ConnectionPlan): Promise<Connection> {
    const client = await connectPostgres(context)
    try {
      await makeTables(client, [
        CREATE_POSITIONS,
        ...(context.options.flag('auto.create') ? [createTable(table, columns, key)] : []),
      ])
      const types = await columnTypes(client, table)
      const target = columns.map((column): TargetColumn => {
        const targetType = types.get(column.name)
        if (targetType !== undefined) return { ...column, targetType }
        throw new OptionError(
          'table',
          `The table ${table} has no column ${column.name}. It has: ${[...types.keys()].join(', ')}.`,
        )
      })
      const place = [context.identity, context.source.topic, context.partition] as const
      const next = await positionOf(client, place, committed)
      return new Connection(client, place, next, {
        insert: insertRows(table, target, key),
        delete: deleteRows(
          table,
          target.filter(({ name }) => key.includes(name)),
        ),
      })
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
  }

  constructor(client: Client, place: Place, next: number, statements: Statements) {
    this.#client = client
    this.#place = place
    this.next = next
    this.#statements = statements
  }

  /** Moves the position first: its row is locked until the end of the transaction, so two owners cannot write the same records. */
  async begin(next: number): Promise<void> {
    await this.#client.query('BEGIN')
    const moved = await this.#client.query({
      name: 'move',
      text: `UPDATE ${POSITIONS} SET next_offset = $4 WHERE connector = $1 AND topic = $2 AND partition = $3 AND next_offset = $5`,
      values: [...this.#place, next, this.next],
    })
    if (moved.rowCount === 1) return
    await this.#client.query('ROLLBACK')
    throw new MovedError('The position in the target was moved by another task.')
  }

  async commit(next: number): Promise<void> {
    await this.#client.query('COMMIT')
    this.next = next
  }

  /** `json`: an array of objects, the rows. Null: done; a text: the rows do not fit, and nothing of the statement remains. */
  async tryRows(name: keyof Statements, json: string): Promise<string | null> {
    await this.#client.query('SAVEPOINT rows')
    try {
      await this.#client.query({
        name,
        text: this.#statements[name],
        values: [json],
      })
      await this.#client.query('RELEASE SAVEPOINT rows')
      return null
    } catch (error) {
      if (!isOfTheRows(error)) throw error
      await this.#client.query('ROLLBACK TO SAVEPOINT rows')
      return (error as Error).message
    }
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {})
  }
}

/** One task at a time: `IF NOT EXISTS` fails where two make the same table at once. */
async function makeTables(client: Client, statements: readonly string[]): Promise<void> {
  await client.query('BEGIN')
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('${POSITIONS}'))`)
  for (const statement of statements) await client.query(statement)
  await client.query('COMMIT')
}

async function columnTypes(client: Client, table: string): Promise<Map<string, string>> {
  const found = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [quotedTable(table)],
  )
  return new Map(found.rows.map(({ name, type }) => [name, type]))
}

/** Reads the position, which begins at `committed`. */
async function positionOf(client: Client, place: Place, committed: number): Promise<number> {
  await client.query(`INSERT INTO ${POSITIONS} VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, [...place, committed])
  const found = await client.query<{ next_offset: string }>(
    `SELECT next_offset FROM ${POSITIONS} WHERE connector = $1 AND topic = $2 AND partition = $3`,
    [...place],
  )
  return Number(found.rows[0]!.next_offset)
}
