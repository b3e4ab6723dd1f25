/**
 * The literals of a pull query that say nothing but which keys to look up. Statements that differ in them alone share a plan, and rows that
 * are found by them need no further test.
 */

import type { Location } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { Expression } from '../../sql/ast/query.ts'
import type { KeyRange } from '../../state/store.ts'
import type { Column } from '../../types/schema.ts'
import type { Row, Value } from '../../types/value.ts'
import { disjunctsOf } from './disjuncts.ts'
import type { Lookup } from './pull-lookup.ts'

/** A literal as it stands in the text: a string without its quotes, or digits. */
export type LiteralText = { readonly kind: 'string' | 'integer' | 'decimal'; readonly text: string }

export interface KeyParameter {
  /** Where the literal stands. */
  readonly location: Location
  readonly column: Column
  readonly use: 'equal' | 'from' | 'to'
  /** Whether the bound belongs to the range. */
  readonly isInclusive: boolean
}

/**
 * The parameters of a WHERE that compares key columns with literals of their own types, and does nothing else: `=` for each, or bounds on a
 * single one. Those of the key columns come in their order. Null for every other WHERE.
 */
export function keyParameters(
  where: Expression | null,
  { schema, window }: DataSource,
): readonly KeyParameter[] | null {
  const disjuncts = where === null || window !== null ? null : disjunctsOf(where)
  if (disjuncts?.length !== 1) return null
  const found = disjuncts[0]!.map((condition) => parameterOf(condition, schema.key))
  if (found.some((parameter) => parameter === null)) return null
  const parameters = found as readonly KeyParameter[]
  return isLookup(parameters, schema.key) ? inOrder(parameters, schema.key) : null
}

/** What a plan with these parameters looks up for other literals in their places. Null: a literal needs a plan of its own. */
export function bindParameters(
  parameters: readonly KeyParameter[],
  literals: readonly LiteralText[],
): Pick<Lookup, 'keys' | 'keyRange'> | null {
  const values: Value[] = []
  for (let i = 0; i < parameters.length; i++) {
    const value = boundValue(literals[i]!, parameters[i]!.column)
    if (value === null) return null
    values.push(value)
  }
  if (parameters[0]!.use === 'equal') return { keys: [values], keyRange: null }
  const range = parameters.map(({ use, isInclusive }, i): KeyRange<Row> => {
    const key = [values[i]!]
    return use === 'from' ? { from: key, fromInclusive: isInclusive } : { to: key, toInclusive: isInclusive }
  })
  return { keys: null, keyRange: Object.assign({}, ...range) }
}

function parameterOf(condition: Expression, keys: readonly Column[]): KeyParameter | null {
  if (condition.kind !== 'comparison' || condition.left.kind !== 'columnReference') return null
  const { left, right, operator } = condition
  const column = keys.find(({ name }) => name === left.name)
  if (column === undefined || right.location === undefined || !isOwnLiteral(right, column)) return null
  const parameter = { location: right.location, column }
  switch (operator) {
    case '=':
      return { ...parameter, use: 'equal', isInclusive: true }
    case '>':
    case '>=':
      return { ...parameter, use: 'from', isInclusive: operator === '>=' }
    case '<':
    case '<=':
      return { ...parameter, use: 'to', isInclusive: operator === '<=' }
    default:
      return null
  }
}

function isOwnLiteral({ kind }: Expression, { type }: Column): boolean {
  switch (type.kind) {
    case 'STRING':
      return kind === 'stringLiteral'
    case 'INTEGER':
    case 'BIGINT':
      return kind === 'integerLiteral'
    default:
      return false
  }
}

function isLookup(parameters: readonly KeyParameter[], keys: readonly Column[]): boolean {
  if (parameters.every(({ use }) => use === 'equal')) {
    return parameters.length === keys.length && new Set(parameters.map(({ column }) => column)).size === keys.length
  }
  const uses = parameters.map(({ use }) => use)
  return keys.length === 1 && !uses.includes('equal') && new Set(uses).size === uses.length
}

const inOrder = (parameters: readonly KeyParameter[], keys: readonly Column[]): readonly KeyParameter[] =>
  parameters.toSorted((a, b) => keys.indexOf(a.column) - keys.indexOf(b.column))

/** More digits may be of another type, or beyond what a number holds exactly. */
const MAX_DIGITS = 9

function boundValue({ kind, text }: LiteralText, { type }: Column): Value {
  if (type.kind === 'STRING') return kind === 'string' ? text : null
  return kind === 'integer' && text.length <= MAX_DIGITS ? Number(text) : null
}
