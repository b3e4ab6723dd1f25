/**
 * ARRAY[...], MAP(...), STRUCT(...). An error in an element makes that element NULL and is reported, while the rest of the value stays
 * (`ksql.nested.error.set.null`, true by default; false: the whole value fails).
 */
import type { Value } from '../../types/value.ts'
import type { ArrayExpression, Expression, MapExpression, StructExpression } from '../expression.ts'
import { type Compiler, type Evaluator, isFalse, messageOf } from './compiler.ts'

export function compileArray({ elements }: ArrayExpression, compiler: Compiler): Evaluator {
  const parts = elements.map((element) => compilePart(element, compiler))
  return (row) => parts.map((part) => part(row))
}

export const compileStruct = ({ fields }: StructExpression, compiler: Compiler): Evaluator => {
  const parts = fields.map((field) => compilePart(field, compiler))
  return (row) => parts.map((part) => part(row))
}

export function compileMap({ entries }: MapExpression, compiler: Compiler): Evaluator {
  const keys = entries.map(({ key }) => compilePart(key, compiler))
  const values = entries.map(({ value }) => compilePart(value, compiler))
  return (row) => {
    const map = new Map<Value, Value>()
    for (let i = 0; i < keys.length; i++) map.set(keys[i]!(row), values[i]!(row))
    return map
  }
}

function compilePart(expression: Expression, { compile, context }: Compiler): Evaluator {
  const evaluate = compile(expression)
  if (!canFail(expression) || isFalse(context, 'ksql.nested.error.set.null')) return evaluate
  return (row) => {
    try {
      return evaluate(row)
    } catch (error) {
      context.reportError?.(messageOf(error), error)
      return null
    }
  }
}

const canFail = ({ kind }: Expression): boolean => kind !== 'literal' && kind !== 'column' && kind !== 'variable'
