/** The rows of a table as one snapshot shows them, in parts of bounded size. */
import type { Client } from 'pg'
import type { Tuple } from './pgoutput.ts'
import { quoted } from './postgres-client.ts'
import { type CatalogueColumn, type TableName, tableText } from './source-catalogue.ts'

export interface SnapshotRequest {
  /** As a slot has exported it; null: one of now. */
  readonly snapshot: string | null
  readonly table: TableName
  readonly columns: readonly CatalogueColumn[]
}

const ROWS_AT_ONCE = 2000

/** Values as texts, in the order of the columns. */
export async function* readSnapshot(
  client: Client,
  { snapshot, table, columns }: SnapshotRequest,
): AsyncGenerator<readonly Tuple[]> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  if (snapshot !== null) await client.query(`SET TRANSACTION SNAPSHOT '${snapshot.replaceAll("'", "''")}'`)
  const selected = columns.map(({ name }) => quoted(name)).join(', ')
  await client.query(`DECLARE rows NO SCROLL CURSOR FOR SELECT ${selected} FROM ${tableText(table)}`)
  for (;;) {
    const { rows } = await client.query<(string | null)[]>({
      text: `FETCH ${ROWS_AT_ONCE} FROM rows`,
      rowMode: 'array',
      types: { getTypeParser: () => (text: string) => text },
    })
    if (rows.length > 0) yield rows
    if (rows.length < ROWS_AT_ONCE) break
  }
  await client.query('COMMIT')
}
