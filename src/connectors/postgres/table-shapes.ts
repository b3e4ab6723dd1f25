/** The columns of one table with their types, as the catalogue or the log describes them; warns when they change. */
import type { Client } from 'pg'
import type { EventTable } from './change-events.ts'
import { type ColumnType, jsonOf, type ValueOptions } from './column-values.ts'
import type { Relation } from './pgoutput.ts'
import { type CatalogueColumn, describeTable, type TableName, TypeCatalogue, tableText } from './source-catalogue.ts'

export interface TableShapesOptions {
  readonly connector: string
  readonly table: TableName
  readonly values: ValueOptions
  readonly warn: (message: string) => void
}

export class TableShapes {
  readonly #options: TableShapesOptions
  readonly #types = new TypeCatalogue()
  /** Types of the columns by their names, as they were last seen. */
  #last: ReadonlyMap<string, string> | null = null

  constructor(options: TableShapesOptions) {
    this.#options = options
  }

  /** The table as the log describes it; null: the relation is another table. */
  async ofRelation(client: Client, { schema, name, columns }: Relation): Promise<EventTable | null> {
    const { table } = this.#options
    if (schema !== table.schema || name !== table.name) return null
    const { key } = await describeTable(client, table)
    const names = columns.map((column) => column.name)
    // The primary key may have been renamed since, and the log has the names of then.
    const present = key.every((column) => names.includes(column))
    return this.of(client, columns, present ? key : columns.flatMap((it) => (it.isKey ? [it.name] : [])))
  }

  /** `key`: names of the columns of the primary key. */
  async of(client: Client, columns: readonly CatalogueColumn[], key: readonly string[]): Promise<EventTable> {
    const { table, values } = this.#options
    await this.#types.load(
      client,
      columns.map(({ type }) => type),
    )
    const types = columns.map((column) => this.#types.of(column))
    this.#notice(new Map(columns.map(({ name }, i) => [name, typeText(types[i]!)])))
    return {
      ...table,
      columns: columns.map(({ name }, i) => ({ name, json: jsonOf(types[i]!, values) })),
      key: key.map((name) => columns.findIndex((column) => column.name === name)),
    }
  }

  #notice(shape: ReadonlyMap<string, string>): void {
    const { connector, table, warn } = this.#options
    const changes = this.#last === null ? [] : shapeChanges(this.#last, shape)
    this.#last = shape
    if (changes.length === 0) return
    warn(`Connector ${connector}: columns of ${tableText(table)} have changed: ${changes.join(', ')}.`)
  }
}

const typeText = ({ name, element }: ColumnType): string => (element === null ? name : `${typeText(element)}[]`)

function shapeChanges(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const added = [...after].filter(([name]) => !before.has(name)).map(([name, type]) => `${name} ${type} was added`)
  const dropped = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${name} was dropped`)
  const changed = [...after].flatMap(([name, type]) => {
    const former = before.get(name)
    return former === undefined || former === type ? [] : [`${name} is ${type} and was ${former}`]
  })
  return [...added, ...dropped, ...changed]
}
