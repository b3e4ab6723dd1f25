/** CAST and implicit conversions. Source: ksqlDB's CastEvaluator. */
import { type Budget, isSized } from '../../functions/budget.ts'
import { type Cast, castFunction } from '../../types/cast.ts'
import { formatType, type SqlType } from '../../types/sql-type.ts'
import { counter, keeper } from '../bounds.ts'
import type { CastExpression } from '../expression.ts'
import { type CompileOptions, type Compiler, type Evaluator, isFalse } from './compiler.ts'

export function compileCast(expression: CastExpression, { compile, context }: Compiler): Evaluator {
  const evaluate = compile(expression.operand)
  const cast = castOf(expression, context)
  return (row) => cast(evaluate(row))
}

/** The conversion alone, NULL included. */
export function castOf({ operand, type }: CastExpression, context: CompileOptions): Cast {
  const nullsAsText = isFalse(context, 'ksql.cast.strings.preserve.nulls')
  if (operand.type === null) return () => (nullsAsText && type.kind === 'STRING' ? 'null' : null)
  const cast = castFunction(operand.type, type, { nullsAsText })
  if (cast === null) throw new Error(`Cast of ${formatType(operand.type)} to ${formatType(type)} is not supported`)
  return context.budget === null || !isSized(operand.type)
    ? cast
    : boundedCast(cast, operand.type, type, context.budget)
}

function boundedCast(cast: Cast, from: SqlType, to: SqlType, budget: Budget): Cast {
  const count = counter(from, budget)!
  const keep = keeper(to, budget)
  return (value) => keep(cast(count(value)))
}
