/** Closures: one function per node. What can be decided without a row is decided when they are made. */
import type { Value } from '../../types/value.ts'
import type { Expression } from '../expression.ts'
import { literalValue } from '../literal.ts'
import { compileDereference, compileSubscript } from './access.ts'
import { compileArithmetic, compileNegate } from './arithmetic.ts'
import { compileCall } from './call.ts'
import { compileCase } from './case.ts'
import { compileCast } from './cast.ts'
import { compileBetween, compileComparison } from './comparison.ts'
import type { CompileOptions, Compiler, Evaluator } from './compiler.ts'
import { compileArray, compileMap, compileStruct } from './constructor.ts'
import { foldedValue } from './fold.ts'
import { compileIn, compileIsNull, compileLikeExpression, compileLogical, compileNot } from './predicate.ts'

export function compileClosures(expression: Expression, context: CompileOptions): Evaluator {
  const compiler: Compiler = {
    context,
    frame: [],
    compile: (child) => constantOr(child, compileAny(child, compiler)),
  }
  return compiler.compile(expression)
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

function constantOr(expression: Expression, evaluate: Evaluator): Evaluator {
  const folded = expression.kind === 'literal' ? undefined : foldedValue(expression, evaluate)
  return folded === undefined ? evaluate : constant(folded)
}
