/** Groups in windows: what the runtimes for each kind of window share. */
import { keyCodec } from '../../state/key.ts'
import type { StoreKey } from '../../state/store.ts'
import type { Window } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { KeyedRecord } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import { type AggregateFunctions, compileAggregateFunctions, type GroupState } from './aggregate-functions.ts'
import type { PendingWindows } from './pending-windows.ts'
import type { WindowedAggregateStep } from './windowed-step.ts'

export interface WindowGroups {
  readonly aggregation: AggregateFunctions
  readonly encode: (key: Row) => StoreKey
  readonly decode: (storeKey: StoreKey) => Row
  /** The output row: key columns, results, bounds of the window. */
  readonly toRow: (key: Row, states: Row, window: Window) => Row
}

export function openWindowGroups(
  { functions, recordColumns }: Pick<WindowedAggregateStep, 'functions' | 'recordColumns'>,
  input: StepSchema,
  context: OperatorContext,
): WindowGroups {
  const aggregation = compileAggregateFunctions(functions, context, recordColumns)
  return {
    aggregation,
    ...keyCodec(input.key.map(({ type }) => type)),
    toRow(key, states, { start, end }) {
      const row = aggregation.output(key, states)
      row.push(start, end)
      return row
    },
  }
}

/**
 * Adds a record to its group in one window, and gives the group as the store should keep it. `at`: the number that names the window among those of a
 * key, which `windowOf` resolves. `stored`: the group so far. The change becomes pending, or leaves with the window (null).
 */
export type AddToWindow = (
  record: KeyedRecord,
  storeKey: StoreKey,
  at: number,
  stored: GroupState | undefined,
  changes: PendingWindows | null,
) => GroupState

export const addingToWindows =
  (
    { aggregation, toRow }: WindowGroups,
    windowOf: (at: number) => Window,
    { oldValues }: Pick<OperatorContext, 'oldValues'>,
  ): AddToWindow =>
  (record, storeKey, at, stored, changes) => {
    const { key, value, timestamp } = record
    const group = stored ?? { row: aggregation.initialize(), timestamp }
    if (changes !== null && !changes.at(at).touch(storeKey, record)) {
      const oldValue = stored === undefined || !oldValues ? null : toRow(key, group.row, windowOf(at))
      changes.at(at).add(storeKey, record, oldValue)
    }
    aggregation.add(group.row, value!)
    if (group.timestamp < timestamp) group.timestamp = timestamp
    return group
  }
