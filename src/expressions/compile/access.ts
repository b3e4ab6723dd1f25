/** `array[i]`, `map[key]`, `struct->field`. What is not there is NULL. Source: ksqlDB's ArrayAccess and SqlToJavaVisitor. */
import { type Budget, CALL_BYTES } from '../../functions/budget.ts'
import { equality } from '../../types/compare.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import type { DereferenceExpression, SubscriptExpression } from '../expression.ts'
import type { Compiler, Evaluator } from './compiler.ts'
import { nullSubscript } from './nulls.ts'

export function compileSubscript(expression: SubscriptExpression, { compile, context }: Compiler): Evaluator {
  const base = compile(expression.base)
  const index = compile(expression.index)
  const element = elementOf(expression.base.type!, context.budget)
  return (row) => {
    const container = base(row)
    return container === null ? null : element(container, index(row))
  }
}

/** From a container that is not NULL and a subscript to the element. */
export function elementOf(type: SqlType, budget: Budget | null): (container: Value, index: Value) => Value {
  if (type.kind === 'ARRAY') return arrayElement
  return type.kind === 'MAP' ? mapElement(type.key, budget) : () => null
}

/** 1 is the first element, -1 the last. */
function arrayElement(array: Value, index: Value): Value {
  if (index === null) nullSubscript()
  const items = array as readonly Value[]
  const position = Number(index)
  return items[position > 0 ? position - 1 : position < 0 ? items.length + position : -1] ?? null
}

function mapElement(keyType: SqlType, budget: Budget | null): (map: Value, key: Value) => Value {
  if (isMapKey(keyType)) return (map, key) => (map as ReadonlyMap<Value, Value>).get(key) ?? null
  const equals = equality(keyType)
  return (map, key) => {
    budget?.spend(CALL_BYTES * (map as ReadonlyMap<Value, Value>).size)
    for (const [candidate, value] of map as ReadonlyMap<Value, Value>) {
      if (candidate === key || (candidate !== null && key !== null && equals(candidate, key))) return value
    }
    return null
  }
}

/** Whether a JavaScript Map finds keys of this type by value. */
const isMapKey = ({ kind }: SqlType): boolean =>
  kind !== 'DECIMAL' && kind !== 'BYTES' && kind !== 'ARRAY' && kind !== 'MAP' && kind !== 'STRUCT'

export function compileDereference({ base, position }: DereferenceExpression, { compile }: Compiler): Evaluator {
  const evaluate = compile(base)
  return (row) => {
    const struct = evaluate(row) as readonly Value[] | null
    return struct === null ? null : (struct[position] ?? null)
  }
}
