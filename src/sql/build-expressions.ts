// Expressions: CST -> AST, and which names inside a lambda are its parameters.

import type { IToken } from 'chevrotain'
import type {
  AccessCstNode,
  ArgumentCstNode,
  CaseExpressionCstNode,
  ConjunctionCstNode,
  ExpressionCstNode,
  FrameBoundCstNode,
  FrameCstNode,
  FrameOffsetCstNode,
  FunctionCallCstNode,
  LambdaCstNode,
  NegationCstNode,
  OverCstNode,
  PredicateCstNode,
  PrimaryCstNode,
  ProductCstNode,
  SignedCstNode,
  SortItemsCstNode,
  StructConstructorCstNode,
  SubqueryCstNode,
  SumCstNode,
  ValueCstNode,
} from '../../grammar/generated/cst.d.ts'
import type { Location } from '../errors.ts'
import type {
  ArithmeticOperator,
  ComparisonOperator,
  Duration,
  Expression,
  Frame,
  FrameBound,
  Over,
  QueryExpression,
  SortItem,
  TimeUnit,
} from './ast/query.ts'
import { buildDecimalLiteral, buildLiteral } from './build-literals.ts'
import { nameOf, nodeLocation, refusal, stringOf, tokenLocation } from './build-names.ts'
import { buildType, repetition } from './build-types.ts'

/** The place that is being built. */
export interface Scope {
  /** Parameters of the lambdas around it. */
  readonly parameters: ReadonlySet<string>
  /** Builds a query that stands in an expression. */
  readonly subquery: (node: SubqueryCstNode) => QueryExpression
}

const OUTSIDE: Scope = {
  parameters: new Set(),
  subquery(node) {
    throw refusal('A SELECT can be part of an expression only inside a query.', nodeLocation(node))
  },
}

/** An expression of any kind, Boolean operators included. */
export function buildExpression({ children }: ExpressionCstNode, scope: Scope = OUTSIDE): Expression {
  return children.operand
    .map((operand) => buildConjunction(operand, scope))
    .reduce((left, right) => ({ kind: 'logicalBinary', operator: 'OR', left, right, ...at(left) }))
}

function buildConjunction({ children }: ConjunctionCstNode, scope: Scope): Expression {
  return children.operand
    .map((operand) => buildNegation(operand, scope))
    .reduce((left, right) => ({ kind: 'logicalBinary', operator: 'AND', left, right, ...at(left) }))
}

function buildNegation({ children }: NegationCstNode, scope: Scope): Expression {
  const predicate = buildPredicate(children.predicate[0]!, scope)
  return (children.Not ?? []).reduceRight<Expression>(
    (operand, not) => ({ kind: 'not', operand, location: tokenLocation(not) }),
    predicate,
  )
}

/** A node that starts where its left operand starts. */
const at = (left: Expression): { location?: Location } =>
  left.location === undefined ? {} : { location: left.location }

// ---- Predicates --------------------------------------------------------------------------------------------------------------------

function buildPredicate({ children }: PredicateCstNode, scope: Scope): Expression {
  const operand = buildValue(children.operand[0]!, scope)
  const negated = children.Not !== undefined
  if (children.comparison) {
    const { operator, value } = children.comparison[0]!.children
    const right = buildValue(value[0]!, scope)
    return { kind: 'comparison', operator: comparisonOperator(operator![0]!), left: operand, right, ...at(operand) }
  }
  if (children.isTest) return buildIsTest(children.isTest[0]!.children, operand, scope)
  if (children.between) {
    const { low, high } = children.between[0]!.children
    return {
      kind: 'between',
      negated,
      operand,
      low: buildValue(low[0]!, scope),
      high: buildValue(high[0]!, scope),
      ...at(operand),
    }
  }
  if (children.inList) {
    const { subquery, expression } = children.inList[0]!.children
    if (subquery) return { kind: 'inSubquery', negated, operand, query: scope.subquery(subquery[0]!), ...at(operand) }
    const values = expression!.map((value) => buildExpression(value, scope))
    return { kind: 'in', negated, operand, values, ...at(operand) }
  }
  if (children.like) {
    const { value, StringValue } = children.like[0]!.children
    const pattern = buildValue(value[0]!, scope)
    return { kind: 'like', negated, operand, pattern, escape: escapeCharacter(StringValue?.[0]), ...at(operand) }
  }
  return operand
}

