/**
 * Random expressions over columns, typed, in the words of both sides. A comparison with NULL is false in ksqlDB's dialect, so the other side says so with
 * COALESCE. Results that depend on the order of additions are not compared: doubles are multiples of a quarter.
 */
import type { Choices } from './choices.ts'
import { joined, type SqlText, sql, text } from './sql-text.ts'
import type { TypeName } from './world.ts'

/** An expression, which can stand in SELECT. */
export interface Item {
  readonly type: TypeName
  readonly sql: SqlText
  /** Whether each value has one representation, so that rows may be compared by it: a mean has none. */
  readonly isExact: boolean
}

/** A column, under the name that it has where it is read. */
export interface ColumnText extends Item {
  readonly name: string
}

const NUMBERS: readonly TypeName[] = ['INT', 'BIGINT', 'DOUBLE', 'DECIMAL']
export const isNumber = (type: TypeName): boolean => NUMBERS.includes(type)

export class Expressions {
  readonly #choices: Choices
  readonly #columns: readonly ColumnText[]

  constructor(choices: Choices, columns: readonly ColumnText[]) {
    this.#choices = choices
    this.#columns = columns.filter(({ isExact }) => isExact)
  }

  /** A column that may be compared, or a literal where there is none of the type. */
  column(type: TypeName): SqlText {
    const columns = this.#columns.filter((column) => column.type === type)
    return columns.length === 0 ? this.literal(type) : this.#choices.pick(columns).sql
  }

  literal(type: TypeName): SqlText {
    const small = this.#choices.below(4)
    switch (type) {
      case 'INT':
        return text(String(small))
      case 'BIGINT':
        return text(`CAST(${small} AS BIGINT)`)
      case 'DOUBLE':
        return text(`${small * 0.25}e0`)
      case 'DECIMAL':
        return text(`CAST(${small * 0.5} AS DECIMAL(9, 2))`)
      case 'STRING':
        return text(`'${['a', 'b', 'ab', ''][small]}'`)
      case 'BOOLEAN':
        return text(small % 2 === 0 ? 'true' : 'false')
    }
  }

  /** `depth`: how many operations may stand in one another. */
  value(type: TypeName, depth = 2): SqlText {
    if (depth === 0 || this.#choices.chance(50)) return this.column(type)
    const inner = (of: TypeName = type) => this.value(of, depth - 1)
    const alternatives: (() => SqlText)[] = [
      () => sql`COALESCE(${inner()}, ${this.literal(type)})`,
      () => sql`CASE WHEN ${this.condition(depth - 1)} THEN ${inner()} ELSE ${inner()} END`,
      () => sql`CASE WHEN ${this.condition(depth - 1)} THEN ${inner()} END`,
      ...this.#operations(type, inner),
    ]
    return this.#choices.pick(alternatives)()
  }

  /** An operand that is not NULL, which in ksqlDB's dialect is an error of the whole expression. */
  #operand(type: TypeName, of: SqlText): SqlText {
    return sql`COALESCE(${of}, ${this.literal(type)})`
  }

  /** An operation that is an error where a NULL is: for a column of SELECT, which is NULL then. */
  operation(type: 'INT' | 'BIGINT' | 'DOUBLE'): SqlText {
    const [left, right] = [this.column(type), this.column(type)]
    return sql`(${left} ${this.#choices.pick(['+', '-', '*'])} ${right})`
  }

