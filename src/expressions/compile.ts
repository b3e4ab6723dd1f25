/**
 * From typed expressions to functions of a row. Two ways with one meaning: closures, made in no time, for what runs once (constants of
 * statements, pull queries), and generated source for what runs per record.
 */
import { isBounded } from './bounds.ts'
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
  if (!isBounded(expression, context.functions)) return compileWith(expression, { ...context, budget: null })
  const { budget } = context.functionContext
  const evaluate = compileWith(expression, { ...context, budget })
  return (row) => {
    const isOwn = budget.begin()
    try {
      return evaluate(row)
    } finally {
      if (isOwn) budget.end()
    }
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
