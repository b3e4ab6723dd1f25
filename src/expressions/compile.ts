/**
 * From typed expressions to functions of a row. Two ways with one meaning: closures, made in no time, for what runs once (constants of
 * statements, pull queries), and generated source for what runs per record.
 */
import { type Budget, isSized, sizeOf } from '../functions/budget.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'
import { areBounded } from './bounds.ts'
import { compileClosures } from './compile/closures.ts'
import type { CompileContext, CompileOptions, Evaluator } from './compile/compiler.ts'
import type { Expression } from './expression.ts'
import { generate } from './generate/generate.ts'
import { childrenOf } from './inspect.ts'

export type { CompileContext, Evaluator } from './compile/compiler.ts'

/**
 * The evaluator of `expression`. Throws an Error if the expression (of a stored plan) needs a function or a cast that is gone. The evaluator
 * throws a BudgetError where it exceeds the bounds of the context's budget.
 */
export function compile(expression: Expression, context: CompileContext): Evaluator {
  const { evaluators, within } = compileTogether([expression], context)
  return within(evaluators[0]!)
}

/** Expressions that are evaluated on the same row, within the same bounds. */
export interface Together {
  readonly evaluators: readonly Evaluator[]
  /** Puts the bounds, if they need any, around a function that calls the evaluators. */
  readonly within: <Result>(run: (row: Row) => Result) => (row: Row) => Result
}

/** As `compile`; the evaluators are called only by a function that was passed through `within`. */
export function compileTogether(expressions: readonly Expression[], context: CompileContext): Together {
  const { budget } = context.functionContext
  const isBounded = areBounded(expressions, context.functions)
  const options: CompileOptions = { ...context, budget: isBounded ? budget : null }
  return {
    evaluators: expressions.map((expression) => {
      const evaluate = compileWith(expression, options)
      return isBounded ? retaining(evaluate, expression.type, budget) : evaluate
    }),
    within: (run) => (isBounded ? withinBudget(run, budget) : run),
  }
}

function retaining(evaluate: Evaluator, type: SqlType | null, budget: Budget): Evaluator {
  if (!isSized(type)) return evaluate
  const size = sizeOf(type, budget.maxBytes)
  return (row) => {
    const value = evaluate(row)
    budget.retain(size(value))
    return value
  }
}

const withinBudget =
  <Result>(run: (row: Row) => Result, budget: Budget): ((row: Row) => Result) =>
  (row) => {
    const isOwn = budget.begin()
    try {
      return run(row)
    } finally {
      if (isOwn) budget.end()
    }
  }

const compileWith = (expression: Expression, options: CompileOptions): Evaluator =>
  isGenerated(expression, options) ? generate(expression, options) : compileClosures(expression, options)

/** Above this the JavaScript parser might run out of stack. */
const MAX_GENERATED_DEPTH = 200

const isGenerated = (expression: Expression, { runs = 'often' }: CompileContext): boolean =>
  runs === 'often' && depthOf(expression) <= MAX_GENERATED_DEPTH

const depthOf = (expression: Expression): number =>
  1 + childrenOf(expression).reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0)
