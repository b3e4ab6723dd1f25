/** Reading parts of values: `array[i]`, `map[key]`, `struct->field`. Source: ksqlDB's ExpressionTypeManager. */
import type { Dereference, Subscript } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { implicitlyConvertible } from '../../types/convertible.ts'
import { BIGINT, INTEGER, type SqlType } from '../../types/sql-type.ts'
import { coerce } from '../coerce.ts'
import type { Expression } from '../expression.ts'
import { type Checker, refuse, typeText } from './checker.ts'

export function checkSubscript(node: Subscript, { check }: Checker): Expression {
  const base = check(node.base)
  const index = check(node.index)
  switch (base.type?.kind) {
    case 'ARRAY':
      return { kind: 'subscript', type: base.type.element, base, index: subscriptOf(node, index, [INTEGER, BIGINT]) }
    case 'MAP':
      return { kind: 'subscript', type: base.type.value, base, index: subscriptOf(node, index, [base.type.key]) }
    case 'STRUCT':
      throw refuse(
        `Subscript expression (${displayExpression(node)}) do not apply to ${typeText(base.type)}. ` +
          'Use the dereference operator for STRUCTS: A->B',
        node,
      )
    default:
      throw refuse(
        `Subscript expression (${displayExpression(node)}) do not apply to ${typeText(base.type)}. ` +
          'Only an ARRAY or a MAP has elements.',
        node,
      )
  }
}

function subscriptOf(node: Subscript, index: Expression, types: readonly SqlType[]): Expression {
  const { type } = index
  const target = type === null ? undefined : types.find((candidate) => implicitlyConvertible(type, candidate))
  if (target !== undefined) return coerce(index, target)
  throw refuse(
    `Subscript expression (${displayExpression(node)}) needs a subscript of type ` +
      `${types.map(typeText).join(' or ')}, but got ${typeText(type)}.`,
    node,
  )
}

export function checkDereference(node: Dereference, { check }: Checker): Expression {
  const base = check(node.base)
  if (base.type?.kind !== 'STRUCT') {
    throw refuse(`Expected STRUCT type, got: ${typeText(base.type)} for ${displayExpression(node.base)}`, node)
  }
  const { fields } = base.type
  const position = fields.findIndex(({ name }) => name === node.field)
  const field = fields[position]
  if (field === undefined) {
    const names = fields.map(({ name }) => name).join(', ')
    const base = displayExpression(node.base)
    throw refuse(`Could not find field '${node.field}' in '${base}'. Its fields are: ${names}.`, node)
  }
  return { kind: 'dereference', type: field.type, base, field: node.field, position }
}
