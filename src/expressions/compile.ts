/**
 * From typed expressions to functions of a row. Two ways with one meaning: closures, made in no time, for what runs once (constants of
 * statements, pull queries), and generated source for what runs per record.
 */
import type { Row, Value } from '../types/value.ts'
import { compileClosures } from './compile/closures.ts'
import type { CompileContext, Evaluator } from './compile/compiler.ts'
import type { Expression } from './expression.ts'
import { generate, generateRow } from './generate/generate.ts'
import { childrenOf } from './inspect.ts'

export type { CompileContext, Evaluator } from './compile/compiler.ts'

/** The evaluator of `expression`. Throws an Error if the expression (of a stored plan) needs a function or a cast that is gone. */
export function compile(expression: Expression, context: CompileContext): Evaluator {
  return isGenerated([expression], context) ? generate(expression, context) : compileClosures(expression, context)
}

/** As `compile`, for a BOOLEAN expression; NULL, which is no match, counts as false. */
export function compilePredicate(expression: Expression, context: CompileContext): (row: Row) => boolean {
  const evaluate = compile(expression, context)
  return (row) => evaluate(row) === true
}

/**
 * A function that makes a new row of the values of `expressions`. One that fails is told to `onError` with its position, and gives NULL:
 * the rest of the row stays.
 */
export function compileRow(
  expressions: readonly Expression[],
  context: CompileContext,
  onError: (column: number, error: unknown) => void,
): (row: Row) => Row {
  if (isGenerated(expressions, context)) return generateRow(expressions, context, onError)
  const evaluators = expressions.map((expression) => compileClosures(expression, context))
  return (row) => evaluators.map((evaluate, column) => valueOr(evaluate, row, (error) => onError(column, error)))
}

function valueOr(evaluate: Evaluator, row: Row, onError: (error: unknown) => void): Value {
  try {
    return evaluate(row)
  } catch (error) {
    onError(error)
    return null
  }
}

/** Above this the JavaScript parser might run out of stack. */
const MAX_GENERATED_DEPTH = 200

const isGenerated = (expressions: readonly Expression[], { runs = 'often' }: CompileContext): boolean =>
  runs === 'often' && expressions.every((expression) => depthOf(expression) <= MAX_GENERATED_DEPTH)

const depthOf = (expression: Expression): number =>
  1 + childrenOf(expression).reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0)
