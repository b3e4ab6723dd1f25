/** Functions about NULL, and AS_VALUE. */
import { equality, nullsEqual } from '../../types/compare.ts'
import type { Value } from '../../types/value.ts'
import { type FunctionDeclaration, parameter, scalar } from '../declaration.ts'

export const conditionalFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'COALESCE',
    cost: 'constant',
    printedName: 'COALESCE',
    category: 'CONDITIONAL',
    description: 'The first argument that is not NULL.',
    example: { call: "COALESCE(NULL, 'a', 'b')", result: 'a' },
    variants: [
      {
        parameters: [parameter('first', 'T', 'a value'), parameter('others', 'T...', 'more values of its type')],
        returns: 'T',
        nulls: 'pass',
        call: (...values: Value[]) => {
          for (const value of values) if (value !== null) return value
          return null
        },
      },
    ],
  }),
  scalar({
    name: 'IFNULL',
    cost: 'constant',
    printedName: 'IFNULL',
    category: 'CONDITIONAL',
    description: 'The value, or the alternative if the value is NULL.',
    example: { call: "IFNULL(CAST(NULL AS STRING), 'none')", result: 'none' },
    variants: [
      {
        parameters: [
          parameter('value', 'T', 'a value'),
          parameter('alternative', 'T', 'value to return instead of NULL'),
        ],
        returns: 'T',
        nulls: 'pass',
        call: (value: Value, alternative: Value) => value ?? alternative,
      },
    ],
  }),
  scalar({
    name: 'NULLIF',
    cost: 'linear',
    printedName: 'NULLIF',
    category: 'CONDITIONAL',
    description: 'NULL if both values are equal, otherwise the first value.',
    example: { call: "NULLIF('n/a', 'n/a')", result: 'null' },
    variants: [
      {
        parameters: [parameter('value', 'T', 'a value'), parameter('other', 'T', 'value that is replaced by NULL')],
        returns: 'T',
        nulls: 'pass',
        bind: (_args, returns) => {
          const equal = nullsEqual(equality(returns))
          return (value: Value, other: Value) => (equal(value, other) ? null : value)
        },
      },
    ],
  }),
  scalar({
    name: 'AS_VALUE',
    cost: 'constant',
    printedName: 'AS_VALUE',
    category: 'OTHER',
    description: 'Copies a key column into the value, under the name that its alias gives.',
    example: { call: "AS_VALUE('a')", result: 'a' },
    variants: [
      {
        parameters: [parameter('keyColumn', 'T', 'the key column')],
        returns: 'T',
        nulls: 'pass',
        call: (value: Value) => value,
      },
    ],
  }),
]
