/** The sink `postgres`: rows in a table of PostgreSQL, with the position in the same transaction. */
import type { Client } from 'pg'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { Column } from '../../types/schema.ts'
import type {
  Refusal,
  SinkContext,
  SinkDeclaration,
  SinkRecord,
  SinkSource,
  SinkTask,
  WriteResult,
} from '../connector.ts'
import { sendByHalves } from '../delivery/by-halves.ts'
import { type DocumentWriter, documentColumns, documentWriter, keyText } from '../documents.ts'
import { type FileContext, optionFile } from '../option-files.ts'
import { OptionError, type Options } from '../options.ts'
import { compileTemplate } from '../templates.ts'
import { deliveryError, isOfTheRows } from './postgres-errors.ts'
import { createTable, deleteRows, insertRows, quotedTable, type TargetColumn } from './postgres-table.ts'

export const postgresSink: SinkDeclaration = {
  kind: 'SINK',
  name: 'postgres',
  description:
    'Writes records as rows of a PostgreSQL table. A record of a stream is a row of its own; a row of a table is inserted, updated and deleted ' +
    'by its key.',
  guarantee:
    'Exactly once: the position of each partition is a row of `millrace_positions`, changed in the transaction that writes the records.',
  options: [
    {
      name: 'url',
      type: 'text',
      default: null,
      isRequired: true,
      description: 'Address and database, `postgres://host:5432/database`, without a password.',
    },
    {
      name: 'username',
      type: 'text',
      default: null,
      description: 'User. Unset: the one in the address, else `postgres`.',
    },
    { name: 'password', type: 'text', default: null, isSecret: true, description: 'Password of that user.' },
    {
      name: 'table',
      type: 'text',
      default: '%{topic}',
      description: 'Table, with or without a schema: `logs.users`. `%{topic}` stands for the topic.',
    },
    { name: 'auto.create', type: 'flag', default: 'true', description: 'Whether the table is made if it is missing.' },
    {
      name: 'insert.mode',
      type: 'choice',
      default: null,
      choices: ['append', 'upsert'],
      description:
        'Whether records are added, or take the place of the row with their key. Unset: streams append, tables upsert.',
    },
    {
      name: 'pk.columns',
      type: 'list',
      default: null,
      description: 'Columns of the primary key, for `upsert`. Unset: the key of the source.',
    },
    {
      name: 'column.names',
      type: 'choice',
      default: 'lower',
      choices: ['exact', 'lower'],
      description: 'Whether columns are called as those of the source are, mostly in upper case, or in lower case.',
    },
    {
      name: 'ssl',
      type: 'flag',
      default: 'false',
      description: 'Whether the connection is encrypted and the certificate of the server checked.',
    },
    {
      name: 'ssl.ca.location',
      type: 'text',
      default: null,
      description: 'PEM file with the certificate authorities of the server.',
    },
    {
      name: 'request.timeout.ms',
      type: 'duration',
      default: '30000',
      least: 1,
      description: 'How long a connection or a statement may take before it is tried again.',
    },
  ],
  example: `CREATE TABLE users (userid STRING PRIMARY KEY, state STRING, visits BIGINT) WITH (kafka_topic='users', value_format='JSON', partitions=1);
CREATE SINK users_to_postgres FROM users WITH (
  connector='postgres', url='postgres://localhost:5432/postgres', username='postgres', password='\${env:CONNECTOR_PG_PASSWORD}');`,

  check(options, source) {
    addressOf(options)
    tableOf(options, source)
    keyOf(options, source)
  },

  async open(context) {
    return PostgresTask.open(context)
  },
}

const POSITIONS = 'millrace_positions'
const CREATE_POSITIONS = `CREATE TABLE IF NOT EXISTS ${POSITIONS} (
  connector text, topic text, partition integer, next_offset bigint NOT NULL, PRIMARY KEY (connector, topic, partition))`

class PostgresTask implements SinkTask {
  readonly #context: SinkContext
  readonly #table: string
  readonly #columns: readonly Column[]
  /** Names of the columns of the key, as in the target; empty: records are appended. */
  readonly #key: readonly string[]
  readonly #document: DocumentWriter
  readonly #keyText: (record: SinkRecord) => string | null
  readonly #buffer = new ByteBuffer(1 << 20)
  #connection: Connection | null = null
  #committed = 0

