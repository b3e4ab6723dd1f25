/** AVG. State: [sum, count], changed in place. */
import type { Int64 } from '../../types/bigint64.ts'
import type { Value } from '../../types/value.ts'
import { aggregate, type FunctionDeclaration, parameter, type UndoableRuntime } from '../declaration.ts'
import { ADDITIONS, type Addition } from './sum.ts'

type State = [sum: Value, count: number]

function average({ zero, add, subtract }: Addition): UndoableRuntime {
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
      const [sum1, count1] = first as State
      const [sum2, count2] = second as State
      return [add(sum1, sum2), count1 + count2]
    },
    result: (state) => {
      const [sum, count] = state as State
      return count === 0 ? 0 : Number(sum as Int64) / count
    },
  }
}

export const averageFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'AVG',
    description: 'The average of a column; NULL counts for nothing, no rows give 0.',
    variants: ADDITIONS.map(([type, addition]) => ({
      parameters: [parameter('value', type, 'the column to average')],
      returns: 'DOUBLE',
      state: `STRUCT<SUM ${type}, COUNT BIGINT>`,
      hasUndo: true,
      bind: () => average(addition),
    })),
  }),
]
