/** Scalar function calls and lambdas. No array per call up to four arguments. */

import { type BoundFunction, bindScalar, type ScalarCall } from '../../functions/bind.ts'
import { CALL_BYTES } from '../../functions/budget.ts'
import type { Argument, Lambda } from '../../functions/declaration.ts'
import { findVariant } from '../../functions/resolve.ts'
import { STRING } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { CallExpression, Expression, LambdaExpression } from '../expression.ts'
import type { CompileContext, CompileOptions, Compiler, Evaluator } from './compiler.ts'
import { compilePart } from './part.ts'

type ArgumentEvaluator = (row: Row) => Argument

export function compileCall(expression: CallExpression, compiler: Compiler): Evaluator {
  const call = bindCall(expression, compiler.context)
  const args = expression.args.map((arg) => compileArgument(arg, compiler))
  const [a, b, c, d] = args
  switch (args.length) {
    case 0:
      return () => call()
    case 1:
      return (row) => call(a!(row))
    case 2:
      return (row) => call(a!(row), b!(row))
    case 3:
      return (row) => call(a!(row), b!(row), c!(row))
    case 4:
      return (row) => call(a!(row), b!(row), c!(row), d!(row))
    default:
      return (row) => call(...args.map((arg) => arg(row)))
  }
}

const bindCall = (expression: CallExpression, context: CompileOptions): BoundFunction =>
  bindScalar(callOf(expression, context), context.functionContext, { isBounded: context.budget !== null })

/** What binding needs. Throws an Error if the plan names a function or a variant that is gone. */
export function callOf({ name, signature, args, type }: CallExpression, { functions }: CompileContext): ScalarCall {
  const declaration = functions.get(name)
  if (declaration.kind !== 'scalar') throw new Error(`${name} is not a scalar function`)
  const variant = findVariant(declaration, signature)
  return { declaration, variant, parameterTypes: args.map((arg) => arg.type ?? STRING), returns: type }
}

function compileArgument(expression: Expression, compiler: Compiler): ArgumentEvaluator {
  return expression.kind === 'lambda' ? compileLambda(expression, compiler) : compilePart(expression, compiler)
}

/** A function of the lambda's parameters that reads the row its call is evaluated on. */
function compileLambda(
  { parameters, body }: LambdaExpression,
  { compile, frame, context }: Compiler,
): ArgumentEvaluator {
  const compute = compile(body)
  const evaluate: Evaluator = (row) => {
    context.budget?.spend(CALL_BYTES)
    return compute(row)
  }
  const [x, y, z] = parameters.map(({ slot }) => slot)
  return (row): Lambda => {
    switch (parameters.length) {
      case 1:
        return (a: Value) => {
          frame[x!] = a
          return evaluate(row)
        }
      case 2:
        return (a: Value, b: Value) => {
          frame[x!] = a
          frame[y!] = b
          return evaluate(row)
        }
      default:
        return (a: Value, b: Value, c: Value) => {
          frame[x!] = a
          frame[y!] = b
          frame[z!] = c
          return evaluate(row)
        }
    }
  }
}
