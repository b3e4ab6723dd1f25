/** Looking into typed expressions: children, columns read, constants. Exhaustive, so that a new kind must be told here. */
import type { CaseExpression, CastExpression, Expression } from './expression.ts'

/** The direct children of an expression, left to right. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'variable':
    case 'intervalUnit':
      return []
    case 'arithmetic':
    case 'comparison':
    case 'logical':
      return [expression.left, expression.right]
    case 'negate':
    case 'not':
    case 'isNull':
    case 'cast':
      return [expression.operand]
    case 'in':
      return [expression.operand, ...expression.list]
    case 'between':
      return [expression.operand, expression.low, expression.high]
    case 'like':
      return [expression.operand, expression.pattern]
    case 'case':
      return caseParts(expression)
    case 'call':
      return expression.args
    case 'lambda':
      return [expression.body]
    case 'subscript':
      return [expression.base, expression.index]
    case 'dereference':
      return [expression.base]
    case 'array':
      return expression.elements
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value])
    case 'struct':
      return expression.fields
  }
}

function caseParts({ whens, otherwise }: CaseExpression): readonly Expression[] {
  const parts = whens.flatMap(({ condition, result }) => [condition, result])
  return otherwise === null ? parts : [...parts, otherwise]
}

/** The same expression over other children, given in the order of `childrenOf`. */
function withChildren(expression: Expression, children: readonly Expression[]): Expression {
  const [first, second, third] = children
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'variable':
    case 'intervalUnit':
      return expression
    case 'arithmetic':
    case 'comparison':
    case 'logical':
      return { ...expression, left: first!, right: second! }
    case 'negate':
    case 'not':
    case 'isNull':
    case 'cast':
      return { ...expression, operand: first! }
    case 'in':
      return { ...expression, operand: first!, list: children.slice(1) }
    case 'between':
      return { ...expression, operand: first!, low: second!, high: third! }
    case 'like':
      return { ...expression, operand: first!, pattern: second! }
    case 'case':
      return {
        ...expression,
        whens: expression.whens.map((_, i) => ({ condition: children[2 * i]!, result: children[2 * i + 1]! })),
        otherwise: expression.otherwise === null ? null : children.at(-1)!,
      }
    case 'call':
      return { ...expression, args: children }
    case 'lambda':
      return { ...expression, body: first! }
    case 'subscript':
      return { ...expression, base: first!, index: second! }
    case 'dereference':
      return { ...expression, base: first! }
    case 'array':
      return { ...expression, elements: children }
    case 'map':
      return {
        ...expression,
        entries: expression.entries.map((_, i) => ({ key: children[2 * i]!, value: children[2 * i + 1]! })),
      }
    case 'struct':
      return { ...expression, fields: children }
  }
}

/** True if the expression reads no column and calls no function (which may depend on time or chance). */
export function isConstant(expression: Expression): boolean {
  if (expression.kind === 'column' || expression.kind === 'variable' || expression.kind === 'call') return false
  return childrenOf(expression).every(isConstant)
}

/** False only if the expression gives a value for every row, and never an error. */
export function canFail(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'variable':
    case 'intervalUnit':
      return false
    case 'isNull':
    case 'comparison':
    case 'between':
    case 'in':
    case 'dereference':
      return childrenOf(expression).some(canFail)
    case 'cast':
      return !isSafeCast(expression) || canFail(expression.operand)
    default:
      return true
  }
}

const isSafeCast = ({ type, operand }: CastExpression): boolean =>
  type.kind === 'STRING' || (operand.type?.kind === 'INTEGER' && (type.kind === 'BIGINT' || type.kind === 'DOUBLE'))

/** Indexes of the columns that the expression reads, ascending, each once. */
export function columnsOf(expression: Expression): number[] {
  const indexes = new Set<number>()
  collectColumns(expression, indexes)
  return [...indexes].sort((a, b) => a - b)
}

function collectColumns(expression: Expression, into: Set<number>): void {
  if (expression.kind === 'column') into.add(expression.index)
  for (const child of childrenOf(expression)) collectColumns(child, into)
}

/** The same expression over a row with other places: column `i` is read at `place(i)`. */
export function mapColumns(expression: Expression, place: (index: number) => number): Expression {
  if (expression.kind === 'column') return { ...expression, index: place(expression.index) }
  const children = childrenOf(expression)
  return children.length === 0
    ? expression
    : withChildren(
        expression,
        children.map((child) => mapColumns(child, place)),
      )
}
