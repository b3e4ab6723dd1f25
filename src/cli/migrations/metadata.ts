/**
 * What a server knows of the migrations that were applied to it: a stream of events, and a table with the newest of each version. Columns,
 * keys and values: `ksql-migrations` of ksqlDB, so that both tools can work on one server in turn.
 */
import { formatString } from '../../sql/format-names.ts'
import { quoteName } from '../../types/sql-type.ts'
import type { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { MigrationError } from './migration-error.ts'
import type { Migration, ProjectConfig } from './project.ts'

/** The version before the first migration. */
export const NO_VERSION = '<none>'
/** Key of the row with the version that was applied last. */
const CURRENT = 'CURRENT'
const NO_REASON = 'N/A'

const COLUMNS = [
  'version_key',
  'version',
  'name',
  'state',
  'checksum',
  'started_on',
  'completed_on',
  'previous',
  'error_reason',
] as const
type ColumnName = (typeof COLUMNS)[number]

/** A row of the table; times are epoch milliseconds as text, or empty. */
export type VersionRow = Readonly<Record<ColumnName, string>>

export class Metadata {
  readonly #client: Client
  readonly #config: ProjectConfig

  constructor(client: Client, config: ProjectConfig) {
    this.#client = client
    this.#config = config
  }

  /** Creates stream and table. Throws MigrationError if one of them is there. */
  async initialize(): Promise<void> {
    const { streamName, tableName, replicas } = this.#config
    const topics = await this.#topics()
    const columns = COLUMNS.map((name, i) => `${name} STRING${i === 0 ? ' KEY' : ''}`).join(', ')
    const newest = COLUMNS.slice(1).map((name) => `LATEST_BY_OFFSET(${name}) AS ${name}`)
    try {
      await this.#client.execute(
        `CREATE STREAM ${quoteName(streamName)} (${columns}) WITH (KAFKA_TOPIC=${formatString(topics.stream)}, ` +
          `VALUE_FORMAT='JSON', PARTITIONS=1, REPLICAS=${replicas});`,
      )
      await this.#client.execute(
        `CREATE TABLE ${quoteName(tableName)} WITH (KAFKA_TOPIC=${formatString(topics.table)}) AS ` +
          `SELECT version_key, ${newest.join(', ')} FROM ${quoteName(streamName)} GROUP BY version_key;`,
        { properties: { 'auto.offset.reset': 'earliest' } },
      )
    } catch (error) {
      throw new MigrationError(`The metadata could not be created: ${(error as Error).message}`, { cause: error })
    }
  }

  /** Drops table, stream and their topics. Throws MigrationError if they are not there. */
  async destroy(): Promise<void> {
    await this.#requireInitialized()
    await this.#client.execute(`DROP TABLE ${quoteName(this.#config.tableName)} DELETE TOPIC;`)
    await this.#client.execute(`DROP STREAM ${quoteName(this.#config.streamName)} DELETE TOPIC;`)
  }

  /** The version that was applied last, or `NO_VERSION`. */
  async currentVersion(): Promise<string> {
    const current = await this.#row(CURRENT)
    if (current === null) return NO_VERSION
    return current.state === 'MIGRATED' ? current.version : current.previous
  }

  /** Null: the version was never applied. Throws MigrationError if there is no metadata. */
  async version(version: number): Promise<VersionRow | null> {
    return this.#row(String(version))
  }

  /** Writes the state of a migration, as the row of its version and as the current one. */
  async write(
    migration: Migration,
    state: { readonly checksum: string; readonly previous: string } & (
      | { readonly state: 'RUNNING'; readonly startedOn: number }
      | { readonly state: 'MIGRATED'; readonly startedOn: number; readonly completedOn: number }
      | { readonly state: 'ERROR'; readonly startedOn: number; readonly completedOn: number; readonly reason: string }
    ),
  ): Promise<void> {
    const { version, name } = migration
    for (const key of [CURRENT, String(version)]) {
      const row: VersionRow = {
        version_key: key,
        version: String(version),
        name,
        state: state.state,
        checksum: state.checksum,
        started_on: String(state.startedOn),
        completed_on: state.state === 'RUNNING' ? '' : String(state.completedOn),
        previous: state.previous,
        error_reason: state.state === 'ERROR' ? state.reason : NO_REASON,
      }
      const values = COLUMNS.map((column) => formatString(row[column]))
      await this.#client.execute(
        `INSERT INTO ${quoteName(this.#config.streamName)} (${COLUMNS.join(', ')}) VALUES (${values.join(', ')});`,
      )
    }
  }

  async #row(key: string): Promise<VersionRow | null> {
    await this.#requireInitialized()
    const sql = `SELECT ${COLUMNS.join(', ')} FROM ${quoteName(this.#config.tableName)} WHERE version_key = ${formatString(key)};`
    for await (const element of this.#client.query(sql)) {
      if (element.kind !== 'row') continue
      return Object.fromEntries(COLUMNS.map((name, i) => [name, String(element.columns[i] ?? '')])) as VersionRow
    }
    return null
  }

  async #requireInitialized(): Promise<void> {
    const { tableName } = this.#config
    try {
      await this.#client.execute(`DESCRIBE ${quoteName(tableName)};`)
    } catch (error) {
      if (!(error instanceof ClientError) || error.status === undefined) throw error
      throw new MigrationError(
        `The server has no metadata of migrations (table ${tableName}). Run 'millrace migrations initialize-metadata' first.`,
        { cause: error },
      )
    }
  }

  async #topics(): Promise<{ readonly stream: string; readonly table: string }> {
    const { streamName, tableName, streamTopic, tableTopic } = this.#config
    const { ksqlServiceId } = await this.#client.info()
    return {
      stream: streamTopic ?? `${ksqlServiceId}ksql_${streamName}`,
      table: tableTopic ?? `${ksqlServiceId}ksql_${tableName}`,
    }
  }
}
