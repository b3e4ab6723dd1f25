/**
 * CORRELATION, Pearson's: (n Sxy - Sx Sy) / (sqrt(n Sxx - Sx^2) sqrt(n Syy - Sy^2)). State: the five sums and n, changed in place. Sums
 * are kept, and not means, because they can be undone and merged exactly.
 */
import type { Int64 } from '../../types/bigint64.ts'
import type { Value } from '../../types/value.ts'
import { aggregate, type FunctionDeclaration, parameter, type UndoableRuntime } from '../declaration.ts'

type State = [x: number, y: number, xx: number, yy: number, xy: number, count: number]

/** Adds the pair `times` times: 1 or -1. Pairs with a NULL are ignored. */
function change(state: Value, args: readonly Value[], times: 1 | -1): Value {
  if (args[0] === null || args[1] === null) return state
  const sums = state as State
  const x = Number(args[0] as Int64)
  const y = Number(args[1] as Int64)
  sums[0] += times * x
  sums[1] += times * y
  sums[2] += times * x * x
  sums[3] += times * y * y
  sums[4] += times * x * y
  sums[5] += times
  return state
}

const runtime: UndoableRuntime = {
  initialize: () => [0, 0, 0, 0, 0, 0],
  add: (state, args) => change(state, args, 1),
  undo: (state, args) => change(state, args, -1),
  merge: (first, second) => (first as State).map((sum, i) => sum + (second as State)[i]!),
  result: (state) => {
    const [x, y, xx, yy, xy, count] = state as State
    return (count * xy - x * y) / (Math.sqrt(count * xx - x * x) * Math.sqrt(count * yy - y * y))
  },
}

export const correlationFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'CORRELATION',
    description: "Pearson's correlation of two columns; NaN where one of them does not vary.",
    example: { call: 'CORRELATION(x, y)', result: '-1.0', over: ['1, 5', '2, 3'] },
    variants: ['INT', 'BIGINT', 'DOUBLE'].map((type) => ({
      parameters: [parameter('x', type, 'a column'), parameter('y', type, 'another column')],
      returns: 'DOUBLE',
      state:
        'STRUCT<X_SUM DOUBLE, Y_SUM DOUBLE, X_SQUARED_SUM DOUBLE, Y_SQUARED_SUM DOUBLE, XY_SUM DOUBLE, COUNT BIGINT>',
      hasUndo: true,
      bind: () => runtime,
    })),
  }),
]
