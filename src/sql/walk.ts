/**
 * Walking and rewriting expressions. Exhaustive: a new expression kind does not compile until it is listed here. A query inside an expression is
 * not gone into: its names are its own.
 */
import type { Expression, FunctionCall } from './ast/query.ts'

/** The direct children of an expression, left to right. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'nullLiteral':
    case 'booleanLiteral':
    case 'integerLiteral':
    case 'bigintLiteral':
    case 'decimalLiteral':
    case 'doubleLiteral':
    case 'stringLiteral':
    case 'columnReference':
    case 'lambdaVariable':
    case 'intervalUnit':
    case 'scalarSubquery':
    case 'exists':
      return []
    case 'comparison':
    case 'logicalBinary':
    case 'arithmeticBinary':
    case 'concat':
      return [expression.left, expression.right]
    case 'not':
    case 'isNull':
    case 'isNotNull':
    case 'arithmeticUnary':
    case 'cast':
    case 'atTimeZone':
    case 'inSubquery':
      return [expression.operand]
    case 'between':
      return [expression.operand, expression.low, expression.high]
    case 'in':
      return [expression.operand, ...expression.values]
    case 'like':
      return [expression.operand, expression.pattern]
    case 'searchedCase':
      return [...whenParts(expression.whens), ...orNone(expression.otherwise)]
    case 'simpleCase':
      return [expression.operand, ...whenParts(expression.whens), ...orNone(expression.otherwise)]
    case 'functionCall':
      return callParts(expression)
    case 'lambda':
      return [expression.body]
    case 'subscript':
      return [expression.base, expression.index]
    case 'dereference':
      return [expression.base]
    case 'arrayConstructor':
      return expression.elements
    case 'mapConstructor':
      return expression.entries.flatMap(({ key, value }) => [key, value])
    case 'structConstructor':
      return expression.fields.map(({ value }) => value)
  }
}

const whenParts = (whens: readonly { readonly condition: Expression; readonly result: Expression }[]) =>
  whens.flatMap(({ condition, result }) => [condition, result])
const orNone = (expression: Expression | null): readonly Expression[] => (expression === null ? [] : [expression])

/** Arguments, then what FILTER and OVER hold. */
function callParts({ args, filter, over }: FunctionCall): readonly Expression[] {
  if (filter === undefined && over === undefined) return args
  return [
    ...args,
    ...(filter === undefined ? [] : [filter]),
    ...(over === undefined ? [] : [...over.partitionBy, ...over.orderBy.map(({ expression }) => expression)]),
  ]
}

function callWith(call: FunctionCall, children: readonly Expression[]): FunctionCall {
  const { args, filter, over } = call
  let next = args.length
  return {
    ...call,
    args: children.slice(0, args.length),
    ...(filter !== undefined && { filter: children[next++]! }),
    ...(over !== undefined && {
      over: {
        ...over,
        partitionBy: over.partitionBy.map(() => children[next++]!),
        orderBy: over.orderBy.map((item) => ({ ...item, expression: children[next++]! })),
      },
    }),
  }
}

/** The same expression over other children, given in the order of `childrenOf`. */
export function withChildren(expression: Expression, children: readonly Expression[]): Expression {
  const [first, second, third] = children
  switch (expression.kind) {
    case 'nullLiteral':
    case 'booleanLiteral':
    case 'integerLiteral':
    case 'bigintLiteral':
    case 'decimalLiteral':
    case 'doubleLiteral':
    case 'stringLiteral':
    case 'columnReference':
    case 'lambdaVariable':
    case 'intervalUnit':
    case 'scalarSubquery':
    case 'exists':
      return expression
    case 'comparison':
    case 'logicalBinary':
    case 'arithmeticBinary':
    case 'concat':
      return { ...expression, left: first!, right: second! }
    case 'not':
    case 'isNull':
    case 'isNotNull':
    case 'arithmeticUnary':
    case 'cast':
    case 'atTimeZone':
    case 'inSubquery':
      return { ...expression, operand: first! }
    case 'between':
      return { ...expression, operand: first!, low: second!, high: third! }
    case 'in':
      return { ...expression, operand: first!, values: children.slice(1) }
    case 'like':
      return { ...expression, operand: first!, pattern: second! }
    case 'searchedCase':
      return { ...expression, ...whensFrom(expression, children) }
    case 'simpleCase':
      return { ...expression, operand: first!, ...whensFrom(expression, children.slice(1)) }
    case 'functionCall':
      return callWith(expression, children)
    case 'lambda':
      return { ...expression, body: first! }
    case 'subscript':
      return { ...expression, base: first!, index: second! }
    case 'dereference':
      return { ...expression, base: first! }
    case 'arrayConstructor':
      return { ...expression, elements: children }
    case 'mapConstructor':
      return {
        ...expression,
        entries: expression.entries.map((_, i) => ({ key: children[2 * i]!, value: children[2 * i + 1]! })),
      }
    case 'structConstructor':
      return { ...expression, fields: expression.fields.map(({ name }, i) => ({ name, value: children[i]! })) }
  }
}

function whensFrom(
  expression: { readonly whens: readonly unknown[]; readonly otherwise: Expression | null },
  children: readonly Expression[],
) {
  return {
    whens: expression.whens.map((_, i) => ({ condition: children[2 * i]!, result: children[2 * i + 1]! })),
    otherwise: expression.otherwise === null ? null : children[children.length - 1]!,
  }
}

/** Rewrites top-down: where `replace` answers an expression it is taken as it is, elsewhere its children are rewritten. */
export function rewrite(expression: Expression, replace: (expression: Expression) => Expression | null): Expression {
  const replaced = replace(expression)
  if (replaced !== null) return replaced
  const children = childrenOf(expression)
  if (children.length === 0) return expression
  const rewritten = children.map((child) => rewrite(child, replace))
  return rewritten.every((child, i) => child === children[i]) ? expression : withChildren(expression, rewritten)
}

/** Calls `visit` for the expression and all below it, parents first; where `visit` answers false it does not go below. */
export function walk(expression: Expression, visit: (expression: Expression) => boolean | undefined): void {
  if (visit(expression) === false) return
  for (const child of childrenOf(expression)) walk(child, visit)
}

/** Whether `is` holds for the expression or for one below it. */
export function contains(expression: Expression, is: (expression: Expression) => boolean): boolean {
  let found = false
  walk(expression, (node) => {
    found ||= is(node)
    return !found
  })
  return found
}

/** Equal but for places in the text. */
export function equalExpressions(a: Expression, b: Expression): boolean {
  return a === b || withoutLocations(a) === withoutLocations(b)
}

/** A text that is the same for expressions that are equal but for places in the text. */
export const withoutLocations = (expression: Expression): string =>
  JSON.stringify(expression, (key, value: unknown) => (key === 'location' ? undefined : value))

/** The conditions that AND joins. */
export const conjuncts = (expression: Expression): readonly Expression[] =>
  expression.kind === 'logicalBinary' && expression.operator === 'AND'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression]

/** The conditions joined by AND; null: there are none. */
export const allOf = (conditions: readonly Expression[]): Expression | null =>
  conditions.length === 0
    ? null
    : conditions.reduce((left, right) => ({ kind: 'logicalBinary', operator: 'AND', left, right }))
