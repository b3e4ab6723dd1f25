/** One partition's way into a table of PostgreSQL: the rows of a batch and the position behind it in one transaction. */
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { Column } from '../../types/schema.ts'
import {
  type Refusal,
  type SinkContext,
  type SinkRecord,
  type SinkTask,
  TAKEN,
  type WriteResult,
} from '../connector.ts'
import { sendByHalves } from '../delivery/by-halves.ts'
import { columnNames } from '../document-options.ts'
import { type DocumentWriter, documentColumns, documentWriter } from '../documents.ts'
import { OptionError } from '../options.ts'
import { addressOf } from '../postgres/postgres-client.ts'
import { deliveryError } from '../postgres/postgres-errors.ts'
import { Connection, MovedError } from './postgres-connection.ts'
import { keyOf, keyReader, tableOf } from './postgres-options.ts'

export class PostgresTask implements SinkTask {
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

  constructor(context: SinkContext) {
    const { options, source } = context
    const names = columnNames(options)
    const rename = (name: string) => (names === 'lower' ? name.toLowerCase() : name)
    this.#context = context
    this.#table = tableOf(options, source)
    this.#columns = documentColumns(source).map((column) => ({ ...column, name: rename(column.name) }))
    const key = keyOf(options, source)
    this.#key = key.map(rename)
    this.#document = documentWriter(source, { names })
    this.#keyText = keyReader(key, options, source)
  }

  async start(committed: number): Promise<number> {
    this.#committed = committed
    return (await this.#connected()).next
  }

  async write(records: readonly SinkRecord[]): Promise<WriteResult> {
    const connection = await this.#connected()
    // A commit whose answer was lost may have been one.
    const left = records.filter(({ offset }) => offset >= connection.next)
    if (left.length === 0) return TAKEN
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
    if (this.#key.length === 0) return sendByHalves(records, (part) => connection.tryRows('insert', this.#json(part)))
    const refused: Refusal[] = []
    const newest = new Map<string, SinkRecord>()
    for (const record of records) {
      const key = this.#keyText(record)
      if (key === null) refused.push({ record, reason: 'The row has no key.' })
      else newest.set(key, record)
    }
    const isDeleted = ({ value }: SinkRecord) => value === null && this.#context.source.kind === 'TABLE'
    const rows = [...newest.values()]
    const deletes = await sendByHalves(rows.filter(isDeleted), (part) => connection.tryRows('delete', this.#json(part)))
    const inserts = await sendByHalves(
      rows.filter((record) => !isDeleted(record)),
      (part) => connection.tryRows('insert', this.#json(part)),
    )
    return { refused: [...refused, ...deletes.refused, ...inserts.refused], again: [] }
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
