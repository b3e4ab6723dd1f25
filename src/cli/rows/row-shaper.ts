/** JSON objects made to fit the columns of a stream or table. */
import { formatJsonValue, JsonNumber, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import { isPlainObject, type PlainObject, parsePlainJson } from '../../types/plain-json.ts'
import { parseTimestamp } from '../../types/time-text.ts'
import { ClientError } from '../client/client-error.ts'
import type { InputRow, Target } from './input-row.ts'

export interface ShapeOptions {
  /** The field that fills the key column; null: the field of the column's name. */
  readonly key: string | null
  /** The field that fills ROWTIME: epoch ms or ISO 8601 text; null: a field ROWTIME, if there is one. */
  readonly timestamp: string | null
}

const ROWTIME = 'ROWTIME'
const SHOWN_CHARACTERS = 80

export class RowShaper {
  /** Fields met so far that no column takes. */
  readonly unknownFields = new Set<string>()
  /** Column by field name in upper case; of names that differ in case alone the first. */
  readonly #columns: ReadonlyMap<string, string>
  readonly #options: ShapeOptions
  readonly #keyColumn: string
  /** Names of fields that the server itself gives to the right column. */
  readonly #plain = new Set<string>()
  #isFirst = true

  /** Throws a ClientError if `key` is given and the target has no single key column for it. */
  constructor(target: Target, options: ShapeOptions) {
    const settable = target.fields.filter(({ type }) => type === undefined || type === 'KEY')
    const names = [...settable.map(({ name }) => name), ROWTIME]
    this.#columns = new Map(names.map((name) => [name.toUpperCase(), name] as const).reverse())
    const keys = settable.filter(({ type }) => type === 'KEY')
    if (options.key !== null && keys.length !== 1) {
      throw new ClientError(`${target.name} has ${keys.length} key columns; --key needs exactly one.`)
    }
    this.#options = options
    this.#keyColumn = keys[0]?.name ?? ''
  }

  /** A row as one line for the server, numbers untouched. Throws a ClientError with the line of a row that is no object. */
  shape({ line, text, error }: InputRow): string {
    if (text === null) throw new ClientError(`Line ${line} cannot be read: ${error}.`)
    const row = parseRow(line, text)
    if (this.#isFirst) this.#requireFields(line, row)
    return this.#isPlain(row) ? text : this.#rename(line, text)
  }

  /** Whether the server takes the row as it is. */
  #isPlain(row: PlainObject): boolean {
    if (this.#options.key !== null || this.#options.timestamp !== null) return false
    for (const name in row) if (!this.#plain.has(name) && !this.#becomesPlain(name)) return false
    return true
  }

  #becomesPlain(name: string): boolean {
    if (this.#columns.get(name.toUpperCase()) !== name.toUpperCase()) return false
    this.#plain.add(name)
    return true
  }

  /** A misspelt option would otherwise give every row a NULL key, or the time of its insert. */
  #requireFields(line: number, row: PlainObject): void {
    this.#isFirst = false
    for (const [option, field] of Object.entries(this.#options) as [string, string | null][]) {
      if (field === null || Object.hasOwn(row, field)) continue
      throw new ClientError(
        `Line ${line}: there is no field '${field}' for --${option}. Fields: ${Object.keys(row).join(', ')}.`,
      )
    }
  }

  #rename(line: number, text: string): string {
    const { key, timestamp } = this.#options
    const row = parseJsonValue(text) as ReadonlyMap<string, JsonValue>
    const shaped = new Map<string, JsonValue>()
    for (const [field, value] of row) {
      const column = this.#columns.get(field.toUpperCase())
      if (column !== undefined) shaped.set(quoted(column), value)
      else if (field !== key && field !== timestamp) this.unknownFields.add(field)
    }
    if (key !== null) shaped.set(quoted(this.#keyColumn), row.get(key) ?? null)
    if (timestamp !== null) shaped.set(ROWTIME, timeOf(line, row.get(timestamp) ?? null))
    return formatJsonValue(shaped)
  }
}

function parseRow(line: number, text: string): PlainObject {
  let row: ReturnType<typeof parsePlainJson>
  try {
    row = parsePlainJson(text)
  } catch (error) {
    throw new ClientError(`Line ${line} is not JSON: ${(error as Error).message}`, { cause: error })
  }
  if (isPlainObject(row)) return row
  throw new ClientError(`Line ${line} is no JSON object: ${text.slice(0, SHOWN_CHARACTERS)}`)
}

function timeOf(line: number, value: JsonValue): JsonValue {
  if (value === null || value instanceof JsonNumber) return value
  try {
    return new JsonNumber(String(parseTimestamp(String(value))))
  } catch (error) {
    throw new ClientError(`Line ${line}: ${JSON.stringify(value)} is no time. Write epoch milliseconds or ISO 8601.`, {
      cause: error,
    })
  }
}

/** Names in back-quotes are taken as they are. */
const quoted = (name: string): string => `\`${name}\``
