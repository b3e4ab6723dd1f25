/** COUNT. On the hot path: a state is a plain number, and nothing is allocated. */
import type { Value } from '../../types/value.ts'
import { aggregate, type FunctionDeclaration, parameter, type UndoableRuntime } from '../declaration.ts'

/** 2^53 rows do not fit any topic, so the count stays a safe integer. */
const common = {
  initialize: () => 0,
  merge: (first: Value, second: Value) => (first as number) + (second as number),
  result: (state: Value) => state,
}

const countRows: UndoableRuntime = {
  ...common,
  add: (state) => (state as number) + 1,
  undo: (state) => (state as number) - 1,
}

const countValues: UndoableRuntime = {
  ...common,
  add: (state, args) => (args[0] === null ? state : (state as number) + 1),
  undo: (state, args) => (args[0] === null ? state : (state as number) - 1),
}

export const countFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'COUNT',
    printedName: 'COUNT',
    description: 'Counts rows.',
    example: { call: 'COUNT(x)', result: '3', over: ['2', '1', '2'] },
    variants: [
      {
        parameters: [],
        returns: 'BIGINT',
        state: 'BIGINT',
        mergesParts: true,
        growth: { to: 'greater', fromNull: false },
        description: 'All rows.',
        hasUndo: true,
        bind: () => countRows,
      },
      {
        parameters: [parameter('value', 'T', 'any column')],
        returns: 'BIGINT',
        state: 'BIGINT',
        mergesParts: true,
        growth: { to: 'greater', fromNull: false },
        description: 'Rows in which the value is not NULL.',
        hasUndo: true,
        bind: () => countValues,
      },
    ],
  }),
]
