/** Inserts rows that arrive as JSON objects, for POST /inserts-stream. Source: ksqlDB's InsertsStreamEndpoint and KeyValueExtractor. */
import { RequestError, StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { checkInsertTarget, encodeInsertedRow, type InsertContext } from '../../plan/statements/insert-values.ts'
import { suggestion } from '../../suggest.ts'
import { isPlainObject, type PlainObject, parsePlainJson } from '../../types/plain-json.ts'
import { type Column, ROWTIME } from '../../types/schema.ts'
import { BIGINT, formatType } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import type { InsertRecordOptions, InsertRow } from '../api.ts'
import type { WritableSources } from '../schemas/writable-sources.ts'
import { jsonToValue } from './json-values.ts'
import type { RowProducer } from './row-producer.ts'

const USUAL: InsertRecordOptions = { partition: null, headers: [], tombstones: false }

export interface InsertParts {
  readonly rows: RowProducer
  readonly writable: WritableSources
  readonly planning: InsertContext
}

/** Checks the target and gives the function that inserts one row. Rejects with StatementError. */
export async function openInserts(
  target: string,
  { rows, writable, planning }: InsertParts,
  options = USUAL,
): Promise<InsertRow> {
  const source = await writable.of(checkInsertTarget({ target: columnName(target) }, planning))
  const { partition, headers, tombstones } = options
  if (tombstones && source.schema.key.length === 0) {
    throw new StatementError(`${source.name} has no key, so none of its rows can be deleted.`)
  }
  const reader = new RowReader(source)
  return (line) => {
    const { key, value, timestamp } = reader.read(parseRow(line))
    if (tombstones) requireNoValues(value, source)
    const record = encodeInsertedRow({ source, key, value, timestamp })
    return rows.send(source.topic, tombstones ? { ...record, value: null } : record, {
      timestamp,
      partition,
      headers,
    })
  }
}

function requireNoValues(value: Row, { schema }: DataSource): void {
  const given = value.findIndex((column) => column !== null)
  if (given < 0) return
  throw new StatementError(`A tombstone has key columns alone, but ${schema.value[given]!.name} is given.`)
}

function parseRow(line: string): PlainObject {
  let row: ReturnType<typeof parsePlainJson>
  try {
    row = parsePlainJson(line)
  } catch (error) {
    throw new RequestError('BAD_REQUEST', `The row is not JSON: ${(error as Error).message}`, { cause: error })
  }
  if (isPlainObject(row)) return row
  throw new RequestError('BAD_REQUEST', 'A row must be a JSON object.')
}

/** A name in back-quotes is taken literally, any other in upper case. */
const columnName = (name: string): string =>
  /^`.*`$/s.test(name) ? name.slice(1, -1).replaceAll('``', '`') : name.toUpperCase()

interface ReadRow {
  readonly key: Row
  readonly value: Row
  /** Epoch ms; null: the row has no ROWTIME. */
  readonly timestamp: number | null
}

/** Most names that are cached: rows with ever new names must not exhaust the memory. */
const MAX_NAMES = 1000

/** Arranges the members of an object in the order of the columns. */
class RowReader {
  readonly #source: DataSource
  /** Key columns, value columns, ROWTIME. */
  readonly #columns: readonly Column[]
  readonly #places: ReadonlyMap<string, number>
  /** Place of a column by the name that rows give it. */
  readonly #known = new Map<string, number>()
  readonly #keyCount: number

  constructor(source: DataSource) {
    const { key, value } = source.schema
    this.#source = source
    this.#columns = [...key, ...value, { name: ROWTIME, type: BIGINT }]
    this.#places = new Map(this.#columns.map(({ name }, place) => [name, place]))
    this.#keyCount = key.length
  }

  /** Throws StatementError for a member without a column, for a value that does not fit, and for a table's row without its key. */
  read(row: PlainObject): ReadRow {
    const given: Row = new Array(this.#columns.length).fill(null)
    for (const name in row) {
      const place = this.#known.get(name) ?? this.#resolve(name)
      const column = this.#columns[place]!
      try {
        given[place] = jsonToValue(row[name]!, column.type)
      } catch (error) {
        throw unfit(column, row[name]!, error)
      }
    }
    const timestamp = given.pop() ?? null
    const key = given.slice(0, this.#keyCount)
    this.#requireKey(key)
    return { key, value: given.slice(this.#keyCount), timestamp: timestamp === null ? null : Number(timestamp) }
  }

  #resolve(name: string): number {
    const place = this.#places.get(columnName(name)) ?? this.#places.get(name)
    if (place === undefined) {
      throw new StatementError(
        `Column name ${columnName(name)} does not exist in ${this.#source.name}.` +
          suggestion(columnName(name), [...this.#places.keys()], { label: 'Columns', most: 30 }),
      )
    }
    if (this.#known.size < MAX_NAMES) this.#known.set(name, place)
    return place
  }

  #requireKey(key: Row): void {
    const { kind, schema } = this.#source
    if (kind !== 'TABLE' || !key.includes(null)) return
    const missing = schema.key.filter((_, i) => key[i] === null)
    throw new StatementError(`Key field must be specified: ${missing.map(({ name }) => name).join(', ')}`)
  }
}

const SHOWN_CHARACTERS = 60

/** Names the column and the value, then ksqlDB's reason, which clients match on. */
function unfit({ name, type }: Column, value: unknown, error: unknown): Error {
  const text = JSON.stringify(value)
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text
  const reason = (error as Error).message
  return new StatementError(`Column ${name} is ${formatType(type)} and cannot take ${shown}. ${reason}`, {
    cause: error,
  })
}
