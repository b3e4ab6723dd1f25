/** Literal nodes: from a value to its JSON form in plans, and back. */
import { decodeBase64, encodeBase64 } from '../types/base64.ts'
import { fromBigInt } from '../types/bigint64.ts'
import { Decimal } from '../types/decimal.ts'
import { BOOLEAN, type DecimalType, decimal, type SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'
import type { Expression, LiteralExpression } from './expression.ts'

/** The literal NULL, which has no type. */
export const NULL_LITERAL: LiteralExpression = { kind: 'literal', type: null, value: null }
export const FALSE_LITERAL: LiteralExpression = { kind: 'literal', type: BOOLEAN, value: false }

/** A literal of a value of `type`, NULL included; null where JSON cannot hold it (structures, DOUBLEs that are not finite, -0). */
export function literalOf(type: SqlType, value: Value): LiteralExpression | null {
  const json = toJson(type, value)
  return json === undefined ? null : { kind: 'literal', type, value: json }
}

function toJson(type: SqlType, value: Value): LiteralExpression['value'] | undefined {
  if (value === null) return null
  switch (type.kind) {
    case 'BIGINT':
      return typeof value === 'bigint' ? String(value) : (value as number)
    case 'DOUBLE':
      return Number.isFinite(value) && !Object.is(value, -0) ? (value as number) : undefined
    case 'DECIMAL':
      return (value as Decimal).toString()
    case 'BYTES':
      return encodeBase64(value as Uint8Array)
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return undefined
    default:
      return value as boolean | number | string
  }
}

/** The value of a literal node. */
export function literalValue({ type, value }: LiteralExpression): Value {
  if (value === null || type === null) return null
  switch (type.kind) {
    case 'BIGINT':
      return typeof value === 'string' ? fromBigInt(BigInt(value)) : value
    case 'DECIMAL':
      return Decimal.parse(String(value)).rescale(type.scale, 'UNNECESSARY')
    case 'BYTES':
      return decodeBase64(String(value))
    default:
      return value
  }
}

export const isNullLiteral = (expression: Expression): boolean =>
  expression.kind === 'literal' && expression.value === null

/** The type of a literal with these digits; there is always one digit before the point: `0.5` and `.5` are DECIMAL(2, 1). */
export const decimalTypeOf = (value: Decimal): DecimalType =>
  decimal(Math.max(value.precision(), value.scale + 1), value.scale)
