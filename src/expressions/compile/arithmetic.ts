/** `+ - * / %` and negation on operands of one type. INTEGER and BIGINT wrap around; a NULL operand is an error. Source: ksqlDB's SqlToJavaVisitor. */
import type { Budget } from '../../functions/budget.ts'
import {
  addInt32,
  addInt64,
  divideInt32,
  divideInt64,
  type Int64,
  multiplyInt32,
  multiplyInt64,
  remainderInt32,
  remainderInt64,
  subtractInt32,
  subtractInt64,
} from '../../types/bigint64.ts'
import type { Decimal } from '../../types/decimal.ts'
import { type ArithmeticOperator, decimalArithmetic } from '../../types/decimal-arithmetic.ts'
import { type SqlType, STRING } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { keeper } from '../bounds.ts'
import type { ArithmeticExpression, NegateExpression } from '../expression.ts'
import { negateValue } from '../negate.ts'
import type { Compiler, Evaluator } from './compiler.ts'
import { nullOperand } from './nulls.ts'

type Operation = (left: Value, right: Value) => Value
type Operations<Operand> = { readonly [Operator in ArithmeticOperator]: (left: Operand, right: Operand) => Operand }

const INT32: Operations<number> = {
  '+': addInt32,
  '-': subtractInt32,
  '*': multiplyInt32,
  '/': divideInt32,
  '%': remainderInt32,
}
const INT64: Operations<Int64> = {
  '+': addInt64,
  '-': subtractInt64,
  '*': multiplyInt64,
  '/': divideInt64,
  '%': remainderInt64,
}
const DOUBLES: Operations<number> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
}

/** The operator on operands that are not NULL. */
export function operation(
  { operator, type }: { operator: ArithmeticOperator; type: SqlType },
  budget: Budget | null,
): Operation {
  switch (type.kind) {
    case 'INTEGER':
      return INT32[operator] as Operation
    case 'BIGINT':
      return INT64[operator] as Operation
    case 'DECIMAL': {
      const compute = decimalArithmetic(operator, type)
      return (left, right) => compute(left as Decimal, right as Decimal)
    }
    case 'STRING':
      return budget === null ? concatenate : keptConcatenation(budget)
    default:
      return DOUBLES[operator] as Operation
  }
}

const concatenate: Operation = (left, right) => (left as string) + (right as string)

function keptConcatenation(budget: Budget): Operation {
  const keep = keeper(STRING, budget)
  return (left, right) => keep(concatenate(left, right))
}

export function compileArithmetic(expression: ArithmeticExpression, { compile, context }: Compiler): Evaluator {
  const left = compile(expression.left)
  const right = compile(expression.right)
  const compute = operation(expression, context.budget)
  return (row) => {
    const a = left(row)
    if (a === null) nullOperand()
    const b = right(row)
    if (b === null) nullOperand()
    return compute(a, b)
  }
}

export function compileNegate({ operand, type }: NegateExpression, { compile }: Compiler): Evaluator {
  const evaluate = compile(operand)
  const negate = negateValue(type)
  return (row) => {
    const value = evaluate(row)
    if (value === null) nullOperand()
    return negate(value)
  }
}
