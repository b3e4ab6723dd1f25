/** JSON objects made to fit the columns of a stream or table. */
import type { SourceDescription } from '../../engine/describe/entities.ts'
import { formatJsonValue, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import { ClientError } from '../client/client-error.ts'

export type Target = Pick<SourceDescription, 'name' | 'topic' | 'fields'>

export class RowShaper {
  /** Fields met so far that no column takes. */
  readonly unknownFields = new Set<string>()
  /** Column by field name in upper case; names that differ in case alone keep the first. */
  readonly #columns: ReadonlyMap<string, string>
  readonly #keyField: string | null
  readonly #keyColumn: string
  #line = 0

  /** `keyField`: the field that fills the key column. Throws a ClientError if the target has no single key column for it. */
  constructor(target: Target, keyField: string | null) {
    const settable = target.fields.filter(({ type }) => type === undefined || type === 'KEY')
    this.#columns = new Map(settable.map(({ name }) => [name.toUpperCase(), name]).reverse() as [string, string][])
    const keys = settable.filter(({ type }) => type === 'KEY')
    if (keyField !== null && keys.length !== 1) {
      throw new ClientError(`${target.name} has ${keys.length} key columns; --key needs exactly one.`)
    }
    this.#keyField = keyField
    this.#keyColumn = keys[0]?.name ?? ''
  }

  /** One line of input as one line for the server, numbers untouched. Throws a ClientError with the number of a line that is no object. */
  shape(line: string): string {
    this.#line++
    const row = this.#parse(line)
    const shaped = new Map<string, JsonValue>()
    for (const [field, value] of row) {
      const column = this.#columns.get(field.toUpperCase())
      if (column !== undefined) shaped.set(quoted(column), value)
      else if (field !== this.#keyField) this.unknownFields.add(field)
    }
    if (this.#keyField !== null) shaped.set(quoted(this.#keyColumn), row.get(this.#keyField) ?? null)
    return formatJsonValue(shaped)
  }

  #parse(line: string): ReadonlyMap<string, JsonValue> {
    try {
      const value = parseJsonValue(line)
      if (value instanceof Map) return value
    } catch (error) {
      throw new ClientError(`Line ${this.#line}: ${(error as Error).message}`, { cause: error })
    }
    throw new ClientError(`Line ${this.#line} is no JSON object: ${line.slice(0, 80)}`)
  }
}

/** Names in back-quotes are taken as they are. */
const quoted = (name: string): string => `\`${name}\``
