/**
 * Plans of INSERT VALUES, kept for statements that differ from an earlier one in nothing but their literals: those are neither parsed nor
 * planned. They are those of one catalog: the next command that changes it makes them void.
 */
import { type Constant, convertConstant } from '../../expressions/constant.ts'
import { decimalTypeOf } from '../../expressions/literal.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { type InsertContext, type InsertedRow, insertTarget } from '../../plan/statements/insert-values.ts'
import type { InsertValues } from '../../sql/ast/definitions.ts'
import type { Expression } from '../../sql/ast/query.ts'
import { literalPlaces, shapeOf, type TextLiteral } from '../../sql/literals.ts'
import { Decimal } from '../../types/decimal.ts'
import { type Column, ROWTIME } from '../../types/schema.ts'
import { INTEGER, STRING } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import type { Catalog } from '../commands/catalog.ts'
import type { QueryRequest } from '../requests.ts'

/** Where the value of a column stands in a row of the statement. */
interface Cell {
  readonly column: Column
  /** Place among the shape's literals. */
  readonly literal: number
  readonly isNegative: boolean
}

type RowPlan = readonly Cell[]

interface InsertPlan {
  readonly source: DataSource
  readonly rows: readonly RowPlan[]
}

/** Longer texts have so many rows that parsing is the smaller part of their cost. */
const MAX_CHARS = 4096
const MAX_PLANS = 500
/** More digits may be a BIGINT. */
const MAX_DIGITS = 9

export class InsertPlans {
  #catalog: Catalog | null = null
  #plans = new Map<string, InsertPlan>()

  /** The rows of a statement like an earlier one. Null: it must be parsed. */
  find(request: QueryRequest, catalog: Catalog): readonly InsertedRow[] | null {
    if (catalog !== this.#catalog || !isPlain(request)) return null
    const shape = shapeOf(request.sql)
    const plan = shape === null ? undefined : this.#plans.get(shape.text)
    return plan === undefined ? null : boundRows(plan, shape!.literals)
  }

  /** Keeps the plan of a statement that was accepted, if it has literals alone. */
  keep(request: QueryRequest, statement: InsertValues, catalog: Catalog, planning: InsertContext): void {
    const shape = isPlain(request) ? shapeOf(request.sql) : null
    if (shape === null) return
    const { source, columns } = insertTarget(statement, planning)
    // What is written to the result of a query is answered with a warning.
    if (source.isDerived || columns.some(({ name }) => name === ROWTIME)) return
    const places = literalPlaces(shape, request.sql)
    const rows = statement.rows.map((row) => row.map((value, i) => cellOf(value, columns[i]!, places)))
    if (!rows.every((row): row is Cell[] => !row.includes(null))) return
    if (catalog !== this.#catalog || this.#plans.size >= MAX_PLANS) {
      this.#catalog = catalog
      this.#plans = new Map()
    }
    this.#plans.set(shape.text, { source, rows })
  }
}

/** Settings decide what a request may insert. */
function isPlain({ sql, properties = {} }: QueryRequest): boolean {
  if (sql.length > MAX_CHARS) return false
  for (const _ in properties) return false
  return true
}

function cellOf(value: Expression, column: Column, places: ReadonlyMap<string, number>): Cell | null {
  const { kind, location } = value
  if (kind !== 'stringLiteral' && kind !== 'integerLiteral' && kind !== 'decimalLiteral') return null
  const isNegative =
    (kind === 'integerLiteral' && value.value < 0) || (kind === 'decimalLiteral' && value.text.startsWith('-'))
  if (location === undefined) return null
  // A sign belongs to its literal, and is no part of the shape's. One that stands apart is not looked for.
  const place = places.get(`${location.line}:${location.column + (isNegative ? 1 : 0)}`)
  return place === undefined ? null : { column, literal: place, isNegative }
}

/** Null: a literal does not fit its column, or may be of another type than those of the plan. */
function boundRows({ source, rows }: InsertPlan, literals: readonly TextLiteral[]): InsertedRow[] | null {
  const { key, value } = source.schema
  const bound: InsertedRow[] = []
  for (const row of rows) {
    const given = new Map<string, Value>()
    for (const { column, literal, isNegative } of row) {
      const constant = constantOf(literals[literal]!, isNegative)
      if (constant === null) return null
      try {
        given.set(column.name, convertConstant(constant, column))
      } catch {
        // The statement is refused with its place once it is parsed.
        return null
      }
    }
    const keyValues = key.map(({ name }) => given.get(name) ?? null)
    if (source.kind === 'TABLE' && keyValues.includes(null)) return null
    bound.push({ source, key: keyValues, value: value.map(({ name }) => given.get(name) ?? null), timestamp: null })
  }
  return bound
}

function constantOf({ kind, text }: TextLiteral, isNegative: boolean): Constant | null {
  if (kind === 'string') return isNegative ? null : { type: STRING, value: text }
  const signed = isNegative ? `-${text}` : text
  if (kind === 'integer') return text.length > MAX_DIGITS ? null : { type: INTEGER, value: Number(signed) || 0 }
  const value = Decimal.parse(signed)
  return { type: decimalTypeOf(value), value }
}
