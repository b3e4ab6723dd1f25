/** What the source `postgres` reads and makes in the catalogue of the database: the table and its columns, the publication, the slot. */
import type { Client } from 'pg'
import { OptionError } from '../options.ts'
import type { ColumnType } from './column-values.ts'
import { type Lsn, parseLsn } from './lsn.ts'
import { quoted } from './postgres-client.ts'

export interface TableName {
  readonly schema: string
  readonly name: string
}

export const tableText = ({ schema, name }: TableName): string => `${quoted(schema)}.${quoted(name)}`

export interface CatalogueColumn {
  readonly name: string
  readonly type: number
  readonly modifier: number
}

export interface CatalogueTable {
  readonly columns: readonly CatalogueColumn[]
  /** Names of the columns of the primary key. */
  readonly key: readonly string[]
  /** Whether updates and deletions can be published: there is a primary key, or another replica identity. */
  readonly hasIdentity: boolean
}

/** Throws an OptionError if there is no such table. */
export async function describeTable(client: Client, table: TableName): Promise<CatalogueTable> {
  const found = await client.query<{ oid: number; identity: string }>(
    `SELECT c.oid, c.relreplident AS identity FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`,
    [table.schema, table.name],
  )
  const [row] = found.rows
  if (row === undefined) throw new OptionError('table', `The database has no table ${tableText(table)}.`)
  const columns = await client.query<CatalogueColumn>(
    `SELECT attname AS name, atttypid AS type, atttypmod AS modifier FROM pg_attribute
     WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [row.oid],
  )
  const key = await client.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
     WHERE i.indrelid = $1 AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)`,
    [row.oid],
  )
  const names = key.rows.map(({ name }) => name)
  const hasIdentity = row.identity === 'd' ? names.length > 0 : row.identity !== 'n'
  return { columns: columns.rows.map((it) => ({ ...it, type: Number(it.type) })), key: names, hasIdentity }
}

interface TypeRow {
  readonly oid: number
  readonly name: string
  /** Type of the elements of an array; 0: it is none. */
  readonly element: number
  /** Type below a domain; 0: it is none. */
  readonly base: number
  readonly modifier: number
}

/** Types of columns by their oids; each is looked up once. */
export class TypeCatalogue {
  readonly #known = new Map<number, TypeRow>()

  async load(client: Client, oids: readonly number[]): Promise<void> {
    for (let wanted = oids; wanted.length > 0; ) {
      const unknown = [...new Set(wanted)].filter((oid) => oid !== 0 && !this.#known.has(oid))
      if (unknown.length === 0) return
      const { rows } = await client.query<TypeRow>(
        `SELECT oid::int8::float8 AS oid, typname AS name, typbasetype::int8::float8 AS base, typtypmod AS modifier,
           CASE WHEN EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid) THEN typelem::int8::float8 ELSE 0 END AS element
         FROM pg_type t WHERE oid = ANY($1::oid[])`,
        [unknown],
      )
      for (const row of rows) this.#known.set(row.oid, row)
      wanted = rows.flatMap(({ element, base }) => [element, base])
    }
  }

  /** A type that was dropped meanwhile is a text. */
  of({ type, modifier }: Pick<CatalogueColumn, 'type' | 'modifier'>): ColumnType {
    const row = this.#known.get(type)
    if (row === undefined) return { name: 'text', element: null, modifier: -1 }
    if (row.base !== 0) return this.of({ type: row.base, modifier: row.modifier })
    return { name: row.name, modifier, element: row.element === 0 ? null : this.of({ type: row.element, modifier }) }
  }
}

/** Makes the publication if it is missing. Rejects with an OptionError if one of the name is without the table. */
export async function ensurePublication(
  client: Client,
  { publication, table, hasIdentity }: { publication: string; table: TableName; hasIdentity: boolean },
): Promise<void> {
  const exists = await client.query('SELECT 1 FROM pg_publication WHERE pubname = $1', [publication])
  if (exists.rowCount === 0) {
    // A table without an identity would refuse its updates as soon as they are published.
    const published = hasIdentity ? 'insert, update, delete, truncate' : 'insert, truncate'
    await client.query(
      `CREATE PUBLICATION ${quoted(publication)} FOR TABLE ${tableText(table)} WITH (publish = '${published}', publish_via_partition_root = true)`,
    )
    return
  }
  const holds = await client.query(
    'SELECT 1 FROM pg_publication_tables WHERE pubname = $1 AND schemaname = $2 AND tablename = $3',
    [publication, table.schema, table.name],
  )
  if (holds.rowCount !== 0) return
  throw new OptionError(
    'publication.name',
    `The publication ${publication} is without the table: run ALTER PUBLICATION ${quoted(publication)} ADD TABLE ${tableText(table)}.`,
  )
}

export interface SlotState {
  readonly plugin: string
  /** What was stored up to here, as the server knows it. */
  readonly confirmed: Lsn
  /** Whether the server has removed parts of the log that the slot needs (`max_slot_wal_keep_size`). */
  readonly isLost: boolean
}

/** Null: there is no slot of the name. */
export async function slotState(client: Client, slot: string): Promise<SlotState | null> {
  const found = await client.query<{ plugin: string; confirmed: string; status: string | null }>(
    `SELECT plugin, COALESCE(confirmed_flush_lsn, '0/0')::text AS confirmed, wal_status AS status
     FROM pg_replication_slots WHERE slot_name = $1`,
    [slot],
  )
  const [row] = found.rows
  if (row === undefined) return null
  return { plugin: row.plugin, confirmed: parseLsn(row.confirmed), isLost: row.status === 'lost' }
}

/** Where the log ends now. */
export async function currentLsn(client: Client): Promise<Lsn> {
  const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
  return parseLsn(rows[0]!.lsn)
}

export async function dropSlot(client: Client, slot: string): Promise<void> {
  await client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [
    slot,
  ])
}

export interface NewSlot {
  readonly consistentPoint: Lsn
  /** For `SET TRANSACTION SNAPSHOT`, while the connection that made the slot is not used. */
  readonly snapshot: string
}

/** Makes a slot by a connection of the replication protocol. */
export async function createSlot(replication: Client, slot: string): Promise<NewSlot> {
  const { rows } = await replication.query<{ consistent_point: string; snapshot_name: string }>(
    `CREATE_REPLICATION_SLOT ${quoted(slot)} LOGICAL pgoutput EXPORT_SNAPSHOT`,
  )
  const { consistent_point: point, snapshot_name: snapshot } = rows[0]!
  return { consistentPoint: parseLsn(point), snapshot }
}