  #operations(type: TypeName, inner: (type?: TypeName) => SqlText): (() => SqlText)[] {
    const operand = (of: TypeName = type): SqlText => this.#operand(of, inner(of))
    const arithmetic = [
      () => sql`(${operand()} + ${this.literal(type)})`,
      () => sql`(${operand()} - ${operand()})`,
      () => sql`ABS(${inner()})`,
    ]
    switch (type) {
      case 'INT':
        return [
          ...arithmetic,
          () => sql`(${operand()} * ${this.literal('INT')})`,
          () => sql`(${operand()} % 3)`,
          () => integerDivision(operand()),
        ]
      case 'BIGINT':
        return [
          ...arithmetic,
          () => sql`CAST(${inner('INT')} AS BIGINT)`,
          () => sql`(${operand('INT')} + ${operand()})`,
        ]
      case 'DOUBLE':
        return [...arithmetic, () => sql`CAST(${inner('INT')} AS DOUBLE)`, () => sql`(${operand()} * 0.5e0)`]
      case 'DECIMAL':
        return [
          () => sql`CAST((${operand()} + ${this.literal(type)}) AS DECIMAL(9, 2))`,
          () => sql`CAST(${this.column('INT')} AS DECIMAL(9, 2))`,
        ]
      case 'STRING':
        return [
          () => sql`(${operand()} || ${this.literal('STRING')})`,
          () => pairOf('UCASE', 'UPPER', inner()),
          () => sql`CAST(${inner('INT')} AS STRING)`,
        ]
      case 'BOOLEAN':
        return [() => this.condition(1)]
    }
  }

  /** BOOLEAN; unknown only where a BOOLEAN column is NULL. */
  condition(depth = 2): SqlText {
    const alternatives: (() => SqlText)[] = [
      () => this.#comparison(),
      () => sql`(${this.#anyColumn()} IS NOT NULL)`,
      () => sql`(${this.#anyColumn()} IS NULL)`,
      () => this.#between(),
      () => this.#inList(),
      () =>
        sql`(${this.#operand('STRING', this.column('STRING'))} LIKE ${this.#choices.pick([text("'a%'"), text("'%b'"), text("'_'")])})`,
      () => this.#distinctFrom(),
      () => this.column('BOOLEAN'),
    ]
    const composed: (() => SqlText)[] = [
      () => sql`(${this.condition(depth - 1)} AND ${this.condition(depth - 1)})`,
      () => sql`(${this.condition(depth - 1)} OR ${this.condition(depth - 1)})`,
      () => sql`(NOT ${this.condition(depth - 1)})`,
    ]
    return this.#choices.pick(depth > 0 ? [...alternatives, ...composed] : alternatives)()
  }

  #comparison(): SqlText {
    const type = this.#choices.pick(['INT', 'BIGINT', 'DOUBLE', 'DECIMAL', 'STRING'] as const)
    const operator = this.#choices.pick(['>', '=', '<', '>=', '<=', '<>'])
    const other = isNumber(type) && this.#choices.chance(25) ? this.#choices.pick(NUMBERS) : type
    return falseIfNull(sql`(${this.value(type, 1)} ${operator} ${this.value(other, 1)})`)
  }

  #between(): SqlText {
    const [value, low, high] = [this.value('INT', 1), this.literal('INT'), this.value('INT', 1)]
    return falseIfNull(sql`(${value} BETWEEN ${low} AND ${high})`)
  }

  #inList(): SqlText {
    const type = this.#choices.pick(['INT', 'STRING'] as const)
    return falseIfNull(sql`(${this.column(type)} IN (${this.literal(type)}, ${this.literal(type)}))`)
  }

  #distinctFrom(): SqlText {
    const type = this.#choices.pick(['INT', 'STRING', 'DOUBLE'] as const)
    return sql`(${this.value(type, 1)} IS DISTINCT FROM ${this.value(type, 1)})`
  }

  #anyColumn(): SqlText {
    return this.#columns.length === 0 ? this.literal('INT') : this.#choices.pick(this.#columns).sql
  }
}

const pairOf = (millrace: string, duckdb: string, of: SqlText): SqlText => ({
  millrace: `${millrace}(${of.millrace})`,
  duckdb: `${duckdb}(${of.duckdb})`,
})

const integerDivision = ({ millrace, duckdb }: SqlText): SqlText => ({
  millrace: `(${millrace} / 2)`,
  duckdb: `(${duckdb} // 2)`,
})

/** A comparison with NULL is false. */
export const falseIfNull = ({ millrace, duckdb }: SqlText): SqlText => ({
  millrace,
  duckdb: `COALESCE(${duckdb}, false)`,
})

export const conjunction = (conditions: readonly SqlText[]): SqlText => joined(conditions, ' AND ')
