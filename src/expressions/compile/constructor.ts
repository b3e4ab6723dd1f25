/** ARRAY[...], MAP(...), STRUCT(...). Source: ksqlDB's SqlToJavaVisitor. */
import type { Row, Value } from '../../types/value.ts'
import { keeper } from '../bounds.ts'
import type { ArrayExpression, Expression, MapExpression, StructExpression } from '../expression.ts'
import type { Compiler, Evaluator } from './compiler.ts'
import { compilePart } from './part.ts'

export const compileArray = (expression: ArrayExpression, compiler: Compiler): Evaluator =>
  kept(expression, compiler, rowOf(expression.elements, compiler))

export const compileStruct = (expression: StructExpression, compiler: Compiler): Evaluator =>
  kept(expression, compiler, rowOf(expression.fields, compiler))

export function compileMap(expression: MapExpression, compiler: Compiler): Evaluator {
  const keys = expression.entries.map(({ key }) => compilePart(key, compiler))
  const values = expression.entries.map(({ value }) => compilePart(value, compiler))
  return kept(expression, compiler, (row) => {
    const map = new Map<Value, Value>()
    for (let i = 0; i < keys.length; i++) map.set(keys[i]!(row), values[i]!(row))
    return map
  })
}

function rowOf(expressions: readonly Expression[], compiler: Compiler): (row: Row) => Value {
  const parts = expressions.map((expression) => compilePart(expression, compiler))
  return (row) => parts.map((part) => part(row))
}

/** Constructors around lambda parameters refer to one value many times: small in memory, large when it is written. */
function kept({ type }: Expression, { context: { budget } }: Compiler, evaluate: Evaluator): Evaluator {
  if (budget === null) return evaluate
  const keep = keeper(type, budget)
  return (row) => keep(evaluate(row))
}
