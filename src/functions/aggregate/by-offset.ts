/**
 * EARLIEST_BY_OFFSET and LATEST_BY_OFFSET. A value is kept with a sequence number that grows with each value seen, so that the states of
 * two sessions can be put in order when they merge.
 */
import { array, BIGINT, type SqlType, struct } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import {
  type AggregateVariant,
  type AppendOnlyRuntime,
  aggregate,
  type FunctionContext,
  type FunctionDeclaration,
  parameter,
} from '../declaration.ts'

type Entry = readonly [sequence: number, value: Value]

interface Kind {
  readonly name: 'earliest' | 'latest'
  /** Keeps one value: the state after `entry`. */
  readonly one: (state: Entry | null, entry: Entry) => Entry
  /** Keeps up to `count`: changes `entries` in place. */
  readonly many: (entries: Entry[], entry: Entry, count: number) => void
}

const earliest: Kind = {
  name: 'earliest',
  one: (state, entry) => state ?? entry,
  many: (entries, entry, count) => {
    if (entries.length < count) entries.push(entry)
  },
}

const latest: Kind = {
  name: 'latest',
  one: (_state, entry) => entry,
  many: (entries, entry, count) => {
    if (entries.length >= count) entries.shift()
    entries.push(entry)
  },
}

/** Grows by one per value; starts from the clock, so that numbers of an earlier run of the query, kept in states, are smaller. */
function sequencer(context: FunctionContext): () => number {
  let next = context.now() * 1000
  return () => next++
}

function keepOne(kind: Kind, ignoreNulls: boolean, context: FunctionContext): AppendOnlyRuntime {
  const sequence = sequencer(context)
  return {
    initialize: () => null,
    add: (state, args) => {
      if (args[0] === null && ignoreNulls) return state
      return kind.one(state as Entry | null, [sequence(), args[0]!])
    },
    merge: (first, second) => {
      if (first === null || second === null) return first ?? second
      const [a, b] = [first as Entry, second as Entry]
      const firstIsLower = a[0] <= b[0]
      return firstIsLower === (kind.name === 'earliest') ? a : b
    },
    result: (state) => (state === null ? null : (state as Entry)[1]),
  }
}

function keepMany(kind: Kind, count: number, ignoreNulls: boolean, context: FunctionContext): AppendOnlyRuntime {
  if (count < 1) throw new Error(`${kind.name}N must be 1 or greater`)
  const sequence = sequencer(context)
  return {
    initialize: () => [],
    add: (state, args) => {
      if (args[0] !== null || !ignoreNulls) kind.many(state as Entry[], [sequence(), args[0]!], count)
      return state
    },
    // The lowest sequences are kept, for LATEST too: ksqlDB does so, and its results are what users compare with.
    merge: (first, second) =>
      [...(first as Entry[]), ...(second as Entry[])].sort((a, b) => a[0] - b[0]).slice(0, count),
    result: (state) => (state as Entry[]).map(([, value]) => value),
  }
}

const entryType = ([type]: readonly SqlType[]): SqlType =>
  struct([
    { name: 'SEQ', type: BIGINT },
    { name: 'VAL', type: type! },
  ])

const column = [parameter('value', 'T', 'the column')]
const ignoreNullsParameter = parameter('ignoreNulls', 'BOOLEAN', 'whether NULLs are ignored; true by default')

function oneVariants(kind: Kind): AggregateVariant[] {
  const common = { parameters: column, returns: 'T', state: entryType, hasUndo: false } as const
  return [
    { ...common, bind: (_args, _initial, context) => keepOne(kind, true, context) },
    {
      ...common,
      initialParameters: [ignoreNullsParameter],
      bind: (_args, [ignoreNulls], context) => keepOne(kind, ignoreNulls !== false, context),
    },
  ]
}

function manyVariants(kind: Kind): AggregateVariant[] {
  const common = {
    parameters: column,
    returns: 'ARRAY<T>',
    state: (args: readonly SqlType[]) => array(entryType(args)),
    hasUndo: false,
  } as const
  const countParameter = parameter('count', 'INT', `how many values to keep, at least 1`)
  return [
    {
      ...common,
      initialParameters: [countParameter],
      bind: (_args, [count], context) => keepMany(kind, count as number, true, context),
    },
    {
      ...common,
      initialParameters: [countParameter, ignoreNullsParameter],
      bind: (_args, [count, ignoreNulls], context) => keepMany(kind, count as number, ignoreNulls !== false, context),
    },
  ]
}

export const byOffsetFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'EARLIEST_BY_OFFSET',
    printedName: 'EARLIEST_BY_OFFSET',
    description: 'The first value of a column in the order of arrival, or the first few.',
    example: { call: 'EARLIEST_BY_OFFSET(x)', result: '3', over: ['3', '1', '2'] },
    variants: [...oneVariants(earliest), ...manyVariants(earliest)],
  }),
  aggregate({
    name: 'LATEST_BY_OFFSET',
    printedName: 'LATEST_BY_OFFSET',
    description: 'The last value of a column in the order of arrival, or the last few.',
    example: { call: 'LATEST_BY_OFFSET(x, 2)', result: '[1, 2]', over: ['3', '1', '2'] },
    variants: [...oneVariants(latest), ...manyVariants(latest)],
  }),
]