function comparisonOperator(token: IToken): ComparisonOperator {
  return token.image === '!=' ? '<>' : (token.image as ComparisonOperator)
}

type IsTest = NonNullable<PredicateCstNode['children']['isTest']>[number]['children']

function buildIsTest(test: IsTest, operand: Expression, scope: Scope): Expression {
  const negated = test.Not !== undefined
  if (test.Null) return { kind: negated ? 'isNotNull' : 'isNull', operand, ...at(operand) }
  const right = buildValue(test.value![0]!, scope)
  const operator = negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
  return { kind: 'comparison', operator, left: operand, right, ...at(operand) }
}

function escapeCharacter(token: IToken | undefined): string | null {
  if (token === undefined) return null
  const character = stringOf(token)
  if (character.length === 1) return character
  throw refusal(`Expected single character escape but got: ${character}`, tokenLocation(token))
}

// ---- Values ------------------------------------------------------------------------------------------------------------------------

/** An expression without Boolean operators outside of parentheses. */
export function buildValue({ children }: ValueCstNode, scope: Scope = OUTSIDE): Expression {
  return children.operand
    .map((operand) => buildSum(operand, scope))
    .reduce((left, right) => ({ kind: 'concat', left, right, ...at(left) }))
}

function buildSum({ children }: SumCstNode, scope: Scope): Expression {
  return leftDeep(
    children.operand.map((operand) => buildProduct(operand, scope)),
    children.operator,
  )
}

function buildProduct({ children }: ProductCstNode, scope: Scope): Expression {
  return leftDeep(
    children.operand.map((operand) => buildSigned(operand, scope)),
    children.operator,
  )
}

function leftDeep(operands: readonly Expression[], operators: readonly IToken[] = []): Expression {
  return operands.reduce((left, right, i) => ({
    kind: 'arithmeticBinary',
    operator: operators[i - 1]!.image as ArithmeticOperator,
    left,
    right,
    ...at(left),
  }))
}

function buildSigned({ children }: SignedCstNode, scope: Scope): Expression {
  const base = buildAccess(children.access[0]!, scope)
  const zone = children.StringValue?.[0]
  const operand: Expression =
    zone === undefined ? base : { kind: 'atTimeZone', operand: base, zone: stringOf(zone), ...at(base) }
  return (children.sign ?? []).reduceRight<Expression>(
    (value, sign) => ({
      kind: 'arithmeticUnary',
      operator: sign.image as '+' | '-',
      operand: value,
      location: tokenLocation(sign),
    }),
    operand,
  )
}

function buildAccess({ children }: AccessCstNode, scope: Scope): Expression {
  return (children.step ?? []).reduce<Expression>(
    (base, step) =>
      'value' in step.children
        ? { kind: 'subscript', base, index: buildValue(step.children.value[0]!, scope), ...at(base) }
        : { kind: 'dereference', base, field: nameOf(step.children.Identifier[0]!), ...at(base) },
    buildPrimary(children.primary[0]!, scope),
  )
}

