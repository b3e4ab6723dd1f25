/** Functions of MAPs with STRING keys. */
import type { Value } from '../../types/value.ts'
import { CALL_BYTES, ELEMENT_BYTES } from '../budget.ts'
import { type FunctionDeclaration, parameter, type ScalarVariant, scalar } from '../declaration.ts'

type TextMap = ReadonlyMap<Value, Value>

const byKey = ([a]: readonly [Value, Value], [b]: readonly [Value, Value]): number =>
  (a as string) < (b as string) ? -1 : 1

function entriesOf(type: string): ScalarVariant {
  return {
    parameters: [
      parameter('map', `MAP<STRING, ${type}>`, 'the map'),
      parameter('sorted', 'boolean', 'true to order the entries by key'),
    ],
    returns: `ARRAY<STRUCT<K STRING, V ${type}>>`,
    nulls: 'propagate',
    call: (map: TextMap, sorted: boolean) => (sorted ? [...map].sort(byKey) : [...map]),
  }
}

export const mapFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'AS_MAP',
    cost: 'linear',
    category: 'MAP',
    description: 'A map from an array of keys and an array of values.',
    example: { call: "AS_MAP(ARRAY['a', 'b'], ARRAY[1, 2])", result: '{a=1, b=2}' },
    variants: [
      {
        parameters: [
          parameter('keys', 'ARRAY<STRING>', 'the keys'),
          parameter('values', 'ARRAY<T>', 'the values of the keys; missing ones are NULL'),
        ],
        returns: 'MAP<STRING, T>',
        nulls: 'propagate',
        bind:
          (_args, _returns, { budget }) =>
          (keys: readonly Value[], values: readonly Value[]) => {
            budget.refuseLarger(2 * ELEMENT_BYTES * keys.length)
            const map = new Map<Value, Value>()
            for (let i = 0; i < keys.length; i++) {
              budget.spend(CALL_BYTES)
              map.set(keys[i]!, values[i] ?? null)
            }
            return map
          },
      },
    ],
  }),
  scalar({
    name: 'ENTRIES',
    cost: 'linear',
    category: 'MAP',
    description: 'The entries of a map as structs of key K and value V.',
    example: { call: "ENTRIES(MAP('b' := 2, 'a' := 1), TRUE)", result: '[Struct{K=a,V=1}, Struct{K=b,V=2}]' },
    variants: ['INT', 'BIGINT', 'DOUBLE', 'BOOLEAN', 'STRING'].map(entriesOf),
  }),
  scalar({
    name: 'MAP_KEYS',
    cost: 'linear',
    category: 'MAP',
    description: 'The keys of a map.',
    example: { call: "MAP_KEYS(MAP('a' := 1, 'b' := 2))", result: '[a, b]' },
    variants: [
      {
        parameters: [parameter('map', 'MAP<STRING, T>', 'the map')],
        returns: 'ARRAY<STRING>',
        nulls: 'propagate',
        call: (map: TextMap) => [...map.keys()],
      },
    ],
  }),
  scalar({
    name: 'MAP_VALUES',
    cost: 'linear',
    category: 'MAP',
    description: 'The values of a map.',
    example: { call: "MAP_VALUES(MAP('a' := 1, 'b' := 2))", result: '[1, 2]' },
    variants: [
      {
        parameters: [parameter('map', 'MAP<STRING, T>', 'the map')],
        returns: 'ARRAY<T>',
        nulls: 'propagate',
        call: (map: TextMap) => [...map.values()],
      },
    ],
  }),
  scalar({
    name: 'MAP_UNION',
    cost: 'linear',
    category: 'MAP',
    description: 'The entries of both maps; if both have a key, the value of the second map is kept.',
    example: { call: "MAP_UNION(MAP('a' := 1, 'b' := 2), MAP('b' := 3))", result: '{a=1, b=3}' },
    variants: [
      {
        parameters: [parameter('first', 'MAP<STRING, T>', 'a map'), parameter('second', 'MAP<STRING, T>', 'a map')],
        returns: 'MAP<STRING, T>',
        nulls: 'pass',
        call: (first: TextMap | null, second: TextMap | null) =>
          first === null || second === null ? (first ?? second) : new Map([...first, ...second]),
      },
    ],
  }),
]
