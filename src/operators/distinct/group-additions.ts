/** Rows and partials of a stream as they are added to the states of a group. Nothing leaves again. */
import type { KeyValueStore } from '../../state/store.ts'
import type { Row } from '../../types/value.ts'
import type { CompiledCall } from '../aggregate/aggregate-functions.ts'
import type { DistinctAggregateCall } from './group-states.ts'
import { openSeenValues } from './seen-values.ts'

export interface GroupAdditionsOptions {
  readonly functions: readonly DistinctAggregateCall[]
  /** In the order of `functions`. */
  readonly calls: readonly CompiledCall[]
  /** DISTINCT values; null: there is no such call. */
  readonly values: KeyValueStore | null
  readonly valuesInBlocks: boolean
  readonly keepsSmallSets: boolean
  readonly isForgotten: boolean
}

export interface Addition {
  readonly group: string
  readonly row: Row
  readonly timestamp: number
}

export interface GroupAdditions {
  /** Adds a row. The states stand behind the number of rows. */
  readonly add: (addition: Addition, states: Row) => void
  /** Adds a partial (`groupPartialColumns`), which begins at that column of the row; also the number of its rows. */
  readonly merge: (addition: Addition, from: number, states: Row) => void
}

export function groupAdditions({ functions, calls, values, ...options }: GroupAdditionsOptions): GroupAdditions {
  const placed = functions.map((call, i) => ({ call, compiled: calls[i]!, place: i + 1 }))
  const plain = placed.filter(({ call }) => !call.distinct)
  const setsAt = options.valuesInBlocks ? 1 + functions.length : null
  const { keepsSmallSets, isForgotten } = options
  const seen =
    values &&
    openSeenValues(
      placed.filter(({ call }) => call.distinct),
      { store: values, setsAt, keepsSmallSets, isForgotten },
    )
  return {
    add({ group, row, timestamp }, states) {
      for (const { compiled, place } of plain) states[place] = compiled.add(states[place]!, row)
      seen?.addRow(row, { group, timestamp, states })
    },
    merge({ group, row, timestamp }, from, states) {
      states[0] = (states[0] as number) + (row[from] as number)
      plain.forEach(({ compiled, place }, i) => {
        states[place] = compiled.merge(states[place]!, row[from + 1 + i]!)
      })
      seen?.addPartial(row, from + 1 + plain.length, { group, timestamp, states })
    },
  }
}