function buildPrimary(node: PrimaryCstNode, scope: Scope): Expression {
  const { children } = node
  const location = nodeLocation(node)
  if (children.columnReference) return buildReference(children.columnReference[0]!.children.name, location, scope)
  if (children.literal) return buildLiteral(children.literal[0]!)
  if (children.functionCall) return buildCall(children.functionCall[0]!, location, scope)
  if (children.parenthesized) return buildExpression(children.parenthesized[0]!.children.expression[0]!, scope)
  if (children.subquery) return { kind: 'scalarSubquery', query: scope.subquery(children.subquery[0]!), location }
  if (children.exists) {
    return { kind: 'exists', query: scope.subquery(children.exists[0]!.children.subquery[0]!), location }
  }
  if (children.cast) {
    const { expression, type } = children.cast[0]!.children
    return { kind: 'cast', operand: buildExpression(expression[0]!, scope), type: buildType(type[0]!), location }
  }
  if (children.caseExpression) return buildCase(children.caseExpression[0]!, location, scope)
  if (children.arrayConstructor) {
    const elements = children.arrayConstructor[0]!.children.expression ?? []
    return { kind: 'arrayConstructor', elements: elements.map((element) => buildExpression(element, scope)), location }
  }
  if (children.mapConstructor) {
    const entries = (children.mapConstructor[0]!.children.mapEntry ?? []).map(({ children: { key, value } }) => ({
      key: buildExpression(key[0]!, scope),
      value: buildExpression(value[0]!, scope),
    }))
    return { kind: 'mapConstructor', entries, location }
  }
  if (children.structConstructor) return buildStruct(children.structConstructor[0]!, location, scope)
  return buildDecimalLiteral(children.decimalLiteral![0]!)
}

function buildReference(names: readonly IToken[], location: Location, scope: Scope): Expression {
  const first = nameOf(names[0]!)
  if (names[1] !== undefined) return { kind: 'columnReference', qualifier: first, name: nameOf(names[1]), location }
  if (scope.parameters.has(first)) return { kind: 'lambdaVariable', name: first, location }
  return { kind: 'columnReference', qualifier: null, name: first, location }
}

function buildCase({ children }: CaseExpressionCstNode, location: Location, scope: Scope): Expression {
  const whens = children.whenClause.map(({ children: { condition, result } }) => ({
    condition: buildExpression(condition[0]!, scope),
    result: buildExpression(result[0]!, scope),
  }))
  const otherwise = children.otherwise ? buildExpression(children.otherwise[0]!, scope) : null
  if (children.operand === undefined) return { kind: 'searchedCase', whens, otherwise, location }
  return { kind: 'simpleCase', operand: buildValue(children.operand[0]!, scope), whens, otherwise, location }
}

function buildStruct({ children }: StructConstructorCstNode, location: Location, scope: Scope): Expression {
  const fields = (children.structField ?? []).map((field) => ({
    name: nameOf(field.children.Identifier[0]!),
    value: buildExpression(field.children.expression[0]!, scope),
  }))
  const repeated = repetition(fields.map((field) => field.name))
  if (repeated !== undefined) throw refusal(`Duplicate field names found in STRUCT: '${repeated}'`, location)
  return { kind: 'structConstructor', fields, location }
}

// ---- Calls and lambdas -------------------------------------------------------------------------------------------------------------

const UNITS: Readonly<Record<string, TimeUnit>> = {
  DAY: 'DAYS',
  DAYS: 'DAYS',
  HOUR: 'HOURS',
  HOURS: 'HOURS',
  MINUTE: 'MINUTES',
  MINUTES: 'MINUTES',
  SECOND: 'SECONDS',
  SECONDS: 'SECONDS',
  MILLISECOND: 'MILLISECONDS',
  MILLISECONDS: 'MILLISECONDS',
}

/** What a unit of time, in any of its spellings, stands for. */
export const timeUnitOf = (token: IToken): TimeUnit => UNITS[token.image.toUpperCase()]!

/** Their first argument is a unit, so DAY there is not a column. */
const TAKES_UNIT = /^(DATE|TIME|TIMESTAMP)(ADD|SUB)$/

