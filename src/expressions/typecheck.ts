/** From syntax to typed expressions: names, types, overloads and implicit conversions are resolved here, once. Source: ksqlDB's ExpressionTypeManager. */
import { placing } from '../errors.ts'
import type { SearchedCase, SimpleCase, Expression as Syntax, TimeUnit } from '../sql/ast/query.ts'
import { displayExpression } from '../sql/format.ts'
import { Decimal } from '../types/decimal.ts'
import { BIGINT, BOOLEAN, DOUBLE, INTEGER, STRING } from '../types/sql-type.ts'
import { castNode } from './coerce.ts'
import type { Expression } from './expression.ts'
import { decimalTypeOf, literalOf, NULL_LITERAL } from './literal.ts'
import { resolveTypeNode } from './type-node.ts'
import { checkDereference, checkSubscript } from './typecheck/access.ts'
import { checkArithmetic, checkSign } from './typecheck/arithmetic.ts'
import { checkCall, checkConcat } from './typecheck/call.ts'
import { checkCase } from './typecheck/case.ts'
import { type Checker, type LambdaParameter, refuse, type Scope, typeText } from './typecheck/checker.ts'
import { checkBetween, checkComparison } from './typecheck/comparison.ts'
import { checkArray, checkMap, checkStruct } from './typecheck/constructor.ts'
import { checkIn, checkIsNull, checkLike, checkLogical, checkNot } from './typecheck/predicate.ts'

export type { ResolvedColumn, Scope } from './typecheck/checker.ts'

/**
 * The typed form of `expression`. Throws a StatementError in the dialect's words; texts of expressions in it are display texts. The type
 * is null only for the literal NULL itself.
 */
export const typecheck = (expression: Syntax, scope: Scope): Expression => checkerOf(scope, new Map()).check(expression)

function checkerOf(scope: Scope, parameters: ReadonlyMap<string, LambdaParameter>): Checker {
  const checker: Checker = {
    scope,
    parameters,
    check: (expression) => checkAny(expression, checker),
    within: (added) => checkerOf(scope, new Map([...parameters, ...added.map((item) => [item.name, item] as const)])),
  }
  return checker
}

type Checks = {
  readonly [Kind in Syntax['kind']]: (node: Extract<Syntax, { kind: Kind }>, checker: Checker) => Expression
}

const CHECKS: Checks = {
  nullLiteral: () => NULL_LITERAL,
  booleanLiteral: ({ value }) => ({ kind: 'literal', type: BOOLEAN, value }),
  integerLiteral: ({ value }) => ({ kind: 'literal', type: INTEGER, value }),
  bigintLiteral: ({ text }) => ({ kind: 'literal', type: BIGINT, value: bigintJson(text) }),
  decimalLiteral: ({ text }) => decimalLiteral(text),
  doubleLiteral: ({ value }) => ({ kind: 'literal', type: DOUBLE, value }),
  stringLiteral: ({ value }) => ({ kind: 'literal', type: STRING, value }),
  columnReference: (node, { scope }) => ({ kind: 'column', ...scope.resolveColumn(node) }),
  lambdaVariable: (node, { parameters }) => {
    const parameter = parameters.get(node.name)
    if (parameter === undefined) throw refuse(`Unknown lambda parameter: ${node.name}`, node)
    return { kind: 'variable', ...parameter }
  },
  comparison: checkComparison,
  logicalBinary: checkLogical,
  not: checkNot,
  isNull: checkIsNull,
  isNotNull: checkIsNull,
  between: checkBetween,
  in: checkIn,
  like: checkLike,
  arithmeticBinary: checkArithmetic,
  arithmeticUnary: checkSign,
  concat: checkConcat,
  cast: (node, { check, scope }) => castNode(check(node.operand), resolveTypeNode(node.type, scope.resolveType)),
  searchedCase: checkCase,
  simpleCase: (node, { check }) => check(searched(node)),
  functionCall: checkCall,
  lambda: (node) => {
    throw refuse(`A lambda can only be an argument of a function: ${displayExpression(node)}`, node)
  },
  intervalUnit: ({ unit }) => ({ kind: 'intervalUnit', type: BIGINT, unit, ms: UNIT_MS[unit] }),
  subscript: checkSubscript,
  dereference: checkDereference,
  arrayConstructor: checkArray,
  mapConstructor: checkMap,
  structConstructor: checkStruct,
  scalarSubquery: refuseSubquery,
  exists: refuseSubquery,
  inSubquery: refuseSubquery,
  atTimeZone: (node, { check }) => {
    const type = typeText(check(node.operand).type)
    throw refuse(`AT TIME ZONE is not supported (on ${type}). Use CONVERT_TZ(timestamp, from, to).`, node)
  },
}

/** `CASE x WHEN y` is `CASE WHEN x = y`. */
const searched = ({ operand, whens, otherwise, location }: SimpleCase): SearchedCase => ({
  kind: 'searchedCase',
  whens: whens.map(({ condition, result }) => ({
    condition: { kind: 'comparison', operator: '=', left: operand, right: condition, ...(location && { location }) },
    result,
  })),
  otherwise,
  ...(location && { location }),
})

/** Subqueries that are supported have become joins by now. */
function refuseSubquery(node: Syntax): never {
  throw refuse(
    `A subquery is not supported here: ${displayExpression(node)}. Put it into FROM, as a table to join with.`,
    node,
  )
}

/** The table is keyed by the node's own kind, which TypeScript cannot follow through an index. */
const checkAny = (node: Syntax, checker: Checker): Expression =>
  placing(node.location, () => (CHECKS[node.kind] as (node: Syntax, checker: Checker) => Expression)(node, checker))

const UNIT_MS: { readonly [Unit in TimeUnit]: number } = {
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
  MILLISECONDS: 1,
}

function bigintJson(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

function decimalLiteral(text: string): Expression {
  const value = Decimal.parse(text)
  return literalOf(decimalTypeOf(value), value)!
}
