/** Parts of random queries that their forms share: names that are used once, conditions, and items of SELECT. */
import type { Choices } from './choices.ts'
import { type ColumnText, Expressions, type Item } from './expressions.ts'
import { type Aliased, aliased, type RandomRelation, type ResultColumn } from './relation.ts'
import { list, type SqlText, sql, text } from './sql-text.ts'
import { TYPES } from './world.ts'

export class QueryParts {
  readonly #choices: Choices
  #aliases = 0
  #columns = 0

  constructor(choices: Choices) {
    this.#choices = choices
  }

  alias(relation: RandomRelation): Aliased {
    return aliased(relation, this.nextAlias())
  }

  nextAlias(): string {
    this.#aliases++
    return `Q${this.#aliases}`
  }

  expressions(columns: readonly ColumnText[]): Expressions {
    return new Expressions(this.#choices, columns)
  }

  where(columns: readonly ColumnText[]): SqlText {
    return this.#choices.chance(25) ? sql` WHERE ${this.expressions(columns).condition()}` : text('')
  }

  #nextColumn(item: Item): ResultColumn {
    this.#columns++
    return { name: `X${this.#columns}`, type: item.type, isExact: item.isExact }
  }

  /** SELECT items with fresh names. */
  select(items: readonly Item[]): { readonly sql: SqlText; readonly columns: readonly ResultColumn[] } {
    const columns = items.map((item) => this.#nextColumn(item))
    return { columns, sql: list(items.map((item, i) => sql`${item.sql} AS ${columns[i]!.name}`)) }
  }

  /** Some columns and expressions of a relation, its unique columns first. */
  itemsOf({ columns, relation }: Aliased): { readonly items: readonly Item[]; readonly keeps: boolean } {
    const unique = columns.filter(({ name }) => relation.unique?.includes(name) === true)
    const keeps = relation.unique !== null && this.#choices.chance(85)
    const rest = columns.filter((column) => !unique.includes(column))
    const chosen = rest.length === 0 ? [] : this.#choices.some(rest, keeps ? 0 : 1).slice(0, 4)
    const items = [...(keeps ? unique : []), ...chosen]
    const added: Item[] = this.#choices.chance(50) ? [this.expression(columns)] : []
    const isComparable = items.some(({ isExact }) => isExact) || added.length > 0
    return { items: isComparable ? [...items, ...added] : [...items, this.expression(columns)], keeps }
  }

  expression(columns: readonly ColumnText[]): Item {
    const expressions = this.expressions(columns)
    const type = this.#choices.pick(TYPES)
    const fails = this.#choices.chance(15) && type !== 'DECIMAL' && type !== 'BOOLEAN' && type !== 'STRING'
    return { sql: fails ? expressions.operation(type) : expressions.value(type), type, isExact: true }
  }
}
