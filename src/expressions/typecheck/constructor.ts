/** ARRAY[...], MAP(...), STRUCT(...). Source: ksqlDB's ExpressionTypeManager. */
import type { ArrayConstructor, MapConstructor, StructConstructor } from '../../sql/ast/query.ts'
import { array, map, struct } from '../../types/sql-type.ts'
import type { Expression } from '../expression.ts'
import { type Checker, refuse } from './checker.ts'
import { checkList } from './list.ts'

const ISSUE = '(see https://github.com/confluentinc/ksql/issues/4239)'

export function checkArray(node: ArrayConstructor, checker: Checker): Expression {
  if (node.elements.length === 0) {
    throw refuse(`Array constructor cannot be empty. Please supply at least one element ${ISSUE}.`, node)
  }
  const { type, expressions } = checkList(node.elements, checker)
  if (type === null) throw refuse(allNull('an array with all NULL elements', 'value'), node)
  return { kind: 'array', type: array(type), elements: expressions }
}

export function checkMap(node: MapConstructor, checker: Checker): Expression {
  if (node.entries.length === 0) {
    throw refuse(`Map constructor cannot be empty. Please supply at least one key value pair ${ISSUE}.`, node)
  }
  const keyList = node.entries.map((entry) => entry.key)
  const valueList = node.entries.map((entry) => entry.value)
  const keys = checkList(keyList, checker)
  if (keys.type === null) throw refuse(allNull('a map with all NULL keys', 'key'), node)
  const values = checkList(valueList, checker)
  if (values.type === null) throw refuse(allNull('a map with all NULL values', 'value'), node)
  return {
    kind: 'map',
    type: map(keys.type, values.type),
    entries: keys.expressions.map((key, i) => ({ key, value: values.expressions[i]! })),
  }
}

const allNull = (what: string, part: string): string =>
  `Cannot construct ${what} ${ISSUE}. As a workaround, you may cast a NULL ${part} to the desired type.`

export function checkStruct(node: StructConstructor, { check }: Checker): Expression {
  const names = new Set<string>()
  const fields = node.fields.map((field) => {
    if (names.has(field.name)) throw refuse(`Duplicate field names found in STRUCT: '${field.name}'`, node)
    names.add(field.name)
    const value = check(field.value)
    if (value.type === null) {
      throw refuse(
        `Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).`,
        field.value,
      )
    }
    return { name: field.name, type: value.type, value }
  })
  return {
    kind: 'struct',
    type: struct(fields.map(({ name, type }) => ({ name, type }))),
    fields: fields.map(({ value }) => value),
  }
}
