/** Aggregate test functions. */
import {
  type AggregateVariant,
  type AppendOnlyRuntime,
  aggregate,
  type FunctionDeclaration,
  type Parameter,
  parameter,
  type UndoableRuntime,
} from '../../../src/functions/declaration.ts'
import { array, type SqlType } from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

const parameters = (types: readonly string[]): Parameter[] => types.map((type, i) => parameter(`arg${i}`, type, ''))

const define = (name: string, variants: readonly AggregateVariant[]): FunctionDeclaration =>
  aggregate({ name, printedName: name, description: 'For conformance cases.', variants })

/** A number counts as itself, a text as its length, NULL as 0. */
function weight(value: Value): number {
  if (value === null) return 0
  return typeof value === 'string' ? value.length : Number(value)
}

const total = (values: readonly Value[]): number => values.reduce<number>((sum, value) => sum + weight(value), 0)

/** Sum of the weights of all column arguments, from `start` on; `end` is added to the result. */
const weights = ({ start = 0, end = 0 }: { readonly start?: number; readonly end?: number }): UndoableRuntime => ({
  initialize: () => start,
  add: (state, args) => (state as number) + total(args),
  undo: (state, args) => (state as number) - total(args),
  merge: (first, second) => (first as number) + (second as number),
  result: (state) => (state as number) + end,
})

const sumOf = (type: string, hasUndo: boolean): AggregateVariant => ({
  parameters: parameters([type]),
  returns: type === 'DOUBLE' ? 'DOUBLE' : 'BIGINT',
  state: type === 'DOUBLE' ? 'DOUBLE' : 'BIGINT',
  ...(hasUndo ? ({ hasUndo, bind: () => weights({}) } as const) : ({ hasUndo, bind: () => withoutUndo({}) } as const)),
})

function withoutUndo(options: Parameters<typeof weights>[0]): AppendOnlyRuntime {
  const { undo: _, ...runtime } = weights(options)
  return runtime
}

/** Column arguments of these types; literals count at the start. */
const fromLiterals = (types: readonly string[], literals: readonly string[]): AggregateVariant => ({
  parameters: parameters(types),
  initialParameters: parameters(literals),
  returns: 'BIGINT',
  state: 'BIGINT',
  hasUndo: true,
  bind: (_args, initial) => weights({ start: total(initial) }),
})

const PAIR = 'STRUCT<A INT, B INT>'

const addPairs = (first: Value, second: Value): Value => {
  const [a, b] = (second ?? [0, 0]) as readonly Value[]
  const [x, y] = first as readonly Value[]
  return [weight(x!) + weight(a!), weight(y!) + weight(b!)]
}

/** First arguments of the rows in which nothing is NULL. */
const firstOfFullRows: AppendOnlyRuntime = {
  initialize: () => [],
  add: (state, args) => (args.includes(null) ? state : [...(state as readonly Value[]), args[0]!]),
  merge: (first, second) => [...(first as readonly Value[]), ...(second as readonly Value[])],
  result: (state) => state,
}

const fullRows = (types: readonly string[], returns: string): AggregateVariant => ({
  parameters: parameters(types),
  returns,
  state: ([first]: readonly SqlType[]) => array(first!),
  hasUndo: false,
  bind: () => firstOfFullRows,
})

export const testAggregateFunctions: readonly FunctionDeclaration[] = [
  define('TEST_UDAF', [
    sumOf('BIGINT', true),
    sumOf('INT', true),
    sumOf('DOUBLE', false),
    {
      ...fromLiterals(['STRING'], ['STRING']),
      hasUndo: false,
      bind: (_args, initial) => withoutUndo({ start: total(initial) }),
    },
    {
      parameters: parameters([PAIR]),
      returns: PAIR,
      state: PAIR,
      hasUndo: false,
      bind: () => ({
        initialize: () => [0, 0],
        add: (state, [pair]) => addPairs(state, pair!),
        merge: addPairs,
        result: (state) => state,
      }),
    },
  ]),
  define('VAR_ARG', [fromLiterals(['BIGINT', 'STRING...'], [])]),
  define('MID_VAR_ARG', [
    {
      ...fromLiterals(['BIGINT', 'STRING...'], ['INT', 'INT']),
      hasUndo: true,
      bind: (_args, initial) => weights({ end: total(initial) }),
    },
  ]),
  define('MULTI_ARG', [fromLiterals(['BIGINT', 'STRING'], ['INT', 'STRING...'])]),
  define('FOUR_ARG', [fromLiterals(['BIGINT', 'STRING', 'STRING', 'STRING'], ['INT', 'STRING...'])]),
  define('FIVE_ARG', [fromLiterals(['BIGINT', 'STRING', 'STRING', 'STRING', 'INT'], ['INT', 'STRING...'])]),
  define('OBJ_COL_ARG', [fullRows(['INT', 'ANY...'], 'ARRAY<INT>')]),
  define('GENERIC_VAR_ARG', [fullRows(['A', 'B', 'C...'], 'ARRAY<A>')]),
]
