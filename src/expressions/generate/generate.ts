/**
 * From typed expressions to JavaScript source and the function it makes: the same meaning as the closures of compile/, without a call per
 * node, and with feedback of its own for V8. A function costs some tens of microseconds to make, so this is for expressions that run
 * often.
 */
import { generatedFunction } from '../../serde/generated-function.ts'
import type { Value } from '../../types/value.ts'
import { compileClosures } from '../compile/closures.ts'
import type { CompileOptions, Evaluator } from '../compile/compiler.ts'
import { foldedValue } from '../compile/fold.ts'
import type { Expression } from '../expression.ts'
import { isConstant } from '../inspect.ts'
import { literalValue } from '../literal.ts'
import { emitArithmetic, emitBetween, emitComparison, emitIn, emitIsNull, emitLogical, emitNot } from './operators.ts'
import { type Code, type FunctionScope, maybe, Source, valueText } from './source.ts'
import {
  emitArray,
  emitCall,
  emitCase,
  emitCast,
  emitDereference,
  emitLambda,
  emitLike,
  emitMap,
  emitStruct,
  emitSubscript,
} from './values.ts'

export function generate(expression: Expression, context: CompileOptions): Evaluator {
  const source = new Source(context)
  return make(source, `(row) => {${body(source, expression, [])}}`) as Evaluator
}

function make(source: Source, main: string): unknown {
  const names = source.constants.map((_, i) => `k${i}`)
  const text = `'use strict'; ${[...source.functions, `return ${main}`].join('\n')}`
  return generatedFunction(names, text, source.constants)
}

function body(source: Source, expression: Expression, variables: readonly string[], report?: string): string {
  const temporaries: string[] = []
  const { text } = scopeOf(source, variables, temporaries, report).emit(expression, true)
  const run = report === undefined ? `return ${text}` : `try {return ${text}} catch (error) {return ${report}(error)}`
  return temporaries.length === 0 ? run : `let ${temporaries.join(', ')}; ${run}`
}

function scopeOf(source: Source, variables: readonly string[], temporaries: string[], report?: string): FunctionScope {
  const scope: FunctionScope = {
    source,
    variables,
    temporary: () => {
      const name = `t${temporaries.length}`
      temporaries.push(name)
      return name
    },
    folded: (expression) => emitConstant(expression, source),
    emit: (expression, tail) => emitConstant(expression, source) ?? emitAny(expression, scope, tail),
    fail: (error, tail) =>
      tail && report !== undefined ? `${report}(${source.constant(errorOf(error))})` : `${source.constant(error)}()`,
    body: (inner, names, reporter) => body(source, inner, names, reporter),
  }
  return scope
}

function errorOf(raise: () => never): unknown {
  try {
    return raise()
  } catch (error) {
    return error
  }
}

const LEAVES: ReadonlySet<Expression['kind']> = new Set(['literal', 'column', 'variable', 'intervalUnit', 'lambda'])

function emitConstant(expression: Expression, source: Source): Code | null {
  if (LEAVES.has(expression.kind) || !isConstant(expression)) return null
  const value = foldedValue(expression, compileClosures(expression, source.context))
  return value === undefined ? null : constantCode(value, source)
}

const constantCode = (value: Value, source: Source): Code => ({
  text: valueText(value, source),
  nullable: value === null,
  simple: true,
})

type Emitter = (expression: Expression, scope: FunctionScope, tail?: boolean) => Code
type Emitters = {
  readonly [Kind in Expression['kind']]: (
    expression: Extract<Expression, { kind: Kind }>,
    scope: FunctionScope,
    tail?: boolean,
  ) => Code
}

const emitAny = (expression: Expression, scope: FunctionScope, tail?: boolean): Code =>
  (EMITTERS[expression.kind] as Emitter)(expression, scope, tail)

const EMITTERS: Emitters = {
  literal: (expression, { source }) => constantCode(literalValue(expression), source),
  column: ({ index }) => maybe(`row[${index}]`),
  variable: ({ slot }) => ({ text: `x${slot}`, nullable: true, simple: true }),
  arithmetic: emitArithmetic,
  negate: emitArithmetic,
  comparison: emitComparison,
  logical: emitLogical,
  not: emitNot,
  isNull: ({ operand, negated }, scope) => emitIsNull(scope.emit(operand), negated),
  in: emitIn,
  between: emitBetween,
  like: emitLike,
  case: emitCase,
  cast: emitCast,
  call: emitCall,
  lambda: emitLambda,
  intervalUnit: ({ ms }) => ({ text: String(ms), nullable: false, simple: true }),
  subscript: emitSubscript,
  dereference: emitDereference,
  array: emitArray,
  map: emitMap,
  struct: emitStruct,
}
