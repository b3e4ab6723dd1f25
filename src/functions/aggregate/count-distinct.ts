/** COUNT_DISTINCT. State: a HyperLogLog sketch as an array of INT. */
import { hashKey } from '../../types/compare.ts'
import type { Value } from '../../types/value.ts'
import { aggregate, type FunctionDeclaration, parameter } from '../declaration.ts'
import { addToSketch, estimate, mergeSketches, type Sketch } from './hyper-log-log.ts'

export const countDistinctFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'COUNT_DISTINCT',
    description: 'The number of distinct values of a column, with an error of about 1 %; NULLs are not counted.',
    example: { call: 'COUNT_DISTINCT(x)', result: '2', over: ['2', '1', '2'] },
    variants: [
      {
        parameters: [parameter('value', 'T', 'the column')],
        returns: 'BIGINT',
        state: 'ARRAY<INT>',
        hasUndo: false,
        bind: ([column]) => {
          const keyOf = hashKey(column!)
          return {
            initialize: () => [],
            add: (state, args) =>
              args[0] === null ? state : addToSketch(state as Sketch, String(keyOf(args[0] as Value))),
            merge: (first, second) => mergeSketches(first as Sketch, second as Sketch),
            result: (state) => estimate(state as Sketch),
          }
        },
      },
    ],
  }),
]
