/** Mathematical functions that keep or round numbers: ABS, SIGN, CEIL, FLOOR, ROUND, TRUNC. */
import { absInt64, doubleToInt64, type Int64 } from '../../types/bigint64.ts'
import { Decimal, type Rounding } from '../../types/decimal.ts'
import { DOUBLE, decimal, type SqlType } from '../../types/sql-type.ts'
import {
  type Call,
  type FunctionDeclaration,
  type Parameter,
  parameter,
  type ScalarVariant,
  scalar,
} from '../declaration.ts'

/** A function of one argument with an overload per type. */
function variant(type: string, returns: ScalarVariant['returns'], call: Call): ScalarVariant {
  return { parameters: [parameter('value', type, 'a number')], returns, nulls: 'propagate', call }
}

const sameType = (args: readonly SqlType[]): SqlType => args[0] ?? DOUBLE

/** The type of a DECIMAL's integer part. */
function integerPart([type]: readonly SqlType[]): SqlType {
  return type?.kind === 'DECIMAL' ? decimal(Math.max(1, type.precision - type.scale), 0) : decimal(1, 0)
}

const identity = <T>(value: T): T => value

/** A DECIMAL rounded to an integer, with its scale restored. */
const wholeDecimal =
  (rounding: Rounding) =>
  (value: Decimal): Decimal =>
    value.rescale(0, rounding).rescale(value.scale, rounding)

/** Halves go toward positive infinity, as Java's Math.round does with doubles. */
const halfTowardPositive = (value: Decimal): Rounding => (value.sign() < 0 ? 'HALF_DOWN' : 'HALF_UP')

/** `value` rounded at `places` after the point (before it, if negative), with its scale restored. */
function roundDecimal(value: Decimal, places: number, rounding: Rounding): Decimal {
  if (places >= value.scale) return value
  // Less than a tenth of the place: a power of ten as large as `places` may be has no end.
  if (value.scale - places > value.precision()) return new Decimal(0n, value.scale)
  return value.rescale(places, rounding).rescale(value.scale, rounding)
}

/** Rounds the decimal digits that the double shows, so that 2.675 is 2.68 at two places. Throws on NaN and infinities. */
function roundDouble(value: number, places: number, rounding: (value: Decimal) => Rounding): number {
  const exact = Decimal.fromNumber(value)
  return roundDecimal(exact, places, rounding(exact)).toNumber()
}

const withPlaces = (type: string): readonly Parameter[] => [
  parameter('value', type, 'a number'),
  parameter('places', 'INT', 'digits to keep after the point; negative: before it'),
]

const down = (): Rounding => 'DOWN'

/** ROUND and TRUNC with a number of places differ in how they round only. */
function placesVariants(rounding: (value: Decimal) => Rounding): ScalarVariant[] {
  return [
    {
      parameters: withPlaces('DOUBLE'),
      returns: 'DOUBLE',
      nulls: 'propagate',
      call: (value: number, places: number) => roundDouble(value, places, rounding),
    },
    {
      parameters: withPlaces('DECIMAL'),
      returns: sameType,
      nulls: 'propagate',
      call: (value: Decimal, places: number) => roundDecimal(value, places, rounding(value)),
    },
  ]
}

/** CEIL and FLOOR leave integers alone and keep the type. */
function wholeVariants(roundDoubles: (value: number) => number, rounding: Rounding): ScalarVariant[] {
  return [
    variant('INT', 'INT', identity),
    variant('BIGINT', 'BIGINT', identity),
    variant('DOUBLE', 'DOUBLE', roundDoubles),
    variant('DECIMAL', sameType, wholeDecimal(rounding)),
  ]
}

export const mathFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'ABS',
    cost: 'constant',
    category: 'MATHEMATICAL',
    description: 'The absolute value. The smallest INT and BIGINT have none and stay as they are.',
    example: { call: 'ABS(-3)', result: '3' },
    variants: [
      variant('INT', 'INT', (value: number) => Math.abs(value) | 0),
      variant('BIGINT', 'BIGINT', absInt64),
      variant('DOUBLE', 'DOUBLE', Math.abs),
      variant('DECIMAL', sameType, (value: Decimal) => value.abs()),
    ],
  }),
  scalar({
    name: 'SIGN',
    cost: 'constant',
    category: 'MATHEMATICAL',
    description: '-1, 0 or 1; 0 for NaN.',
    example: { call: 'SIGN(-7)', result: '-1' },
    variants: [
      variant('INT', 'INT', Math.sign),
      variant('BIGINT', 'INT', (value: Int64) => Math.sign(Number(value))),
      variant('DOUBLE', 'INT', (value: number) => Math.sign(value) | 0),
    ],
  }),
  scalar({
    name: 'CEIL',
    cost: 'constant',
    category: 'MATHEMATICAL',
    description: 'The smallest whole number that is not smaller than the value.',
    example: { call: 'CEIL(2.1)', result: '3.0' },
    variants: wholeVariants(Math.ceil, 'CEILING'),
  }),
  scalar({
    name: 'FLOOR',
    cost: 'constant',
    category: 'MATHEMATICAL',
    description: 'The largest whole number that is not larger than the value.',
    example: { call: 'FLOOR(2.9)', result: '2.0' },
    variants: wholeVariants(Math.floor, 'FLOOR'),
  }),
  scalar({
    name: 'ROUND',
    cost: 'constant',
    category: 'MATHEMATICAL',
    description:
      'Rounds to a whole number, or to a number of decimal places; halves are rounded up: 1.5 to 2, -1.5 to -1.',
    example: { call: 'ROUND(2.675, 2)', result: '2.680' },
    variants: [
      variant('long', 'BIGINT', identity),
      variant('int', 'BIGINT', identity),
      variant('DOUBLE', 'BIGINT', (value: number) => doubleToInt64(Math.round(value))),
      variant('DECIMAL', integerPart, (value: Decimal) => value.rescale(0, halfTowardPositive(value))),
      ...placesVariants(halfTowardPositive),
    ],
  }),
  scalar({
    name: 'TRUNC',
    cost: 'constant',
    category: 'MATHEMATICAL',
    description: 'Truncates to a whole number, or to a number of decimal places.',
    example: { call: 'TRUNC(2.679, 2)', result: '2.670' },
    variants: [
      variant('INT', 'BIGINT', identity),
      variant('BIGINT', 'BIGINT', identity),
      variant('DOUBLE', 'BIGINT', doubleToInt64),
      variant('DECIMAL', integerPart, (value: Decimal) => value.rescale(0, 'DOWN')),
      ...placesVariants(down),
    ],
  }),
]
