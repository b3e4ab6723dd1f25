/** EXPLODE: a row per element of an array. */
import { type SqlType, STRING } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { type FunctionDeclaration, parameter, tableFunction } from '../declaration.ts'

const elementOf = ([type]: readonly SqlType[]): SqlType => (type?.kind === 'ARRAY' ? type.element : STRING)

const elements = (array: readonly Value[] | null): readonly Value[] => array ?? []

export const explodeFunctions: readonly FunctionDeclaration[] = [
  tableFunction({
    name: 'EXPLODE',
    description: 'A row for each element of an array, including NULL elements; no row for a NULL array.',
    example: { call: "EXPLODE(ARRAY['a', 'b'])", result: 'a, b' },
    variants: [
      { parameters: [parameter('input', 'ARRAY<DECIMAL>', 'the array')], returns: elementOf, call: elements },
      { parameters: [parameter('list', 'ARRAY<T>', 'the array')], returns: 'T', call: elements },
    ],
  }),
]
