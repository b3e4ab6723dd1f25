/**
 * Which index of a table spares a pull query reading all of it, and where to look: the first columns of the index are compared with constants
 * for equality, and the next one may have bounds. The whole WHERE still decides on every row found, so what is looked up may be too much, and
 * never too little.
 */
import { StatementError } from '../../errors.ts'
import { type ConstantContext, convertConstant, evaluateConstant } from '../../expressions/constant.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { ComparisonOperator, Expression } from '../../sql/ast/query.ts'
import { contains } from '../../sql/walk.ts'
import { disjoint, type EntryPrefix, entryPrefix, entryRange, type ValueRange } from '../../state/index-text.ts'
import type { EntryRange } from '../../state/store.ts'
import type { Column } from '../../types/schema.ts'
import type { Value } from '../../types/value.ts'
import type { IndexLookup, TableIndex } from '../table-index.ts'
import { orientedComparison } from './comparisons.ts'
import { type Conjuncts, disjunctsOf } from './disjuncts.ts'

export interface IndexLookupOptions {
  readonly source: DataSource
  readonly indexes: readonly TableIndex[]
  readonly constants: ConstantContext
}

/** The index that narrows the search most. Null: none does. */
export function planIndexLookup(
  where: Expression | null,
  { source, indexes, constants }: IndexLookupOptions,
): IndexLookup | null {
  const disjuncts = where === null || indexes.length === 0 ? null : disjunctsOf(where)
  if (disjuncts === null) return null
  const bounds = disjuncts.map((conjuncts) => readBounds(conjuncts, source, constants))
  let best: Candidate | null = null
  for (const index of indexes) {
    const candidate = candidateOf(index, bounds, source)
    if (candidate !== null && candidate.weight > (best?.weight ?? 0)) best = candidate
  }
  return best?.lookup ?? null
}

/** What a column must be: one value, or within a range. */
interface Bounds {
  readonly equal?: Value
  readonly from?: Value
  readonly to?: Value
}

/** By the name of the column. */
type BoundsByColumn = ReadonlyMap<string, Bounds>

interface Candidate {
  readonly lookup: IndexLookup
  readonly weight: number
}

/** A column that must have one value narrows the search more than one with a range. */
const EQUAL_WEIGHT = 2
const RANGE_WEIGHT = 1

function candidateOf(
  { name, columns }: TableIndex,
  disjuncts: readonly BoundsByColumn[],
  { schema }: DataSource,
): Candidate | null {
  const all = [...schema.key, ...schema.value]
  const names = columns.map(({ at }) => all[at]!.name)
  const prefix = entryPrefix(columns.map(({ type }) => type))
  const found = disjuncts.map((bounds) => rangeIn(names, bounds, prefix))
  const weight = Math.min(...found.map((one) => one.weight))
  return weight === 0 ? null : { lookup: { name, ranges: disjoint(found.map(({ range }) => range)) }, weight }
}

function rangeIn(
  names: readonly string[],
  bounds: BoundsByColumn,
  prefix: EntryPrefix,
): { readonly range: EntryRange; readonly weight: number } {
  const equal: Value[] = []
  let next: ValueRange | null = null
  for (const name of names) {
    const bound = bounds.get(name)
    if (bound?.equal === undefined) {
      next = bound ?? null
      break
    }
    equal.push(bound.equal)
  }
  const weight = equal.length * EQUAL_WEIGHT + (next === null ? 0 : RANGE_WEIGHT)
  return { range: entryRange(prefix, equal, next), weight }
}

function readBounds(conjuncts: Conjuncts, { schema }: DataSource, constants: ConstantContext): BoundsByColumn {
  const bounds = new Map<string, Bounds>()
  const columns = [...schema.key, ...schema.value]
  for (const condition of conjuncts) {
    const prefix = likePrefix(condition)
    const text = prefix === null ? undefined : columns.find(({ name }) => name === prefix.column)
    // Another bound of the column stays: the narrower one is not known here.
    if (text?.type.kind === 'STRING' && !bounds.has(text.name)) bounds.set(text.name, prefix!.bounds)
    const comparison = orientedComparison(condition)
    if (comparison === null) continue
    const column = columns.find(({ name }) => name === comparison.column)
    const place = placeOf(comparison.operator)
    if (column === undefined || place === null) continue
    const value = constantOf(comparison.other, column, constants)
    // Any of several bounds on one side will do.
    if (value !== null) bounds.set(column.name, { ...bounds.get(column.name), [place]: value })
  }
  return bounds
}

/** What LIKE says of how the texts of a column begin; null: nothing. */
function likePrefix(condition: Expression): { readonly column: string; readonly bounds: Bounds } | null {
  if (condition.kind !== 'like' || condition.negated || condition.operand.kind !== 'columnReference') return null
  const { operand, pattern } = condition
  if (pattern.kind !== 'stringLiteral') return null
  const wildcard = [...pattern.value].findIndex((char) => char === '%' || char === '_' || char === condition.escape)
  const prefix = wildcard < 0 ? pattern.value : [...pattern.value].slice(0, wildcard).join('')
  const last = prefix.charCodeAt(prefix.length - 1)
  if (prefix === '') return null
  // Texts are ordered by their UTF-16 units. Behind a surrogate no next text is well formed, and the range stays open.
  const isOpen = last >= LAST_BEFORE_SURROGATES
  const to = isOpen ? {} : { to: prefix.slice(0, -1) + String.fromCharCode(last + 1) }
  return { column: operand.name, bounds: { from: prefix, ...to } }
}

const LAST_BEFORE_SURROGATES = 0xd7ff

function placeOf(operator: ComparisonOperator): keyof Bounds | null {
  switch (operator) {
    case '=':
      return 'equal'
    case '>':
    case '>=':
      return 'from'
    case '<':
    case '<=':
      return 'to'
    default:
      return null
  }
}

/** As a value of the column; null: it depends on the row or on the moment, or the column cannot have it. */
function constantOf(expression: Expression, column: Column, constants: ConstantContext): Value {
  if (contains(expression, ({ kind }) => kind === 'columnReference' || kind === 'functionCall')) return null
  try {
    return convertConstant(evaluateConstant(expression, 'WHERE', constants), column)
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    return null
  }
}
