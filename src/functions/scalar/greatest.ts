/** GREATEST and LEAST: the largest and the smallest of their arguments. */
import { type Comparator, comparator } from '../../types/compare.ts'
import { widerDecimal } from '../../types/convertible.ts'
import { type DecimalType, decimal, type SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { type FunctionDeclaration, parameter, type ScalarVariant, scalar } from '../declaration.ts'

const PLAIN_TYPES = ['INT', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP'] as const

/** The first argument that no other beats; NULLs do not count. */
function best(values: readonly Value[], beats: (order: number) => boolean, compare: Comparator): Value {
  let found: Value = null
  for (const value of values) {
    if (value !== null && (found === null || beats(compare(value, found)))) found = value
  }
  return found
}

function widestDecimal(args: readonly SqlType[]): DecimalType {
  return args.filter((type) => type.kind === 'DECIMAL').reduce(widerDecimal, decimal(1, 0))
}

function variants(beats: (order: number) => boolean): ScalarVariant[] {
  const parameters = (type: string) => [
    parameter('value', type, 'a value; NULLs are ignored'),
    parameter('others', `${type}...`, 'more values of that type'),
  ]
  return [
    ...PLAIN_TYPES.map(
      (type): ScalarVariant => ({
        parameters: parameters(type),
        returns: type,
        nulls: 'pass',
        bind: (_args, returns) => {
          const compare = comparator(returns)
          return (...values: Value[]) => best(values, beats, compare)
        },
      }),
    ),
    {
      parameters: parameters('DECIMAL'),
      returns: widestDecimal,
      nulls: 'pass',
      // As in ksqlDB, the value keeps the scale that it came with, whatever the type of the result.
      bind: (_args, returns) => {
        const compare = comparator(returns)
        return (...values: Value[]) => best(values, beats, compare)
      },
    },
  ]
}

export const greatestFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'GREATEST',
    cost: 'linear',
    category: 'MATHEMATICAL',
    description: 'The largest of the values; NULL if all of them are NULL.',
    example: { call: 'GREATEST(3, NULL, 7)', result: '7' },
    variants: variants((order) => order > 0),
  }),
  scalar({
    name: 'LEAST',
    cost: 'linear',
    category: 'MATHEMATICAL',
    description: 'The smallest of the values; NULL if all of them are NULL.',
    example: { call: 'LEAST(3, NULL, 7)', result: '3' },
    variants: variants((order) => order < 0),
  }),
]
