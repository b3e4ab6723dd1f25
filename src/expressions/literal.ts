/** Literal nodes: from a value to its JSON form in plans, and back. */
import type { Decimal } from '../types/decimal.ts'
import { literalFromJson, literalToJson } from '../types/literal-json.ts'
import { BOOLEAN, type DecimalType, decimal, type SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'
import type { Expression, LiteralExpression } from './expression.ts'

/** The literal NULL, which has no type. */
export const NULL_LITERAL: LiteralExpression = { kind: 'literal', type: null, value: null }
export const FALSE_LITERAL: LiteralExpression = { kind: 'literal', type: BOOLEAN, value: false }

/** A literal of a value of `type`, NULL included; null where JSON cannot hold it (structures, DOUBLEs that are not finite, -0). */
export function literalOf(type: SqlType, value: Value): LiteralExpression | null {
  const json = literalToJson(type, value)
  return json === undefined ? null : { kind: 'literal', type, value: json }
}

/** The value of a literal node. */
export const literalValue = ({ type, value }: LiteralExpression): Value =>
  type === null ? null : literalFromJson(type, value)

export const isNullLiteral = (expression: Expression): boolean =>
  expression.kind === 'literal' && expression.value === null

/** The type of a literal with these digits; there is always one digit before the point: `0.5` and `.5` are DECIMAL(2, 1). */
export const decimalTypeOf = (value: Decimal): DecimalType =>
  decimal(Math.max(value.precision(), value.scale + 1), value.scale)
