/** Functions of MAPs with STRING keys. */
import type { Value } from '../../types/value.ts'
import { type FunctionDeclaration, parameter, type ScalarVariant, scalar } from '../declaration.ts'

type TextMap = ReadonlyMap<Value, Value>

const byKey = ([a]: readonly [Value, Value], [b]: readonly [Value, Value]): number =>
  (a as string) < (b as string) ? -1 : 1

function entriesOf(type: string): ScalarVariant {
  return {
    parameters: [
      parameter('map', `MAP<STRING, ${type}>`, 'the map'),
      parameter('sorted', 'boolean', 'true: in the order of the keys'),
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
    variants: [
      {
        parameters: [
          parameter('keys', 'ARRAY<STRING>', 'the keys'),
          parameter('values', 'ARRAY<T>', 'their values; NULL where there are too few'),
        ],
        returns: 'MAP<STRING, T>',
        nulls: 'propagate',
        call: (keys: readonly Value[], values: readonly Value[]) =>
          new Map(keys.map((key, i) => [key, values[i] ?? null])),
      },
    ],
  }),
  scalar({
    name: 'ENTRIES',
    cost: 'linear',
    category: 'MAP',
    description: 'The entries of a map as structs of key K and value V.',
    variants: ['INT', 'BIGINT', 'DOUBLE', 'BOOLEAN', 'STRING'].map(entriesOf),
  }),
  scalar({
    name: 'MAP_KEYS',
    cost: 'linear',
    category: 'MAP',
    description: 'The keys of a map.',
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
    description: 'The entries of both maps; where both have a key, the value of the second one.',
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
