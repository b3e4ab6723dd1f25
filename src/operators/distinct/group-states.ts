/**
 * The columns of a group of a stream with DISTINCT calls, as a store and as a partial have them.
 *
 *   stored  = number of rows, state of each call, number of values of each set, { values, their bits } of each set while it is small
 *   partial = number of rows, state of each call that is not DISTINCT, { values, their bits } of each set
 *
 * Calls over the same arguments share a set (`sharedArguments`). A value in it has a bit for each of them that has taken it.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Column } from '../../types/schema.ts'
import { array, BIGINT, INTEGER, type SqlType } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { type AggregateCall, partialColumns } from '../aggregate/aggregate-call.ts'
import { setValueCodec } from './set-value.ts'

/** Bits of a number that JavaScript's operators take as it is. */
const MAX_CALLS = 31

export interface DistinctAggregateCall extends AggregateCall {
  readonly distinct: boolean
}

/** Calls over the same arguments together, as many as there are bits. */
export function sharedArguments<Call>(calls: readonly Call[], callOf: (one: Call) => AggregateCall): Call[][] {
  const sets: Call[][] = []
  for (const one of calls) {
    const { args, argTypes } = callOf(one)
    const set = sets.find(([first, ...others]) => {
      const shared = callOf(first!)
      return others.length < MAX_CALLS - 1 && isDeepStrictEqual([shared.args, shared.argTypes], [args, argTypes])
    })
    if (set === undefined) sets.push([one])
    else set.push(one)
  }
  return sets
}

/** What a group has behind the states of its calls, for its sets in blocks. */
export interface SetColumns {
  readonly types: readonly SqlType[]
  readonly initial: () => Row
}

export function setColumns(functions: readonly DistinctAggregateCall[], keepsSmallSets: boolean): SetColumns {
  const sets = setsOf(functions)
  const small = keepsSmallSets ? sets.flatMap(([call]) => valueTypes(call!)) : []
  return {
    types: [...sets.map(() => BIGINT), ...small],
    initial: () => [...sets.map(() => 0), ...small.map(() => [])],
  }
}

/** The columns of a partial, which stand behind those of a record. */
export function groupPartialColumns(functions: readonly DistinctAggregateCall[]): readonly Column[] {
  const sets = setsOf(functions).flatMap(([call], i) => {
    const [values, bits] = valueTypes(call!)
    return [
      { name: `SET_${i}_VALUES`, type: values },
      { name: `SET_${i}_BITS`, type: bits },
    ]
  })
  return [{ name: 'ROWS', type: BIGINT }, ...partialColumns(functions.filter(({ distinct }) => !distinct)), ...sets]
}

const setsOf = (functions: readonly DistinctAggregateCall[]): DistinctAggregateCall[][] =>
  sharedArguments(
    functions.filter(({ distinct }) => distinct),
    (call) => call,
  )

/** Types of the values of a set, and of their bits. */
const valueTypes = ({ argTypes }: AggregateCall): [SqlType, SqlType] => [
  array(setValueCodec(argTypes).type),
  array(INTEGER),
]
