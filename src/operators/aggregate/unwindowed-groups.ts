/** The groups of an aggregation without windows: their states in a store, and the changes of their rows, which may be held back. */
import type { StoreKey } from '../../state/store.ts'
import type { Process } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import { hasKey, type KeyedRecord, recordKeys } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import type { AggregateCall } from './aggregate-call.ts'
import { type AggregateFunctions, compileAggregateFunctions, type GroupState } from './aggregate-functions.ts'
import { type PendingChange, PendingChanges } from './pending-changes.ts'

/** The part of a step that its groups depend on. */
export interface GroupsStep {
  readonly functions: readonly AggregateCall[]
  readonly store: string
  readonly recordColumns?: number
}

/** Whether a record changes its group, and how. `isNew`: the group had no state before. */
export interface GroupUpdate {
  readonly accepts: (record: KeyedRecord, isNew: boolean) => boolean
  readonly apply: (aggregates: AggregateFunctions, states: Row, record: KeyedRecord, isNew: boolean) => void
}

/**
 * The runtime of an aggregation without windows: one group per key. The row's time is the latest of its group's records. Records without a
 * key, and those that `accepts` refuses, change nothing.
 */
export function buildUnwindowedGroups(
  { functions, store: name, recordColumns }: GroupsStep,
  input: StepSchema,
  context: OperatorContext,
  emit: Process,
  { accepts, apply }: GroupUpdate,
): OperatorRuntime {
  const aggregation = compileAggregateFunctions(functions, context, recordColumns)
  const keys = recordKeys({ ...input, window: null })
  const store = context.store({ name, kind: 'keyValue' })
  const leave = (storeKey: StoreKey, { key, headers, oldValue }: PendingChange): void => {
    const { row, timestamp } = store.get(storeKey)!
    emit({ key, window: null, value: aggregation.output(key, row), oldValue, timestamp, headers })
  }
  const pending = new PendingChanges(leave)
  return {
    inputs: [
      (record) => {
        if (!hasKey(record)) return
        const storeKey = keys.encode(record.key, null)
        const stored: GroupState | undefined = store.get(storeKey)
        const isNew = stored === undefined
        if (!accepts(record, isNew)) return
        const group = stored ?? { row: aggregation.initialize(), timestamp: record.timestamp }
        const states = aggregation.complete(group.row)
        if (!pending.touch(storeKey, record)) {
          pending.add(storeKey, record, isNew || !context.oldValues ? null : aggregation.output(record.key, states))
        }
        apply(aggregation, states, record, isNew)
        if (group.timestamp < record.timestamp) group.timestamp = record.timestamp
        store.put(storeKey, group)
        if (!context.coalesces) pending.flush()
      },
    ],
    flush: () => pending.flush(),
  }
}
