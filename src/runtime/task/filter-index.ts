/**
 * The filters of many inputs on one row. Filters that begin with `column = constant` are found by the column's value, so that a thousand
 * queries that each want another value cost a record one look-up, not a thousand comparisons. Only the first condition of a chain of
 * ANDs counts: those behind it may fail, which is reported, and are not reached unless it holds.
 */
import type { ColumnExpression, Expression } from '../../expressions/expression.ts'
import type { Row, Value } from '../../types/value.ts'
import { TextTable } from './text-table.ts'

export interface IndexedFilter {
  /** What `matches` computes over the row that `match` gets; null: it depends on more than the row. */
  readonly predicate: Expression | null
  readonly matches: (row: Row) => boolean
}

export class FilterIndex<Filter extends IndexedFilter> {
  /** Filters that hold for the row that was matched last. */
  readonly matched: Filter[] = []
  readonly #others: Filter[] = []
  readonly #columns: IndexedColumn<Filter>[] = []

  constructor(filters: readonly Filter[]) {
    for (const filter of filters) this.add(filter)
  }

  add(filter: Filter): void {
    const wanted = wantedBy(filter)
    if (wanted === null) {
      this.#others.push(filter)
      return
    }
    const { column, value } = wanted
    let indexed = this.#columns.find((one) => one.column === column.index)
    if (indexed === undefined) {
      const byValue: ByValue<Filter> = column.type.kind === 'STRING' ? new TextValues() : new Map()
      this.#columns.push((indexed = { column: column.index, byValue }))
    }
    let candidates = indexed.byValue.get(value)
    if (candidates === undefined) indexed.byValue.set(value, (candidates = { sure: [], checked: [] }))
    candidates[kindOf(filter)].push(filter)
  }

  remove(filter: Filter): void {
    const wanted = wantedBy(filter)
    if (wanted === null) {
      take(this.#others, filter)
      return
    }
    const indexed = this.#columns.find(({ column }) => column === wanted.column.index)
    const candidates = indexed?.byValue.get(wanted.value)
    if (indexed === undefined || candidates === undefined) return
    take(candidates[kindOf(filter)], filter)
    if (candidates.sure.length + candidates.checked.length === 0) indexed.byValue.delete(wanted.value)
    if (indexed.byValue.size === 0) take(this.#columns, indexed)
  }

  get isEmpty(): boolean {
    return this.#others.length === 0 && this.#columns.length === 0
  }

  /** Finds what holds for the row. False: nothing does. */
  match(row: Row): boolean {
    const { matched } = this
    if (matched.length > 0) matched.length = 0
    if (this.#others.length > 0) this.#check(this.#others, row)
    const columns = this.#columns
    for (let i = 0; i < columns.length; i++) {
      const { column, byValue } = columns[i]!
      const candidates = byValue.get(row[column]!)
      if (candidates === undefined) continue
      for (let j = 0; j < candidates.sure.length; j++) matched.push(candidates.sure[j]!)
      this.#check(candidates.checked, row)
    }
    return matched.length > 0
  }

  #check(filters: readonly Filter[], row: Row): void {
    for (let i = 0; i < filters.length; i++) {
      const filter = filters[i]!
      if (filter.matches(row)) this.matched.push(filter)
    }
  }
}

interface ByValue<Filter> {
  readonly size: number
  get(value: Value): Candidates<Filter> | undefined
  set(value: Value, candidates: Candidates<Filter>): void
  delete(value: Value): void
}

/** Values of a STRING column: texts, or null. */
class TextValues<Filter> implements ByValue<Filter> {
  readonly #texts = new TextTable<Candidates<Filter>>()

  get size(): number {
    return this.#texts.size
  }

  get(value: Value): Candidates<Filter> | undefined {
    return value === null ? undefined : this.#texts.get(value as string)
  }

  set(value: Value, candidates: Candidates<Filter>): void {
    this.#texts.set(value as string, candidates)
  }

  delete(value: Value): void {
    this.#texts.delete(value as string)
  }
}

interface IndexedColumn<Filter> {
  readonly column: number
  readonly byValue: ByValue<Filter>
}

/** Filters that require the same value of a column. */
interface Candidates<Filter> {
  /** Filters without a further condition. */
  readonly sure: Filter[]
  readonly checked: Filter[]
}

export interface WantedValue {
  readonly column: ColumnExpression
  readonly value: Value
}

/** Types whose values are equal exactly when they are the same key of a Map. */
const KEYS: readonly string[] = ['STRING', 'INTEGER', 'BOOLEAN']

/** The value that the first condition of a chain of ANDs requires of a column; null: it requires something else. */
export function wantedValue(predicate: Expression): WantedValue | null {
  if (predicate.kind === 'logical') return predicate.operator === 'AND' ? wantedValue(predicate.left) : null
  if (predicate.kind !== 'comparison' || predicate.operator !== '=') return null
  const { left, right } = predicate
  return columnIs(left, right) ?? columnIs(right, left)
}

function columnIs(column: Expression, literal: Expression): WantedValue | null {
  if (column.kind !== 'column' || literal.kind !== 'literal' || literal.value === null) return null
  if (column.type.kind !== literal.type?.kind || !KEYS.includes(column.type.kind)) return null
  return { column, value: literal.value }
}

const wantedBy = ({ predicate }: IndexedFilter): WantedValue | null =>
  predicate === null ? null : wantedValue(predicate)

/** Whether the predicate holds for all rows with the value that it wants, so that nothing of it is left to evaluate. */
export const isSure = (predicate: Expression): boolean =>
  predicate.kind === 'comparison' && wantedValue(predicate) !== null

const kindOf = ({ predicate }: IndexedFilter): keyof Candidates<unknown> =>
  predicate !== null && isSure(predicate) ? 'sure' : 'checked'

function take<Item>(items: Item[], item: Item): void {
  const index = items.indexOf(item)
  if (index >= 0) items.splice(index, 1)
}
