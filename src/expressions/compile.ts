/** From typed expressions to functions of a row. What can be decided without a row is decided here. */
import type { Row, Value } from '../types/value.ts'
import { compileDereference, compileSubscript } from './compile/access.ts'
import { compileArithmetic, compileNegate } from './compile/arithmetic.ts'
import { compileCall } from './compile/call.ts'
import { compileCase } from './compile/case.ts'
import { compileCast } from './compile/cast.ts'
import { compileBetween, compileComparison } from './compile/comparison.ts'
import type { CompileContext, Compiler, Evaluator } from './compile/compiler.ts'
import { compileArray, compileMap, compileStruct } from './compile/constructor.ts'
import { compileIn, compileIsNull, compileLikeExpression, compileLogical, compileNot } from './compile/predicate.ts'
import type { Expression } from './expression.ts'
import { childrenOf, isConstant } from './inspect.ts'
import { literalValue } from './literal.ts'

export type { CompileContext, Evaluator } from './compile/compiler.ts'

/** The evaluator of `expression`. Throws an Error if the expression (of a stored plan) needs a function or a cast that is gone. */
export function compile(expression: Expression, context: CompileContext): Evaluator {
  const compiler: Compiler = {
    context,
    frame: [],
    compile: (child) => constantOr(child, compileAny(child, compiler)),
  }
  return compiler.compile(expression)
}

/** As `compile`, for a BOOLEAN expression; NULL, which is no match, counts as false. */
export function compilePredicate(expression: Expression, context: CompileContext): (row: Row) => boolean {
  const evaluate = compile(expression, context)
  return (row) => evaluate(row) === true
}

type Compilers = {
  readonly [Kind in Expression['kind']]: (
    expression: Extract<Expression, { kind: Kind }>,
    compiler: Compiler,
  ) => Evaluator
}

const COMPILERS: Compilers = {
  literal: (expression) => constant(literalValue(expression)),
  column:
    ({ index }) =>
    (row) =>
      row[index]!,
  variable:
    ({ slot }, { frame }) =>
    () =>
      frame[slot] ?? null,
  arithmetic: compileArithmetic,
  negate: compileNegate,
  comparison: compileComparison,
  logical: compileLogical,
  not: compileNot,
  isNull: compileIsNull,
  in: compileIn,
  between: compileBetween,
  like: compileLikeExpression,
  case: compileCase,
  cast: compileCast,
  call: compileCall,
  lambda: () => {
    throw new Error('A lambda is evaluated only as an argument of a function')
  },
  intervalUnit: ({ ms }) => constant(ms),
  subscript: compileSubscript,
  dereference: compileDereference,
  array: compileArray,
  map: compileMap,
  struct: compileStruct,
}

const compileAny = (expression: Expression, compiler: Compiler): Evaluator =>
  (COMPILERS[expression.kind] as (expression: Expression, compiler: Compiler) => Evaluator)(expression, compiler)

const constant =
  (value: Value): Evaluator =>
  () =>
    value

const NO_ROW: Row = []

/** A constant is computed once; one that fails keeps failing for each record, as the dialect has it. */
function constantOr(expression: Expression, evaluate: Evaluator): Evaluator {
  if (expression.kind === 'literal' || !isConstant(expression) || constructs(expression)) return evaluate
  try {
    return constant(evaluate(NO_ROW))
  } catch {
    return evaluate
  }
}

/** Constructors report failing elements, and there is no record yet to report them for. */
const constructs = (expression: Expression): boolean =>
  expression.kind === 'array' ||
  expression.kind === 'map' ||
  expression.kind === 'struct' ||
  childrenOf(expression).some(constructs)
