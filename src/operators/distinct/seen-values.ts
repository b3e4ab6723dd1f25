/**
 * DISTINCT values of groups of a stream: which calls have taken which value. Rows are only added, so that a value counts from its first row on, and nothing
 * has to be counted.
 *
 * State: calls over the same arguments share a set for each group. Each value in it has a bit for each call that has taken it, so that a value that comes
 * again is a look and no write, and conditions of FILTER cost no entries of their own. A set of few values is kept in the row of its group, a larger one in
 * blocks (value-blocks.ts). Where values are forgotten by their own time there is an entry for each value.
 */
import { textCodec } from '../../state/key.ts'
import type { KeyValueStore } from '../../state/store.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { AggregateCall } from '../aggregate/aggregate-call.ts'
import type { CompiledCall } from '../aggregate/aggregate-functions.ts'
import { sharedArguments } from './group-states.ts'
import { type SetValue, setValueCodec } from './set-value.ts'
import { BLOCK_VALUES, openValueBlocks } from './value-blocks.ts'

/** A DISTINCT call, with the place of its state in the row of states. */
export interface DistinctCall {
  readonly call: AggregateCall
  readonly compiled: CompiledCall
  readonly place: number
}

export interface SeenValuesOptions {
  readonly store: KeyValueStore
  /** Place of the first of the sets' columns in the row of states (`setColumns`), where sets are kept in blocks. Null: an entry for each value. */
  readonly setsAt: number | null
  /** Whether a set of few values is kept in the row of states. */
  readonly keepsSmallSets: boolean
  /** Whether entries are dropped that were not used for some time, so that their times matter. */
  readonly isForgotten: boolean
}

/** The states that values are added to, and where they are. */
export interface SeenGroup {
  readonly group: string
  readonly timestamp: number
  readonly states: Row
}

export interface SeenValues {
  /** Adds the arguments of a row to the states of the calls that have not taken them. */
  readonly addRow: (row: Row, group: SeenGroup) => void
  /** Likewise the values of a partial, whose sets begin at that column of the row. */
  readonly addPartial: (row: Row, from: number, group: SeenGroup) => void
}

export function openSeenValues(calls: readonly DistinctCall[], options: SeenValuesOptions): SeenValues {
  const { encode: encodePlace } = textCodec([BIGINT])
  const shared = sharedArguments(calls, ({ call }) => call)
  const sets = shared.map((set, i) => {
    const place = encodePlace([i])
    const { argTypes } = set[0]!.call
    const mark =
      options.setsAt === null
        ? valueEntries(set, place, options)
        : valueSets(argTypes, place, options.store, {
            size: options.setsAt + i,
            values: options.keepsSmallSets ? options.setsAt + shared.length + 2 * i : null,
          })
    return { take: takeUnseen(set, mark), takers: takersOf(set), codec: setValueCodec(argTypes), calls: set }
  })
  return {
    addRow(row, group) {
      for (const { take, takers, calls } of sets) {
        const bits = takers(row)
        if (bits !== 0) take(calls[0]!.compiled.argumentsOf(row), bits, group)
      }
    },
    addPartial(row, from, group) {
      for (let i = 0; i < sets.length; i++) {
        const { take, codec } = sets[i]!
        const values = row[from + 2 * i] as SetValue[]
        const bits = row[from + 2 * i + 1] as number[]
        for (let j = 0; j < values.length; j++) take(codec.decode(values[j]!), bits[j]!, group)
      }
    },
  }
}

/** The calls that take a row, as bits. */
export const takersOf =
  (calls: readonly { readonly compiled: CompiledCall }[]) =>
  (row: Row): number => {
    let takers = 0
    for (let i = 0; i < calls.length; i++) if (calls[i]!.compiled.takes(row)) takers |= 1 << i
    return takers
  }

/** Notes that calls, as bits, take arguments. Returns the calls that have taken them before. */
type Mark = (args: readonly Value[], takers: number, group: SeenGroup) => number

const takeUnseen =
  (calls: readonly DistinctCall[], mark: Mark) =>
  (args: readonly Value[], takers: number, group: SeenGroup): void => {
    const unseen = takers & ~mark(args, takers, group)
    if (unseen === 0) return
    const { states } = group
    for (let i = 0; i < calls.length; i++) {
      if ((unseen & (1 << i)) === 0) continue
      const { compiled, place } = calls[i]!
      states[place] = compiled.addArguments(states[place]!, args)
    }
  }

/** Places of a set's columns in the row of states. `values`: those of its values, with the bits behind it, while it is small; null: it never is. */
interface SetPlaces {
  readonly size: number
  readonly values: number | null
}

function valueSets(
  argTypes: AggregateCall['argTypes'],
  place: string,
  store: KeyValueStore,
  { size: sizeAt, values: valuesAt }: SetPlaces,
): Mark {
  const { encode, type } = setValueCodec(argTypes)
  const blocks = openValueBlocks(store, type)
  const markInBlocks = (value: SetValue, takers: number, { group, timestamp, states }: SeenGroup): number => {
    const size = states[sizeAt] as number
    const seen = blocks.mark(group + place, size, value, takers, timestamp)
    if (seen === 0) states[sizeAt] = size + 1
    return seen
  }
  if (valuesAt === null) return (args, takers, group) => markInBlocks(encode(args), takers, group)

  /** The set is no longer small: its values move to blocks. */
  const moveToBlocks = (group: SeenGroup): void => {
    const { states } = group
    const values = states[valuesAt] as SetValue[]
    const bits = states[valuesAt + 1] as number[]
    states[sizeAt] = 0
    for (let i = 0; i < values.length; i++) markInBlocks(values[i]!, bits[i]!, group)
    states[valuesAt] = []
    states[valuesAt + 1] = []
  }
  return (args, takers, group) => {
    const { states } = group
    const value = encode(args)
    const size = states[sizeAt] as number
    if (size > BLOCK_VALUES) return markInBlocks(value, takers, group)
    const values = states[valuesAt] as SetValue[]
    const bits = states[valuesAt + 1] as number[]
    const at = values.indexOf(value)
    if (at >= 0) {
      const seen = bits[at]!
      bits[at] = seen | takers
      return seen
    }
    if (size === BLOCK_VALUES) {
      moveToBlocks(group)
      return markInBlocks(value, takers, group)
    }
    values.push(value)
    bits.push(takers)
    states[sizeAt] = size + 1
    return 0
  }
}

function valueEntries(
  [first]: readonly DistinctCall[],
  place: string,
  { store, isForgotten }: SeenValuesOptions,
): Mark {
  const { encode } = textCodec(first!.call.argTypes)
  return (args, takers, { group, timestamp }) => {
    const key = group + place + encode(args as Row)
    const stored = store.get(key)
    const seen = (stored?.row[0] as number | undefined) ?? 0
    const isUsedLater = isForgotten && stored !== undefined && timestamp > stored.timestamp
    if ((takers & ~seen) !== 0 || isUsedLater)
      store.put(key, { row: [seen | takers], timestamp: Math.max(timestamp, stored?.timestamp ?? 0) })
    return seen
  }
}