  static async open(context: SinkContext): Promise<PostgresTask> {
    return new PostgresTask(context)
  }

  constructor(context: SinkContext) {
    const { options, source } = context
    const names = options.text('column.names') as 'exact' | 'lower'
    const rename = (name: string) => (names === 'lower' ? name.toLowerCase() : name)
    this.#context = context
    this.#table = tableOf(options, source)
    this.#columns = documentColumns(source).map((column) => ({ ...column, name: rename(column.name) }))
    this.#key = keyOf(options, source).map(rename)
    this.#document = documentWriter(source, { names })
    this.#keyText = keyOf(options, source).length === 0 ? () => null : keyReader(options, source)
  }

  async start(committed: number): Promise<number> {
    this.#committed = committed
    return (await this.#connected()).next
  }

  async write(records: readonly SinkRecord[]): Promise<WriteResult> {
    const connection = await this.#connected()
    // A commit whose answer was lost may have been one.
    const left = records.filter(({ offset }) => offset >= connection.next)
    if (left.length === 0) return { refused: [], again: [] }
    const next = left.at(-1)!.offset + 1
    try {
      await connection.begin(next)
      const result = await this.#writeRows(connection, left)
      await connection.commit(next)
      return result
    } catch (error) {
      await this.#drop()
      throw error instanceof MovedError ? error : deliveryError(error, addressOf(this.#context.options).host)
    }
  }

  async close(): Promise<void> {
    await this.#drop()
  }

  async #writeRows(connection: Connection, records: readonly SinkRecord[]): Promise<WriteResult> {
    if (this.#key.length === 0) return sendByHalves(records, (part) => this.#insert(connection, part))
    const refused: Refusal[] = []
    const newest = new Map<string, SinkRecord>()
    for (const record of records) {
      const key = this.#keyText(record)
      if (key === null) refused.push({ record, reason: 'The row has no key.' })
      else newest.set(key, record)
    }
    const isDeleted = ({ value }: SinkRecord) => value === null && this.#context.source.kind === 'TABLE'
    const rows = [...newest.values()]
    const deletes = await sendByHalves(rows.filter(isDeleted), (part) => this.#delete(connection, part))
    const inserts = await sendByHalves(
      rows.filter((record) => !isDeleted(record)),
      (part) => this.#insert(connection, part),
    )
    return { refused: [...refused, ...deletes.refused, ...inserts.refused], again: [] }
  }

  #insert(connection: Connection, records: readonly SinkRecord[]): Promise<string | null> {
    return connection.tryRows(connection.insert, this.#json(records))
  }

  #delete(connection: Connection, records: readonly SinkRecord[]): Promise<string | null> {
    return connection.tryRows(connection.delete, this.#json(records))
  }

  /** The records as an array of objects. */
  #json(records: readonly SinkRecord[]): string {
    const buffer = this.#buffer
    buffer.clear()
    buffer.writeByte(0x5b)
    for (const [i, record] of records.entries()) {
      if (i > 0) buffer.writeByte(0x2c)
      this.#document(record, buffer)
    }
    buffer.writeByte(0x5d)
    return buffer.buffer.utf8Slice(0, buffer.position)
  }

  async #connected(): Promise<Connection> {
    if (this.#connection !== null) return this.#connection
    const plan = { table: this.#table, columns: this.#columns, key: this.#key, committed: this.#committed }
    try {
      this.#connection = await Connection.open(this.#context, plan)
    } catch (error) {
      if (error instanceof OptionError) throw error
      throw deliveryError(error, addressOf(this.#context.options).host)
    }
    return this.#connection
  }

  async #drop(): Promise<void> {
    const connection = this.#connection
    this.#connection = null
    await connection?.close()
  }
}

/** Another task has moved the position: this one is not the owner of the partition any more. */
class MovedError extends Error {
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

/** A connection with the table ready and the position known. */
class Connection {
  readonly insert: string
  readonly delete: string
  /** Offset of the next record that the table does not have. */
  next: number
  readonly #client: Client
  readonly #place: Place

  static async open(context: SinkContext, { table, columns, key, committed }: ConnectionPlan): Promise<Connection> {
    const client = await connect(context)
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

  constructor(
    client: Client,
    place: Place,
    next: number,
    statements: { readonly insert: string; readonly delete: string },
  ) {
    this.#client = client
    this.#place = place
    this.next = next
    this.insert = statements.insert
    this.delete = statements.delete
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

  /** Null: done; a text: the rows do not fit, and nothing of the statement remains. */
  async tryRows(statement: string, json: string): Promise<string | null> {
    await this.#client.query('SAVEPOINT rows')
    try {
      await this.#client.query({
        name: statement === this.insert ? 'insert' : 'delete',
        text: statement,
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

async function connect(context: SinkContext): Promise<Client> {
  const { options, connector, warn, signal } = context
  const { default: pg } = await import('pg')
  const { host, port, database, user } = addressOf(options)
  const timeoutMs = options.number('request.timeout.ms')
  const password = options.textOrNull('password')
  const client = new pg.Client({
    host,
    port,
    database,
    user: options.textOrNull('username') ?? user,
    ...(password !== null && { password }),
    ssl: options.flag('ssl') ? certificates(context) : false,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: `millrace ${connector}`,
  })
  // A connection that breaks between two statements: the next statement fails, and that is reported.
  client.on('error', () => {})
  client.on('notice', ({ message, severity }) => {
    if (severity === 'WARNING') warn(`Connector ${connector}: PostgreSQL says: ${message}`)
  })
  await client.connect()
  signal.addEventListener('abort', () => void client.end().catch(() => {}), { once: true })
  return client
}

/** One task at a time: `IF NOT EXISTS` fails where two make the same table at once. */
async function makeTables(client: Client, statements: readonly string[]): Promise<void> {
  await client.query('BEGIN')
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('${POSITIONS}'))`)
  for (const statement of statements) await client.query(statement)
  await client.query('COMMIT')
}

function certificates(context: FileContext) {
  const ca = optionFile('ssl.ca.location', context)
  return ca === null ? true : { ca }
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

/** Throws an OptionError. */
function addressOf(options: Options) {
  const text = options.text('url')
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new OptionError('url', `The option 'url' takes postgres://host:5432/database, not '${text}'.`)
  }
  if (url.password !== '')
    throw new OptionError('url', "The option 'url' must not have a password in it: use the option 'password'.")
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    user: decodeURIComponent(url.username) || 'postgres',
  }
}

function tableOf(options: Options, source: SinkSource): string {
  const { constant } = compileTemplate(options.text('table'), 'table', source)
  if (constant !== null) return constant
  throw new OptionError(
    'table',
    "The option 'table' may have %{topic} and no other place: all records go into one table.",
  )
}

/** Names of the columns of the key as the source has them; none: records are appended. */
function keyOf(options: Options, source: SinkSource): readonly string[] {
  const mode = options.textOrNull('insert.mode') ?? (source.kind === 'TABLE' ? 'upsert' : 'append')
  if (mode === 'append') return []
  const columns = documentColumns(source).map(({ name }) => name)
  const given = options.list('pk.columns')
  const own = columns.slice(0, source.key.length + (source.isWindowed ? 2 : 0))
  const key = given.length === 0 ? own : given.map((name) => columnNamed(name, columns, source))
  if (key.length > 0) return key
  throw new OptionError(
    'insert.mode',
    `${source.name} has no key. Name the columns of the primary key in 'pk.columns'.`,
  )
}

function columnNamed(name: string, columns: readonly string[], source: SinkSource): string {
  const found = columns.find((column) => column.toUpperCase() === name.toUpperCase())
  if (found !== undefined) return found
  throw new OptionError('pk.columns', `${source.name} has no column ${name}. It has: ${columns.join(', ')}.`)
}

/** The text by which records with the same primary key are known. */
function keyReader(options: Options, source: SinkSource): (record: SinkRecord) => string | null {
  if (options.list('pk.columns').length === 0) return keyText(source)
  const template = keyOf(options, source)
    .map((name) => `%{${name}}`)
    .join('\u0000')
  const { fill } = compileTemplate(template, 'pk.columns', source)
  return (record) => {
    const filled = fill(record, 0)
    return 'text' in filled ? filled.text : null
  }
}
