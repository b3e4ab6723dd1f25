/**
 * STDDEV_SAMP and STDDEV_SAMPLE. State: [sum, count, m2], changed in place, m2 being the sum of squared differences from the mean.
 * One more value x, with the new count n and the new sum s, adds (n x - s)^2 / (n (n - 1)) to m2: Youngs and Cramer's updating formula,
 * which does not subtract large squares from each other.
 */
import type { Int64 } from '../../types/bigint64.ts'
import type { Value } from '../../types/value.ts'
import { aggregate, type Example, type FunctionDeclaration, parameter, type UndoableRuntime } from '../declaration.ts'

type State = [sum: number, count: number, m2: number]

/** What x contributes to m2, given count and sum including x. */
const contribution = (x: number, sum: number, count: number): number =>
  count > 1 ? (count * x - sum) ** 2 / (count * (count - 1)) : 0

function add(state: Value, args: readonly Value[]): Value {
  if (args[0] === null) return state
  const totals = state as State
  const x = Number(args[0] as Int64)
  totals[0] += x
  totals[1]++
  totals[2] += contribution(x, totals[0], totals[1])
  return state
}

function undo(state: Value, args: readonly Value[]): Value {
  if (args[0] === null) return state
  const totals = state as State
  const x = Number(args[0] as Int64)
  // Rounding may leave a negative number, which has no square root.
  totals[2] = Math.max(0, totals[2] - contribution(x, totals[0], totals[1]))
  totals[0] -= x
  totals[1]--
  return state
}

/** Chan, Golub and LeVeque's formula for joining two groups. */
function merge(first: Value, second: Value): Value {
  const [sum1, count1, m1] = first as State
  const [sum2, count2, m2] = second as State
  const count = count1 + count2
  if (count1 === 0 || count2 === 0) return [sum1 + sum2, count, m1 + m2]
  const difference = sum1 / count1 - sum2 / count2
  return [sum1 + sum2, count, m1 + m2 + (difference ** 2 * count1 * count2) / count]
}

function variance(state: Value): number {
  const [, count, m2] = state as State
  return count < 2 ? 0 : m2 / (count - 1)
}

function declare(
  name: string,
  example: Example,
  description: string,
  result: UndoableRuntime['result'],
): FunctionDeclaration {
  const runtime: UndoableRuntime = { initialize: () => [0, 0, 0], add, undo, merge, result }
  return aggregate({
    name,
    description,
    example,
    variants: ['INT', 'BIGINT', 'DOUBLE'].map((type) => ({
      parameters: [parameter('value', type, 'the column')],
      returns: 'DOUBLE',
      state: 'STRUCT<SUM DOUBLE, COUNT BIGINT, M2 DOUBLE>',
      hasUndo: true,
      bind: () => runtime,
    })),
  })
}

export const deviationFunctions: readonly FunctionDeclaration[] = [
  declare(
    'STDDEV_SAMP',
    { call: 'STDDEV_SAMP(x)', result: '7.0', over: ['1', '2', '6'] },
    'The sample variance, 0 for fewer than two values. Kept for compatibility: STDDEV_SAMPLE gives the standard deviation.',
    variance,
  ),
  declare(
    'STDDEV_SAMPLE',
    { call: 'STDDEV_SAMPLE(x)', result: '2.0', over: ['2', '4', '6'] },
    'The sample standard deviation, 0 for fewer than two values.',
    (state) => Math.sqrt(variance(state)),
  ),
]
