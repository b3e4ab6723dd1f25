/** ATTR. State: the different values with their counts, changed in place. */
import { equality, nullsEqual } from '../../types/compare.ts'
import { array, INTEGER, type SqlType, struct } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { aggregate, type FunctionDeclaration, parameter } from '../declaration.ts'

type Entry = [value: Value, count: number]

const stateType = ([type]: readonly SqlType[]): SqlType =>
  array(
    struct([
      { name: 'VALUE', type: type! },
      { name: 'COUNT', type: INTEGER },
    ]),
  )

export const attrFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'ATTR',
    description: 'The value of a column if it is the same in all rows, otherwise NULL. NULL counts as a value.',
    example: { call: 'ATTR(x)', result: 'a', over: ["'a'", "'a'"] },
    variants: [
      {
        parameters: [parameter('value', 'T', 'the column')],
        returns: 'T',
        state: stateType,
        hasUndo: true,
        bind: ([column]) => {
          const equal = nullsEqual(equality(column!))
          const change = (entries: Entry[], value: Value, by: number): Value => {
            const position = entries.findIndex((entry) => equal(entry[0], value))
            if (position < 0) {
              if (by > 0) entries.push([value, by])
            } else if ((entries[position]![1] += by) <= 0) {
              entries.splice(position, 1)
            }
            return entries
          }
          return {
            initialize: () => [],
            add: (state, args) => change(state as Entry[], args[0]!, 1),
            undo: (state, args) => change(state as Entry[], args[0]!, -1),
            merge: (first, second) => {
              const entries = (first as Entry[]).map(([value, count]): Entry => [value, count])
              for (const [value, count] of second as Entry[]) change(entries, value, count)
              return entries
            },
            result: (state) => {
              const entries = state as Entry[]
              return entries.length === 1 ? entries[0]![0] : null
            },
          }
        },
      },
    ],
  }),
]
