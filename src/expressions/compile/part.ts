/**
 * Parts of a value: elements of ARRAY, MAP and STRUCT, and arguments of functions. An error in one makes it NULL and is reported, and the
 * rest is still evaluated; with `ksql.nested.error.set.null` = false the error goes up. Source: ksqlDB's documentation of that property.
 * Exceeded bounds always end the whole expression: what follows would only exceed them again.
 */
import { messageOf } from '../../errors.ts'
import { BudgetError } from '../../functions/budget.ts'
import type { Expression } from '../expression.ts'
import { canFail } from '../inspect.ts'
import { type CompileContext, type CompileOptions, type Compiler, type Evaluator, isFalse } from './compiler.ts'

export function compilePart(expression: Expression, { compile, context }: Compiler): Evaluator {
  const evaluate = compile(expression)
  if (!isGuarded(expression, context)) return evaluate
  return (row) => {
    try {
      return evaluate(row)
    } catch (error) {
      return reportPart(error, context)
    }
  }
}

/** Whether an error in this part stays there. */
export const isGuarded = (expression: Expression, context: CompileContext): boolean =>
  canFail(expression) && !isFalse(context, 'ksql.nested.error.set.null')

export function reportPart(error: unknown, { reportError, budget }: CompileOptions): null {
  if (error instanceof BudgetError) throw error
  if (budget === null || budget.mayReport()) reportError?.(messageOf(error), error)
  return null
}
