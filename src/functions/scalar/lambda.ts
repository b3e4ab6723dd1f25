/** Functions that take a lambda: FILTER, REDUCE, TRANSFORM. */
import { hashKey } from '../../types/compare.ts'
import type { MapType, SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { type Call, type FunctionDeclaration, type Lambda, parameter, scalar } from '../declaration.ts'
import { inHashOrder } from './hash-order.ts'

const array = parameter('array', 'ARRAY<T>', 'the array')
const map = parameter('map', 'MAP<K, V>', 'the map')

function filterMap(entries: ReadonlyMap<Value, Value>, keep: Lambda): Value {
  const kept = new Map<Value, Value>()
  for (const [key, value] of entries) {
    if (keep(key, value) !== true) continue
    if (value === null) throw new Error('FILTER cannot keep a map entry whose value is NULL')
    kept.set(key, value)
  }
  return kept
}

function reduceArray(elements: readonly Value[] | null, initial: Value, reduce: Lambda): Value {
  if (initial === null || elements === null) return initial
  let state: Value = initial
  for (const element of elements) state = reduce(state, element)
  return state
}

function reduceMap(entries: ReadonlyMap<Value, Value> | null, initial: Value, reduce: Lambda): Value {
  if (initial === null || entries === null) return initial
  let state: Value = initial
  for (const [key, value] of inHashOrder(entries)) state = reduce(state, key, value)
  return state
}

/** New keys are compared by value, since keys of structured types are new objects each time. */
function transformMap(_args: readonly SqlType[], returns: SqlType): Call {
  const keyOf = hashKey((returns as MapType).key)
  return (entries: ReadonlyMap<Value, Value>, keyFor: Lambda, valueFor: Lambda) => {
    const seen = new Set()
    const result = new Map<Value, Value>()
    for (const [key, value] of entries) {
      const newKey = keyFor(key, value)
      const newValue = valueFor(key, value)
      if (newValue === null) throw new Error('TRANSFORM cannot make a map entry whose value is NULL')
      if (seen.has(keyOf(newKey))) throw new Error('TRANSFORM made the same map key twice')
      seen.add(keyOf(newKey))
      result.set(newKey, newValue)
    }
    return result
  }
}

export const lambdaFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'FILTER',
    cost: 'grows',
    category: 'LAMBDA',
    description: 'The elements of an array, or the entries of a map, for which the lambda returns true.',
    example: { call: 'FILTER(ARRAY[5, 12, 8], x => x > 6)', result: '[12, 8]' },
    variants: [
      {
        parameters: [array, parameter('keep', 'LAMBDA(T) => BOOLEAN', 'condition on an element')],
        returns: 'ARRAY<T>',
        nulls: 'propagate',
        call: (elements: readonly Value[], keep: Lambda) => elements.filter((element) => keep(element) === true),
      },
      {
        parameters: [map, parameter('keep', 'LAMBDA(K, V) => BOOLEAN', 'condition on a key and its value')],
        returns: 'MAP<K, V>',
        nulls: 'propagate',
        call: filterMap,
      },
    ],
  }),
  scalar({
    name: 'REDUCE',
    cost: 'grows',
    category: 'LAMBDA',
    description:
      'Folds an array or a map into one value, starting from an initial state. For a NULL array or map the result is that state.',
    example: { call: 'REDUCE(ARRAY[1, 2, 3], 10, (sum, x) => sum + x)', result: '16' },
    variants: [
      {
        parameters: [
          array,
          parameter('state', 'S', 'the initial state; NULL gives NULL'),
          parameter('reduce', 'LAMBDA(S, T) => S', 'the next state from a state and an element'),
        ],
        returns: 'S',
        nulls: 'pass',
        call: reduceArray,
      },
      {
        parameters: [
          map,
          parameter('state', 'S', 'the initial state; NULL gives NULL'),
          parameter('reduce', 'LAMBDA(S, K, V) => S', 'the next state from a state, a key and its value'),
        ],
        returns: 'S',
        nulls: 'pass',
        call: reduceMap,
      },
    ],
  }),
  scalar({
    name: 'TRANSFORM',
    cost: 'grows',
    category: 'LAMBDA',
    description: 'Applies a lambda to each element of an array, or two lambdas to each entry of a map.',
    example: { call: 'TRANSFORM(ARRAY[1, 2, 3], x => x * x)', result: '[1, 4, 9]' },
    variants: [
      {
        parameters: [array, parameter('transform', 'LAMBDA(T) => R', 'the new element')],
        returns: 'ARRAY<R>',
        nulls: 'propagate',
        call: (elements: readonly Value[], transform: Lambda) => elements.map((element) => transform(element)),
      },
      {
        parameters: [
          map,
          parameter('key', 'LAMBDA(K, V) => R', 'the new key; keys must be distinct'),
          parameter('value', 'LAMBDA(K, V) => T', 'the new value; must not be NULL'),
        ],
        returns: 'MAP<R, T>',
        nulls: 'propagate',
        bind: transformMap,
      },
    ],
  }),
]
