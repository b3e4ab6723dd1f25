/**
 * Conversion of a typed expression to another type. Literals convert here, once; constructors convert their parts; anything else gets a
 * cast node.
 */
import { StatementError } from '../errors.ts'
import { type Cast, castFunction } from '../types/cast.ts'
import { equalTypes, formatType, type SqlType, type StructType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'
import type { Expression, LiteralExpression, StructExpression } from './expression.ts'
import { literalOf, literalValue } from './literal.ts'

/** `expression` as `to`. Throws a StatementError where the dialect has no such cast, and where a literal cannot be converted. */
export function coerce(expression: Expression, to: SqlType): Expression {
  const from = expression.type
  if (from !== null && equalTypes(from, to)) return expression
  switch (expression.kind) {
    case 'literal':
      return coerceLiteral(expression, to)
    case 'array':
      if (to.kind !== 'ARRAY') break
      return { kind: 'array', type: to, elements: expression.elements.map((element) => coerce(element, to.element)) }
    case 'map':
      if (to.kind !== 'MAP') break
      return {
        kind: 'map',
        type: to,
        entries: expression.entries.map(({ key, value }) => ({
          key: coerce(key, to.key),
          value: coerce(value, to.value),
        })),
      }
    case 'struct':
      if (to.kind === 'STRUCT') return coerceStruct(expression, to)
  }
  return castNode(expression, to)
}

/** A cast node, refused where the dialect has no such cast. */
export function castNode(operand: Expression, to: SqlType): Expression {
  const from = operand.type
  if (from !== null && castFunction(from, to) === null) {
    throw new StatementError(`Cast of ${formatType(from)} to ${formatType(to)} is not supported`)
  }
  return { kind: 'cast', type: to, operand }
}

function coerceLiteral(literal: LiteralExpression, to: SqlType): Expression {
  if (literal.value === null || literal.type === null) return { kind: 'literal', type: to, value: null }
  const cast = castFunction(literal.type, to)
  const converted = cast === null ? null : literalOf(to, convert(literal, cast))
  return converted ?? castNode(literal, to)
}

function convert(literal: LiteralExpression, cast: Cast): Value {
  try {
    return cast(literalValue(literal))
  } catch (error) {
    throw new StatementError((error as Error).message, { cause: error })
  }
}

/** By field name, as the cast of a struct; fields that the constructor does not have are NULL. */
function coerceStruct(expression: StructExpression, to: StructType): Expression {
  const from = expression.type.kind === 'STRUCT' ? expression.type.fields : []
  const fields = to.fields.map(({ name, type }): Expression => {
    const position = from.findIndex((field) => field.name === name)
    return position < 0 ? { kind: 'literal', type, value: null } : coerce(expression.fields[position]!, type)
  })
  return { kind: 'struct', type: to, fields }
}
