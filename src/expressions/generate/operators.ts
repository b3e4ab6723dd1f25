/** Source of arithmetic, comparison and logic. Each function here says in JavaScript what its namesake in compile/ does. */
import {
  addInt64,
  divideInt32,
  divideInt64,
  multiplyInt64,
  remainderInt32,
  remainderInt64,
  subtractInt64,
} from '../../types/bigint64.ts'
import { equality, hashKey } from '../../types/compare.ts'
import type { DecimalType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { comparisonCounter, counter } from '../bounds.ts'
import { operation } from '../compile/arithmetic.ts'
import { comparesPlainly, plainOperator, relation } from '../compile/comparison.ts'
import { nullOperand } from '../compile/nulls.ts'
import type {
  ArithmeticExpression,
  BetweenExpression,
  ComparisonExpression,
  ComparisonOperator,
  Expression,
  InExpression,
  LogicalExpression,
  NegateExpression,
  NotExpression,
} from '../expression.ts'
import { literalValue } from '../literal.ts'
import { negateValue } from '../negate.ts'
import {
  allOf,
  type Code,
  choose,
  type FunctionScope,
  maybe,
  type Operand,
  operand,
  present,
  valueText,
} from './source.ts'

/** A tree of arithmetic tests all its operands first: one NULL and none of it is computed. */
export function emitArithmetic(
  expression: ArithmeticExpression | NegateExpression,
  scope: FunctionScope,
  tail = false,
): Code {
  const { test, name } = arithmeticOperand(expression, scope, true)
  return present(choose(test, name, scope.fail(nullOperand, tail)))
}

function arithmeticOperand(expression: Expression, scope: FunctionScope, last: boolean): Operand {
  const constant = scope.folded(expression)
  if (constant !== null) return operand(constant, scope, last)
  if (expression.kind === 'negate') {
    const value = arithmeticOperand(expression.operand, scope, last)
    return { test: value.test, name: `(${negated(expression, value.name, scope)})` }
  }
  if (expression.kind !== 'arithmetic') return operand(scope.emit(expression), scope, last)
  const left = arithmeticOperand(expression.left, scope, false)
  const right = arithmeticOperand(expression.right, scope, last)
  return { test: allOf(left.test, right.test), name: `(${computed(expression, left.name, right.name, scope)})` }
}

const INT64 = { '+': addInt64, '-': subtractInt64, '*': multiplyInt64, '/': divideInt64, '%': remainderInt64 } as const

function computed(expression: ArithmeticExpression, left: string, right: string, { source }: FunctionScope): string {
  const { operator, type } = expression
  switch (type.kind) {
    case 'INTEGER':
      if (operator === '*') return `Math.imul(${left}, ${right})`
      if (operator === '+' || operator === '-' || isNonZero(expression.right)) return `${left} ${operator} ${right} | 0`
      return `${source.constant(operator === '/' ? divideInt32 : remainderInt32)}(${left}, ${right})`
    case 'BIGINT':
      return `${source.constant(INT64[operator])}(${left}, ${right})`
    case 'DECIMAL':
      if (operator in DECIMAL_METHODS) return decimalCall(operator as keyof typeof DECIMAL_METHODS, type, left, right)
      return `${source.constant(operation(expression, source.context.budget))}(${left}, ${right})`
    case 'STRING':
      if (source.context.budget === null) return `${left} + ${right}`
      return `${source.constant(operation(expression, source.context.budget))}(${left}, ${right})`
    default:
      return `${left} ${operator} ${right}`
  }
}

/** Results of these always fit the type that the type check gives them. */
const DECIMAL_METHODS = { '+': 'add', '-': 'subtract', '*': 'multiply' } as const

const decimalCall = (
  operator: keyof typeof DECIMAL_METHODS,
  { scale }: DecimalType,
  left: string,
  right: string,
): string => `${left}.${DECIMAL_METHODS[operator]}(${right}).rescale(${scale}, 'UNNECESSARY')`

const isNonZero = (expression: Expression): boolean => expression.kind === 'literal' && expression.value !== 0

const negated = ({ type }: NegateExpression, value: string, { source }: FunctionScope): string =>
  type.kind === 'DOUBLE' ? `-${value}` : `${source.constant(negateValue(type))}(${value})`

/** The code of `expression`, each value of which passes through `count`. */
export function emitCounted(
  expression: Expression,
  count: ((value: Value) => Value) | null,
  scope: FunctionScope,
): Code {
  const code = scope.emit(expression)
  return count === null ? code : { text: `${scope.source.constant(count)}(${code.text})`, nullable: code.nullable }
}

export function emitComparison(expression: ComparisonExpression, scope: FunctionScope): Code {
  const count = comparisonCounter(expression.left, expression.right, scope.source.context.budget)
  const left = emitCounted(expression.left, count, scope)
  const right = scope.emit(expression.right)
  const plain = comparesPlainly(expression.left.type!, expression.right.type!)
  if (plain && isIdentity(expression.operator, left, right)) {
    return present(`(${left.text} ${JS_OPERATORS[plainOperator(expression.operator)]} ${right.text})`)
  }
  if (expression.operator !== plainOperator(expression.operator)) return emitDistinct(expression, left, right, scope)
  const a = operand(left, scope)
  const b = operand(right, scope, true)
  return present(
    `(${allOf(a.test, b.test, compared(expression.operator, expression.left, expression.right, a.name, b.name, scope))})`,
  )
}

/** Where JavaScript's === or !== does right by NULL too: it never equals what cannot be NULL, and is not distinct from itself. */
function isIdentity(operator: ComparisonOperator, left: Code, right: Code): boolean {
  if (operator === 'IS DISTINCT FROM' || operator === 'IS NOT DISTINCT FROM') return true
  return operator === '=' && (isPlainConstant(left) || isPlainConstant(right))
}

const isPlainConstant = (code: Code): boolean => code.simple === true && !code.nullable

const JS_OPERATORS = { '=': '===', '<>': '!==', '<': '<', '<=': '<=', '>': '>', '>=': '>=' } as const

function emitDistinct(expression: ComparisonExpression, left: Code, right: Code, scope: FunctionScope): Code {
  const [a, b] = [scope.temporary(), scope.temporary()]
  const holds = scope.source.constant(relation(expression.operator, expression.left.type!, expression.right.type!))
  const sameNull = expression.operator === 'IS DISTINCT FROM' ? '!==' : '==='
  return present(
    `(${a} = ${left.text}, ${b} = ${right.text}, ` +
      `${a} === null || ${b} === null ? ${a} ${sameNull} ${b} : ${holds}(${a}, ${b}))`,
  )
}

/** The comparison of two values that are not NULL. */
function compared(
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
  a: string,
  b: string,
  { source }: FunctionScope,
): string {
  if (comparesPlainly(left.type!, right.type!)) return `${a} ${JS_OPERATORS[plainOperator(operator)]} ${b}`
  if (left.type!.kind === 'DECIMAL' && right.type!.kind === 'DECIMAL') {
    return `${a}.compare(${b}) ${JS_OPERATORS[plainOperator(operator)]} 0`
  }
  return `${source.constant(relation(operator, left.type!, right.type!))}(${a}, ${b})`
}

export function emitBetween({ negated, operand: value, low, high }: BetweenExpression, scope: FunctionScope): Code {
  const middle = operand(emitCounted(value, counter(value.type, scope.source.context.budget), scope), scope)
  const from = operand(scope.emit(low), scope)
  const to = operand(scope.emit(high), scope, true)
  const tests = allOf(
    middle.test,
    from.test,
    compared('>=', value, low, middle.name, from.name, scope),
    to.test,
    compared('<=', value, high, middle.name, to.name, scope),
  )
  return present(negated ? `!(${tests})` : `(${tests})`)
}

/**
 * A left operand that cannot be NULL leaves the rest to JavaScript's operator. Otherwise the left value is kept: where it does not decide,
 * the right value does, and where neither does, a NULL on the left makes the result NULL.
 */
export function emitLogical({ operator, left, right }: LogicalExpression, scope: FunctionScope): Code {
  const sign = operator === 'AND' ? '&&' : '||'
  const a = scope.emit(left)
  const b = scope.emit(right)
  if (!a.nullable) return { text: `(${a.text} ${sign} ${b.text})`, nullable: b.nullable }
  const decided = operator === 'OR'
  const first = scope.temporary()
  const start = `(${first} = ${a.text}) === ${decided} ? ${decided} : `
  if (!b.nullable) return maybe(`(${start}${b.text} ${sign} ${first})`)
  const second = scope.temporary()
  return maybe(`(${start}(${second} = ${b.text}) !== ${decided} && ${first} === null ? null : ${second})`)
}

export function emitNot({ operand: inner }: NotExpression, scope: FunctionScope): Code {
  const code = scope.emit(inner)
  if (!code.nullable) return present(`!${code.text}`)
  const value = operand(code, scope)
  return maybe(choose(value.test, `!${value.name}`, 'null'))
}

/** Text of a condition: true where the BOOLEAN is true, false where it is false or NULL. */
export function emitCondition(expression: Expression, scope: FunctionScope): string {
  const code = scope.emit(expression)
  return code.nullable ? `${code.text} === true` : code.text
}

/** As many literals are compared one by one; more are looked up in a set. */
const FEW = 6

export function emitIn(expression: InExpression, scope: FunctionScope): Code {
  const { operand: value, list, negated } = expression
  const searched = operand(emitCounted(value, counter(value.type, scope.source.context.budget), scope), scope)
  const literals = list.filter((item) => item.kind === 'literal')
  const found = [
    literalsContain(
      literals.map(literalValue).filter((item) => item !== null),
      value,
      searched.name,
      scope,
    ),
    ...list.filter((item) => item.kind !== 'literal').map((item) => equals(value, searched.name, item, scope)),
  ].filter((test) => test !== '')
  const test = allOf(searched.test, found.length === 0 ? 'false' : `(${found.join(' || ')})`)
  return present(negated ? `!(${test})` : `(${test})`)
}

function literalsContain(values: readonly Value[], of: Expression, name: string, { source }: FunctionScope): string {
  if (values.length === 0) return ''
  if (values.length <= FEW && comparesPlainly(of.type!, of.type!)) {
    return values.map((value) => `${name} === ${valueText(value, source)}`).join(' || ')
  }
  const keyOf = hashKey(of.type!)
  const keys = new Set(values.map(keyOf))
  return `${source.constant((value: Value) => keys.has(keyOf(value)))}(${name})`
}

function equals(value: Expression, name: string, item: Expression, scope: FunctionScope): string {
  const candidate = operand(scope.emit(item), scope, true)
  const same =
    comparesPlainly(value.type!, value.type!) && value.type!.kind !== 'DOUBLE'
      ? `${name} === ${candidate.name}`
      : `${scope.source.constant(equality(value.type!))}(${name}, ${candidate.name})`
  return `(${allOf(candidate.test, same)})`
}

export const emitIsNull = (code: Code, negated: boolean): Code =>
  present(`(${code.text} ${negated ? '!==' : '==='} null)`)
