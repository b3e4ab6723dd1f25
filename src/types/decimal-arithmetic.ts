/** Result types and computation of `+ - * / %` on DECIMAL columns. The types are those of ksqlDB's DecimalUtil. */
import { type Decimal, ensureFits } from './decimal.ts'
import { type DecimalType, decimal } from './sql-type.ts'

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

type Compute = (left: Decimal, right: Decimal) => Decimal

/** Type of `left operator right`. */
export function decimalResultType(operator: ArithmeticOperator, left: DecimalType, right: DecimalType): DecimalType {
  const { precision: p1, scale: s1 } = left
  const { precision: p2, scale: s2 } = right
  const scale = Math.max(s1, s2)
  switch (operator) {
    case '+':
    case '-':
      return decimal(scale + Math.max(p1 - s1, p2 - s2) + 1, scale)
    case '*':
      return decimal(p1 + p2 + 1, s1 + s2)
    case '/': {
      const quotientScale = Math.max(6, s1 + p2 + 1)
      return decimal(p1 - s1 + s2 + quotientScale, quotientScale)
    }
    case '%':
      return decimal(Math.min(p1 - s1, p2 - s2) + scale, scale)
  }
}

/**
 * The operator on values of any scale, giving values of the result type's scale. Only a quotient may need rounding; it is rounded HALF_UP.
 * (ksqlDB refuses quotients that do not end.) Throws on division by zero, and where the result does not fit the result type.
 */
export function decimalArithmetic(operator: ArithmeticOperator, { precision, scale }: DecimalType): Compute {
  const compute = exact(operator, scale)
  return (left, right) => {
    const result = compute(left, right).rescale(scale, 'UNNECESSARY')
    ensureFits(result, precision, scale)
    return result
  }
}

function exact(operator: ArithmeticOperator, scale: number): Compute {
  switch (operator) {
    case '+':
      return (left, right) => left.add(right)
    case '-':
      return (left, right) => left.subtract(right)
    case '*':
      return (left, right) => left.multiply(right)
    case '/':
      return (left, right) => left.divide(right, scale, 'HALF_UP')
    case '%':
      return (left, right) => left.remainder(right)
  }
}
