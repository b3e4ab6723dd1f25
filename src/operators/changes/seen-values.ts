/**
 * DISTINCT values of groups of a stream: which calls have taken which value. Rows are only added, so that a value counts from its first row on, and nothing
 * has to be counted.
 *
 * State: calls over the same arguments share a set for each group. Each value in it has a bit for each call that has taken it, so that a value that comes
 * again is a look and no write, and conditions of FILTER cost no entries of their own. Sets are kept in blocks (value-blocks.ts), or where values are
 * forgotten by their own time, as an entry for each value.
 */
import { isDeepStrictEqual } from 'node:util'
import { textCodec } from '../../state/key.ts'
import type { KeyValueStore } from '../../state/store.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import type { AggregateCall } from '../aggregate/aggregate-call.ts'
import type { CompiledCall } from '../aggregate/aggregate-functions.ts'
import { openValueBlocks } from './value-blocks.ts'

/** Bits of a number that JavaScript's operators take as it is. */
const MAX_CALLS = 31

/** A DISTINCT call, with the place of its state in the row of states. */
export interface DistinctCall {
  readonly call: AggregateCall
  readonly compiled: CompiledCall
  readonly place: number
}

export interface SeenValuesOptions {
  readonly store: KeyValueStore
  /** Place of the number of values of the first set in the row of states, where sets are kept in blocks; the others follow. Null: an entry for each value. */
  readonly sizesAt: number | null
  /** Whether entries are dropped that were not used for some time, so that their times matter. */
  readonly isForgotten: boolean
}

/** Adds the arguments of a row to the states of the calls that have not taken them. */
export type AddUnseen = (group: string, row: Row, timestamp: number, states: Row) => void

export function openSeenValues(calls: readonly DistinctCall[], options: SeenValuesOptions): AddUnseen {
  const { sizesAt, store } = options
  const { encode: encodePlace } = textCodec([BIGINT])
  const sets = sharedArguments(calls, ({ call }) => call).map((set, i) => {
    const place = encodePlace([i])
    const mark = sizesAt === null ? valueEntries(set, place, options) : valueBlocks(set, place, store, sizesAt + i)
    return addUnseen(set, mark)
  })
  return (group, row, timestamp, states) => {
    for (const add of sets) add(group, row, timestamp, states)
  }
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

/** Notes that calls, as bits, take the arguments of a row. Returns the calls that have taken them before. */
type Mark = (group: string, args: Row, takers: number, timestamp: number, states: Row) => number

const addUnseen =
  (calls: readonly DistinctCall[], mark: Mark): AddUnseen =>
  (group, row, timestamp, states) => {
    let takers = 0
    for (let i = 0; i < calls.length; i++) if (calls[i]!.compiled.takes(row)) takers |= 1 << i
    if (takers === 0) return
    const args = calls[0]!.compiled.argumentsOf(row)
    const unseen = takers & ~mark(group, args as Row, takers, timestamp, states)
    if (unseen === 0) return
    for (let i = 0; i < calls.length; i++) {
      if ((unseen & (1 << i)) === 0) continue
      const { compiled, place } = calls[i]!
      states[place] = compiled.addArguments(states[place]!, args)
    }
  }

function valueBlocks([first]: readonly DistinctCall[], place: string, store: KeyValueStore, sizeAt: number): Mark {
  const { mark } = openValueBlocks(store, first!.call.argTypes)
  return (group, args, takers, timestamp, states) => {
    const size = states[sizeAt] as number
    const seen = mark(group + place, size, args, takers, timestamp)
    if (seen === 0) states[sizeAt] = size + 1
    return seen
  }
}

function valueEntries(
  [first]: readonly DistinctCall[],
  place: string,
  { store, isForgotten }: SeenValuesOptions,
): Mark {
  const { encode } = textCodec(first!.call.argTypes)
  return (group, args, takers, timestamp) => {
    const key = group + place + encode(args)
    const stored = store.get(key)
    const seen = (stored?.row[0] as number | undefined) ?? 0
    const isUsedLater = isForgotten && stored !== undefined && timestamp > stored.timestamp
    if ((takers & ~seen) !== 0 || isUsedLater)
      store.put(key, { row: [seen | takers], timestamp: Math.max(timestamp, stored?.timestamp ?? 0) })
    return seen
  }
}
