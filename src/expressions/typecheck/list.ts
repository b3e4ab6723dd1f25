/**
 * The common type of a list of expressions: IN, ARRAY[...], the keys and the values of MAP(...). It starts at the first expression that
 * is not NULL and widens in order; literals give way to the others. Source: ksqlDB's CoercionUtil.
 */
import { StatementError } from '../../errors.ts'
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { isInt64, MAX_INT32, MIN_INT32 } from '../../types/bigint64.ts'
import { commonType, implicitlyConvertible } from '../../types/convertible.ts'
import { Decimal } from '../../types/decimal.ts'
import {
  type ArrayType,
  array,
  BIGINT,
  INTEGER,
  isNumeric,
  type MapType,
  map,
  type SqlType,
  STRING,
  type StructField,
  type StructType,
  struct,
} from '../../types/sql-type.ts'
import { coerce } from '../coerce.ts'
import type { Expression, MapExpression, StructExpression } from '../expression.ts'
import { decimalTypeOf, isNullLiteral } from '../literal.ts'
import { type Checker, typeText } from './checker.ts'

export interface CommonList {
  /** Null if all are the literal NULL. */
  readonly type: SqlType | null
  /** The expressions as that type. */
  readonly expressions: readonly Expression[]
}

export function checkList(list: readonly Syntax[], { check }: Checker): CommonList {
  const typed = list.map(check)
  let type: SqlType | null = null
  for (const [i, expression] of typed.entries()) type = widen(type, expression, list[i]!)
  const target = type
  return { type, expressions: target === null ? typed : typed.map((expression) => coerce(expression, target)) }
}

function widen(target: SqlType | null, expression: Expression, syntax: Syntax): SqlType | null {
  if (target === null || expression.type === null) return target ?? expression.type
  const common = widened(target, expression)
  if (common !== null) return common
  throw new StatementError(
    `operator does not exist: ${typeText(target)} = ${typeText(expression.type)} (${displayExpression(syntax)})` +
      '\nHint: You might need to add explicit type casts.',
    { location: syntax.location },
  )
}

/** `target` widened so that it takes `expression` too; null if there is no such type. */
function widened(target: SqlType, expression: Expression): SqlType | null {
  if (expression.type === null || isNullLiteral(expression)) return target
  if (expression.kind === 'array' && target.kind === 'ARRAY') return widenedArray(target, expression.elements)
  if (expression.kind === 'map' && target.kind === 'MAP') return widenedMap(target, expression)
  if (expression.kind === 'struct' && target.kind === 'STRUCT') return widenedStruct(target, expression)
  if (expression.kind === 'literal') return widenedByLiteral(target, expression.type, expression.value)
  return wider(target, expression.type)
}

function widenedAll(target: SqlType, expressions: readonly Expression[]): SqlType | null {
  let type: SqlType | null = target
  for (const expression of expressions) type = type === null ? null : widened(type, expression)
  return type
}

function widenedArray(target: ArrayType, elements: readonly Expression[]): SqlType | null {
  const element = widenedAll(target.element, elements)
  return element === null ? null : array(element)
}

function widenedMap(target: MapType, { entries }: MapExpression): SqlType | null {
  const key = widenedAll(
    target.key,
    entries.map((entry) => entry.key),
  )
  const value = widenedAll(
    target.value,
    entries.map((entry) => entry.value),
  )
  return key === null || value === null ? null : map(key, value)
}

/** The union of the fields: those of the target first. */
function widenedStruct(target: StructType, expression: StructExpression): SqlType | null {
  const given = expression.type.kind === 'STRUCT' ? expression.type.fields : []
  const fields: StructField[] = []
  for (const field of target.fields) {
    const position = given.findIndex(({ name }) => name === field.name)
    const type = position < 0 ? field.type : widened(field.type, expression.fields[position]!)
    if (type === null) return null
    fields.push({ name: field.name, type })
  }
  return struct([...fields, ...given.filter(({ name }) => !target.fields.some((field) => field.name === name))])
}

/** A text literal may stand for a number or a BOOLEAN, and any literal for a text. */
function widenedByLiteral(target: SqlType, type: SqlType, value: unknown): SqlType | null {
  if (target.kind === 'STRING') return STRING
  if (type.kind !== 'STRING') return wider(target, type)
  const text = String(value)
  if (isNumeric(target)) return commonType(target, numberTypeOf(text) ?? refuseText(target, text))
  if (target.kind === 'BOOLEAN') return isBooleanText(text) ? target : refuseText(target, text)
  return wider(target, type)
}

/** The type that both convert to without a CAST: a common one, or one of the two. */
function wider(a: SqlType, b: SqlType): SqlType | null {
  const common = commonType(a, b)
  if (common !== null) return common
  if (implicitlyConvertible(b, a)) return a
  return implicitlyConvertible(a, b) ? b : null
}

function refuseText(target: SqlType, text: string): never {
  throw new StatementError(
    `invalid input syntax for type ${target.kind}: "${text}".\nHint: You might need to add explicit type casts.`,
  )
}

/** By content: INTEGER, BIGINT, else DECIMAL; null if the text is no number. */
function numberTypeOf(text: string): SqlType | null {
  const value = parseDecimal(text.trim())
  if (value === null) return null
  if (INTEGER_TEXT.test(text.trim())) {
    if (value.unscaled >= MIN_INT32 && value.unscaled <= MAX_INT32) return INTEGER
    if (isInt64(value.unscaled)) return BIGINT
  }
  return decimalTypeOf(value)
}

const INTEGER_TEXT = /^[+-]?\d+$/

function parseDecimal(text: string): Decimal | null {
  try {
    return Decimal.parse(text)
  } catch {
    return null
  }
}

const isBooleanText = (text: string): boolean => {
  const word = text.trim().toLowerCase()
  return word !== '' && ['true', 'false', 'yes', 'no'].some((whole) => whole.startsWith(word))
}
