/**
 * DISTINCT values of groups of a stream: which calls have taken which value. Rows are only added, so that a value counts from its first row on, and nothing
 * has to be counted.
 *
 * State: calls over the same arguments share one entry for each group and value, whose bits are the calls that have taken it. So a value that comes
 * again is a look and no write, and conditions of FILTER cost no entries of their own.
 */
import { isDeepStrictEqual } from 'node:util'
import { textCodec } from '../../state/key.ts'
import type { KeyValueStore } from '../../state/store.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import type { AggregateCall } from '../aggregate/aggregate-call.ts'
import type { CompiledCall } from '../aggregate/aggregate-functions.ts'

/** Bits of a number that JavaScript's operators take as it is. */
const MAX_CALLS = 31

/** A DISTINCT call, with the place of its state in the row of states. */
export interface DistinctCall {
  readonly call: AggregateCall
  readonly compiled: CompiledCall
  readonly place: number
}

export interface SeenValues {
  /** Adds the arguments of a row to the states of the calls that have not taken them. */
  readonly add: (group: string, row: Row, timestamp: number, states: Row) => void
}

/** `isForgotten`: whether entries are dropped that were not used for some time, so that their times matter. */
export function openSeenValues(
  calls: readonly DistinctCall[],
  store: KeyValueStore,
  { isForgotten }: { readonly isForgotten: boolean },
): SeenValues {
  const { encode: encodePlace } = textCodec([BIGINT])
  const sets = sharedArguments(calls).map((set, i) => openSet(set, encodePlace([i]), store, isForgotten))
  return {
    add(group, row, timestamp, states) {
      for (const add of sets) add(group, row, timestamp, states)
    },
  }
}

/** Calls over the same arguments together, as many as an entry has bits. */
function sharedArguments(calls: readonly DistinctCall[]): DistinctCall[][] {
  const sets: DistinctCall[][] = []
  for (const one of calls) {
    const { args, argTypes } = one.call
    const set = sets.find(
      ([first, ...others]) =>
        others.length < MAX_CALLS - 1 && isDeepStrictEqual([first!.call.args, first!.call.argTypes], [args, argTypes]),
    )
    if (set === undefined) sets.push([one])
    else set.push(one)
  }
  return sets
}

function openSet(
  calls: readonly DistinctCall[],
  place: string,
  store: KeyValueStore,
  isForgotten: boolean,
): SeenValues['add'] {
  const [{ call, compiled }] = calls as readonly [DistinctCall]
  const { encode } = textCodec(call.argTypes)
  return (group, row, timestamp, states) => {
    let takers = 0
    for (let i = 0; i < calls.length; i++) if (calls[i]!.compiled.takes(row)) takers |= 1 << i
    if (takers === 0) return
    const args = compiled.argumentsOf(row)
    const key = group + place + encode(args as Row)
    const stored = store.get(key)
    const seen = (stored?.row[0] as number | undefined) ?? 0
    const fresh = takers & ~seen
    if (fresh === 0 && !(isForgotten && timestamp > stored!.timestamp)) return
    store.put(key, { row: [seen | fresh], timestamp: Math.max(timestamp, stored?.timestamp ?? 0) })
    for (let i = 0; i < calls.length; i++) {
      if ((fresh & (1 << i)) === 0) continue
      const { compiled: taker, place: at } = calls[i]!
      states[at] = taker.addArguments(states[at]!, args)
    }
  }
}
