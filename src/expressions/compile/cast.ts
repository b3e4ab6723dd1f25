/** CAST and implicit conversions. Source: ksqlDB's CastEvaluator. */
import { type Cast, castFunction } from '../../types/cast.ts'
import { formatType } from '../../types/sql-type.ts'
import type { CastExpression } from '../expression.ts'
import { type CompileContext, type Compiler, type Evaluator, isFalse } from './compiler.ts'

export function compileCast(expression: CastExpression, { compile, context }: Compiler): Evaluator {
  const evaluate = compile(expression.operand)
  const cast = castOf(expression, context)
  return (row) => cast(evaluate(row))
}

/** The conversion alone, NULL included. */
export function castOf({ operand, type }: CastExpression, context: CompileContext): Cast {
  const nullsAsText = isFalse(context, 'ksql.cast.strings.preserve.nulls')
  if (operand.type === null) return () => (nullsAsText && type.kind === 'STRING' ? 'null' : null)
  const cast = castFunction(operand.type, type, { nullsAsText })
  if (cast === null) throw new Error(`Cast of ${formatType(operand.type)} to ${formatType(type)} is not supported`)
  return cast
}
