/**
 * The filters of many inputs on one row. Filters that begin with `column = constant` are found by the column's value, so that a thousand
 * queries that each want another value cost a record one look-up, not a thousand comparisons. Only the first condition of a chain of
 * ANDs counts: those behind it may fail, which is reported, and are not reached unless it holds.
 */
import type { ColumnExpression, Expression } from '../../expressions/expression.ts'
import type { Row, Value } from '../../types/value.ts'

export interface IndexedFilter {
  /** What `matches` computes over the row that `match` gets; null: it depends on more than the row. */
  readonly predicate: Expression | null
  readonly matches: (row: Row) => boolean
}

export class FilterIndex<Filter extends IndexedFilter> {
  /** Filters that hold for the row that was matched last. */
  readonly matched: Filter[] = []
  readonly #others: readonly Filter[]
  readonly #columns: readonly { readonly column: number; readonly byValue: ReadonlyMap<Value, Candidates<Filter>> }[]

  constructor(filters: readonly Filter[]) {
    const others: Filter[] = []
    const columns = new Map<number, Map<Value, Candidates<Filter>>>()
    for (const filter of filters) {
      const wanted = filter.predicate === null ? null : wantedValue(filter.predicate)
      if (wanted === null) others.push(filter)
      else addTo(columns, wanted, filter)
    }
    this.#others = others
    this.#columns = [...columns].map(([column, byValue]) => ({ column, byValue }))
  }

  get isEmpty(): boolean {
    return this.#others.length === 0 && this.#columns.length === 0
  }

  /** Finds what holds for the row. False: nothing does. */
  match(row: Row): boolean {
    const { matched } = this
    matched.length = 0
    this.#check(this.#others, row)
    for (const { column, byValue } of this.#columns) {
      const candidates = byValue.get(row[column]!)
      if (candidates === undefined) continue
      for (let i = 0; i < candidates.sure.length; i++) this.matched.push(candidates.sure[i]!)
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

function addTo<Filter extends IndexedFilter>(
  columns: Map<number, Map<Value, Candidates<Filter>>>,
  { column: { index }, value }: WantedValue,
  filter: Filter,
): void {
  const byValue = columns.get(index) ?? new Map<Value, Candidates<Filter>>()
  columns.set(index, byValue)
  const candidates = byValue.get(value) ?? { sure: [], checked: [] }
  byValue.set(value, candidates)
  const isSure = filter.predicate?.kind === 'comparison'
  candidates[isSure ? 'sure' : 'checked'].push(filter)
}
