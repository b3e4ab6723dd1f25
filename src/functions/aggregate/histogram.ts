/** HISTOGRAM. State: a map from value to its count, changed in place. */
import type { Value } from '../../types/value.ts'
import { aggregate, type FunctionDeclaration, parameter, type UndoableRuntime } from '../declaration.ts'

/** A bound, so that a column of many distinct values cannot fill the memory. */
const MAX_KEYS = 1000

type Counts = Map<Value, Value>

function increase(counts: Counts, value: Value, by: number): void {
  const count = counts.get(value)
  if (count !== undefined) counts.set(value, (count as number) + by)
  else if (counts.size < MAX_KEYS) counts.set(value, by)
}

function decrease(counts: Counts, value: Value): void {
  const count = counts.get(value) as number | undefined
  if (count === undefined) return
  if (count > 1) counts.set(value, count - 1)
  else counts.delete(value)
}

const runtime: UndoableRuntime = {
  initialize: () => new Map(),
  add: (state, args) => {
    if (args[0] !== null) increase(state as Counts, args[0]!, 1)
    return state
  },
  undo: (state, args) => {
    if (args[0] !== null) decrease(state as Counts, args[0]!)
    return state
  },
  merge: (first, second) => {
    const counts = new Map(first as Counts)
    for (const [value, count] of second as Counts) increase(counts, value, count as number)
    return counts
  },
  result: (state) => new Map(state as Counts),
}

export const histogramFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'HISTOGRAM',
    description: `The number of occurrences of each value of a column, for the first ${MAX_KEYS} distinct values.`,
    example: { call: 'HISTOGRAM(x)', result: '{a=2, b=1}', over: ["'a'", "'b'", "'a'"] },
    variants: [
      {
        parameters: [parameter('value', 'STRING', 'the column; NULL is not counted')],
        returns: 'MAP<STRING, BIGINT>',
        state: 'MAP<STRING, BIGINT>',
        hasUndo: true,
        bind: () => runtime,
      },
    ],
  }),
]