function buildCall({ children }: FunctionCallCstNode, location: Location, scope: Scope): Expression {
  const name = nameOf(children.Identifier[0]!)
  const args = (children.argument ?? []).map((argument, i) =>
    i === 0 && TAKES_UNIT.test(name) ? asUnit(buildArgument(argument, scope)) : buildArgument(argument, scope),
  )
  return {
    kind: 'functionCall',
    name,
    args,
    star: children.Asterisk !== undefined,
    ...(children.Distinct && { distinct: true }),
    ...(children.aggregateFilter && {
      filter: buildExpression(children.aggregateFilter[0]!.children.expression[0]!, scope),
    }),
    ...(children.over && { over: buildOver(children.over[0]!, scope) }),
    location,
  }
}

// ---- OVER --------------------------------------------------------------------------------------------------------------------------

function buildOver(node: OverCstNode, scope: Scope): Over {
  const { partitionBy, sortItems, frame } = node.children
  return {
    partitionBy: (partitionBy ?? []).map((value) => buildValue(value, scope)),
    orderBy: sortItems === undefined ? [] : buildSortItems(sortItems[0]!, scope),
    frame: frame === undefined ? null : buildFrame(frame[0]!),
    location: nodeLocation(node),
  }
}

export const buildSortItems = ({ children }: SortItemsCstNode, scope: Scope): SortItem[] =>
  children.sortItem.map((item) => ({
    expression: buildValue(item.children.value[0]!, scope),
    descending: item.children.Desc !== undefined,
    nulls: item.children.First ? 'FIRST' : item.children.Last ? 'LAST' : null,
    location: nodeLocation(item),
  }))

/** A frame with one bound ends at the current row. */
function buildFrame(node: FrameCstNode): Frame {
  const [start, end] = node.children.frameBound!.map(buildFrameBound)
  return {
    unit: node.children.Rows ? 'ROWS' : 'RANGE',
    start: start!,
    end: end ?? { kind: 'currentRow' },
    location: nodeLocation(node),
  }
}

function buildFrameBound({ children }: FrameBoundCstNode): FrameBound {
  if (children.Current) return { kind: 'currentRow' }
  return {
    kind: children.Preceding ? 'preceding' : 'following',
    offset: children.frameOffset ? buildFrameOffset(children.frameOffset[0]!) : null,
  }
}

function buildFrameOffset(node: FrameOffsetCstNode): number | Duration {
  const { IntegerValue, timeUnit } = node.children
  const value = Number(IntegerValue[0]!.image)
  if (!Number.isSafeInteger(value)) {
    throw refusal(`Invalid frame: ${IntegerValue[0]!.image} is too large`, nodeLocation(node))
  }
  return timeUnit === undefined ? value : { value, unit: timeUnitOf(timeUnit[0]!.children.unit![0]!) }
}

function asUnit(argument: Expression): Expression {
  if (argument.kind !== 'columnReference' || argument.qualifier !== null || !Object.hasOwn(UNITS, argument.name))
    return argument
  return { kind: 'intervalUnit', unit: UNITS[argument.name]!, ...at(argument) }
}

function buildArgument(node: ArgumentCstNode, scope: Scope): Expression {
  const { children } = node
  if (children.expression) return buildExpression(children.expression[0]!, scope)
  if (children.lambda) return buildLambda(children.lambda[0]!, scope)
  const unit = timeUnitOf(children.intervalUnit![0]!.children.unit![0]!)
  return { kind: 'intervalUnit', unit, location: nodeLocation(node) }
}

function buildLambda(node: LambdaCstNode, scope: Scope): Expression {
  const location = nodeLocation(node)
  const parameters = node.children.Identifier!.map(nameOf)
  const repeated = repetition(parameters)
  if (repeated !== undefined) throw refusal(`Lambda arguments have duplicates: ${repeated}`, location)
  if (parameters.some((name) => scope.parameters.has(name))) {
    throw refusal('Reusing lambda arguments in nested lambda is not allowed', location)
  }
  const body = buildExpression(node.children.expression[0]!, {
    ...scope,
    parameters: new Set([...scope.parameters, ...parameters]),
  })
  return { kind: 'lambda', parameters, body, location }
}
