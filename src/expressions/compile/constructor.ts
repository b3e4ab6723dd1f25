/** ARRAY[...], MAP(...), STRUCT(...). Source: ksqlDB's SqlToJavaVisitor. */
import type { Value } from '../../types/value.ts'
import type { ArrayExpression, MapExpression, StructExpression } from '../expression.ts'
import type { Compiler, Evaluator } from './compiler.ts'
import { compilePart } from './part.ts'

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
