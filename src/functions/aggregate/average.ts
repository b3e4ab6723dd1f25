/**
 * AVG. The sum never wraps around: integers add up in 64 bits and count how often that overflowed, DECIMAL sums are exact. State of
 * integers: [sum, count, carry], of others: [sum, count]; changed in place.
 */
import { type Int64, wrapInt64 } from '../../types/bigint64.ts'
import { Decimal, ensureFits } from '../../types/decimal.ts'
import { BIGINT, type DecimalType, decimal, MAX_PRECISION, type SqlType, struct } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { aggregate, type FunctionDeclaration, parameter, type UndoableRuntime } from '../declaration.ts'
import { type Addition, DOUBLE_ADDITION, decimalAddition, decimalType, widest } from './sum.ts'

/** Sum and count, and for integers the carry: the whole sum is `sum + carry * 2^64`. */
type State = [sum: Value, count: number, carry: number]

/** Adds `value` to the whole sum, or takes it out for a `sign` of -1. */
function addWhole(totals: State, value: Int64, sign: 1 | -1): void {
  const [sum] = totals
  if (typeof sum === 'number' && typeof value === 'number') {
    const total = sum + sign * value
    if (Number.isSafeInteger(total)) {
      totals[0] = total
      return
    }
  }
  const total = BigInt(sum as Int64) + BigInt(sign) * BigInt(value)
  const low = wrapInt64(total)
  totals[0] = low
  totals[2] += Number((total - BigInt(low)) >> 64n)
}

const wholeSum = ([sum, , carry]: State): number =>
  carry === 0 ? Number(sum as Int64) : Number(BigInt(sum as Int64) + (BigInt(carry) << 64n))

const INTEGER_AVERAGE: UndoableRuntime = {
  initialize: () => [0, 0, 0],
  add: (state, args) => {
    if (args[0] === null) return state
    const totals = state as State
    addWhole(totals, args[0] as Int64, 1)
    totals[1]++
    return state
  },
  undo: (state, args) => {
    if (args[0] === null) return state
    const totals = state as State
    addWhole(totals, args[0] as Int64, -1)
    totals[1]--
    return state
  },
  merge: (first, second) => {
    const totals = first as State
    const [sum, count, carry] = second as State
    addWhole(totals, sum as Int64, 1)
    totals[1] += count
    totals[2] += carry
    return totals
  },
  result: (state) => {
    const totals = state as State
    return totals[1] === 0 ? 0 : wholeSum(totals) / totals[1]
  },
}

function average({ zero, add, subtract }: Addition, quotient: (sum: Value, count: number) => Value): UndoableRuntime {
  return {
    initialize: () => [zero, 0],
    add: (state, args) => {
      if (args[0] === null) return state
      const totals = state as State
      totals[0] = add(totals[0], args[0]!)
      totals[1]++
      return state
    },
    undo: (state, args) => {
      if (args[0] === null) return state
      const totals = state as State
      totals[0] = subtract(totals[0], args[0]!)
      totals[1]--
      return state
    },
    merge: (first, second) => {
      const totals = first as State
      const [sum, count] = second as State
      totals[0] = add(totals[0], sum)
      totals[1] += count
      return totals
    },
    result: (state) => {
      const [sum, count] = state as State
      return quotient(sum, count)
    },
  }
}

const doubleQuotient = (sum: Value, count: number): Value => (count === 0 ? 0 : (sum as number) / count)

/** Digits behind the point that an average of DECIMAL has more than its column. */
const MORE_DIGITS = 4

/** Four more fraction digits, as far as the precision of 38 leaves room beside the digits before the point. */
function averageType(args: readonly SqlType[]): DecimalType {
  const { precision, scale } = decimalType(args)
  const added = Math.min(MORE_DIGITS, MAX_PRECISION - precision)
  return decimal(precision + added, scale + added)
}

/** Rounded HALF_UP. Throws where the average does not fit, which only values beyond the type of the column can cause. */
function decimalQuotient({ precision, scale }: DecimalType): (sum: Value, count: number) => Value {
  return (sum, count) => {
    if (count === 0) return new Decimal(0n, scale)
    const value = (sum as Decimal).divide(Decimal.fromInteger(count), scale, 'HALF_UP')
    ensureFits(value, precision, scale)
    return value
  }
}

export const averageFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'AVG',
    description: 'The average of a column. NULLs are ignored; the average of no values is 0.',
    example: { call: 'AVG(x)', result: '3.0', over: ['1', '2', '6'] },
    variants: [
      ...['INT', 'BIGINT'].map((type) => ({
        parameters: [parameter('value', type, 'the column to average')],
        returns: 'DOUBLE',
        state: 'STRUCT<SUM BIGINT, COUNT BIGINT, CARRY BIGINT>',
        mergesParts: true as const,
        hasUndo: true as const,
        bind: () => INTEGER_AVERAGE,
      })),
      {
        parameters: [parameter('value', 'DOUBLE', 'the column to average')],
        returns: 'DOUBLE',
        state: 'STRUCT<SUM DOUBLE, COUNT BIGINT>',
        hasUndo: true,
        bind: () => average(DOUBLE_ADDITION, doubleQuotient),
      },
      {
        parameters: [parameter('value', 'DECIMAL', 'the column to average')],
        returns: averageType,
        state: (args) =>
          struct([
            { name: 'SUM', type: widest(decimalType(args)) },
            { name: 'COUNT', type: BIGINT },
          ]),
        mergesParts: true,
        description: 'Rounded half up to four more fraction digits than the column has; the precision is at most 38.',
        hasUndo: true,
        bind: (args) => average(decimalAddition(decimalType(args)), decimalQuotient(averageType(args))),
      },
    ],
  }),
]
