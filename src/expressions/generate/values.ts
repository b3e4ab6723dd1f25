/** Source of casts, access, CASE, constructors, LIKE and calls. */

import { bindUnguarded } from '../../functions/bind.ts'
import { CALL_BYTES } from '../../functions/budget.ts'
import { compileLike } from '../../functions/like.ts'
import { type SqlType, STRING } from '../../types/sql-type.ts'
import { counter, keeper } from '../bounds.ts'
import { elementOf } from '../compile/access.ts'
import { callOf } from '../compile/call.ts'
import { castOf } from '../compile/cast.ts'
import { nullText } from '../compile/nulls.ts'
import { isGuarded, reportPart } from '../compile/part.ts'
import { changingLike } from '../compile/predicate.ts'
import type {
  ArrayExpression,
  CallExpression,
  CaseExpression,
  CastExpression,
  DereferenceExpression,
  Expression,
  LambdaExpression,
  LikeExpression,
  MapExpression,
  StructExpression,
  SubscriptExpression,
} from '../expression.ts'
import { emitCondition, emitCounted } from './operators.ts'
import { type Code, choose, type FunctionScope, maybe, operand, present } from './source.ts'

/** The cast of NULL is NULL but for texts, so that the operand of another cast in tail position is in tail position too. */
export function emitCast(expression: CastExpression, scope: FunctionScope, tail = false): Code {
  const code = scope.emit(expression.operand, tail && expression.type.kind !== 'STRING')
  if (keepsValue(expression)) return code
  return maybe(`${scope.source.constant(castOf(expression, scope.source.context))}(${code.text})`)
}

/** An INTEGER is already what it would be as BIGINT or DOUBLE. */
const keepsValue = ({ operand, type }: CastExpression): boolean =>
  operand.type?.kind === 'INTEGER' && (type.kind === 'BIGINT' || type.kind === 'DOUBLE')

export function emitDereference({ base, position }: DereferenceExpression, scope: FunctionScope): Code {
  const struct = operand(scope.emit(base), scope, true)
  return maybe(choose(struct.test, `${struct.name}[${position}] ?? null`, 'null'))
}

export function emitSubscript(expression: SubscriptExpression, scope: FunctionScope): Code {
  const container = operand(scope.emit(expression.base), scope)
  const element = scope.source.constant(elementOf(expression.base.type!, scope.source.context.budget))
  return maybe(choose(container.test, `${element}(${container.name}, ${scope.emit(expression.index).text})`, 'null'))
}

export function emitCase({ whens, otherwise }: CaseExpression, scope: FunctionScope, tail = false): Code {
  const last = otherwise === null ? maybe('null') : scope.emit(otherwise, tail)
  return whens.reduceRight<Code>((rest, { condition, result }) => {
    const test = emitCondition(condition, scope)
    const value = scope.emit(result, tail)
    return { text: `(${test} ? ${value.text} : ${rest.text})`, nullable: value.nullable || rest.nullable }
  }, last)
}

export function emitLike(expression: LikeExpression, scope: FunctionScope): Code {
  const { pattern, negated } = expression
  const { budget } = scope.source.context
  const text = operand(emitCounted(expression.operand, counter(STRING, budget), scope), scope)
  const matches =
    pattern.kind === 'literal'
      ? `${scope.source.constant(compileLike(String(pattern.value), expression.escape, budget))}(${text.name})`
      : `${scope.source.constant(changingLike(expression.escape, budget))}(${text.name}, ${scope.emit(pattern).text})`
  const test = choose(text.test, matches, scope.fail(nullText, false))
  return present(negated ? `!${test}` : test)
}

/** All arguments are evaluated before any of them is tested for NULL, so that an error in a later one is not passed over. */
export function emitCall(expression: CallExpression, scope: FunctionScope): Code {
  const { source } = scope
  const { run, stops, onNull } = bindUnguarded(callOf(expression, source.context), source.context.functionContext, {
    isBounded: source.context.budget !== null,
  })
  const codes = expression.args.map((arg) => (arg.kind === 'lambda' ? scope.emit(arg) : emitPart(arg, scope)))
  const tested = codes.map(({ nullable }, i) => nullable && stops[i] === true)
  if (!tested.includes(true)) return maybe(`${source.constant(run)}(${codes.map(({ text }) => text).join(', ')})`)
  const names = codes.map((code) => (isConstantCode(code) ? code.text : scope.temporary()))
  const assignments = codes.flatMap((code, i) => (isConstantCode(code) ? [] : [`${names[i]} = ${code.text}, `]))
  const nullTests = names.flatMap((name, i) =>
    tested[i] ? [`${name} === null ? ${source.constant(onNull)}(${i}) : `] : [],
  )
  return maybe(`(${assignments.join('')}${nullTests.join('')}${source.constant(run)}(${names.join(', ')}))`)
}

const isConstantCode = (code: Code): boolean => code.simple === true && !code.nullable

/** A lambda becomes an arrow function, with variables of its own. */
export function emitLambda({ parameters, body }: LambdaExpression, scope: FunctionScope): Code {
  const names = parameters.map(({ slot }) => `x${slot}`)
  const { source } = scope
  const count = source.context.budget === null ? '' : `${source.constant(source.context.budget)}.spend(${CALL_BYTES}); `
  return present(`((${names.join(', ')}) => {${count}${scope.body(body, [...scope.variables, ...names])}})`)
}

export function emitArray({ elements, type }: ArrayExpression, scope: FunctionScope): Code {
  return emitKept(type, `[${elements.map((element) => emitPart(element, scope).text).join(', ')}]`, scope)
}

export function emitStruct({ fields, type }: StructExpression, scope: FunctionScope): Code {
  return emitKept(type, `[${fields.map((field) => emitPart(field, scope).text).join(', ')}]`, scope)
}

/** A chain of calls is faster, but a long one nests deeper than the stack. */
const MOST_CHAINED = 64

export function emitMap({ entries, type }: MapExpression, scope: FunctionScope): Code {
  const pairs = entries.map(({ key, value }) => [emitPart(key, scope).text, emitPart(value, scope).text] as const)
  const text =
    pairs.length <= MOST_CHAINED
      ? `new Map()${pairs.map(([key, value]) => `.set(${key}, ${value})`).join('')}`
      : `new Map([${pairs.map(([key, value]) => `[${key}, ${value}]`).join(', ')}])`
  return emitKept(type, text, scope)
}

/** As `kept` in compile/constructor.ts. */
function emitKept(type: SqlType, text: string, { source }: FunctionScope): Code {
  const { budget } = source.context
  return present(budget === null ? text : `${source.constant(keeper(type, budget))}(${text})`)
}

/** A part that may fail gets a function of its own, which catches the error. */
function emitPart(expression: Expression, scope: FunctionScope): Code {
  const { source, variables } = scope
  const { context } = source
  const constant = scope.folded(expression)
  if (constant !== null) return constant
  if (!isGuarded(expression, context)) return scope.emit(expression)
  const report = source.constant((error: unknown) => reportPart(error, context))
  const parameters = ['row', ...variables].join(', ')
  return maybe(`${source.helper(parameters, scope.body(expression, variables, report))}(${parameters})`)
}
