/** Aggregation of a grouped table: takes old rows out (undo), puts new rows in. Output row: key columns, then results. */
import type { StoreKey } from '../state/store.ts'
import { type AggregateCall, aggregateSchema } from './aggregate.ts'
import { compileAggregation, stateTypes } from './aggregation.ts'
import type { OperatorDefinition } from './operator.ts'
import { type PendingChange, PendingChanges } from './pending-changes.ts'
import { hasKey, recordKeys } from './record-key.ts'
import type { StepId } from './step.ts'

export interface TableAggregateStep {
  readonly kind: 'tableAggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  readonly store: string
}

/** A group stays when its last row has left: COUNT is 0 then. Source: Kafka Streams' KTableAggregate. */
export const tableAggregate: OperatorDefinition<TableAggregateStep> = {
  inputs: ({ input }) => [input],
  schema: ({ functions }, [input]) => aggregateSchema(functions, input!),
  stores: ({ store, functions }) => [{ name: store, kind: 'keyValue', types: stateTypes(functions) }],
  build({ functions, store: name }, [input], context, emit) {
    const aggregation = compileAggregation(functions, context)
    const keys = recordKeys({ ...input!, window: null })
    const store = context.store({ name, kind: 'keyValue' })
    const leave = (key: StoreKey, { record, oldValue }: PendingChange): void => {
      const { row, timestamp } = store.get(key)!
      const value = aggregation.output(record.key, row)
      emit({ key: record.key, window: null, value, oldValue, timestamp, headers: record.headers })
    }
    const pending = new PendingChanges(leave)
    return {
      inputs: [
        (record) => {
          if (!hasKey(record)) return
          const { key, value } = record
          const storeKey = keys.encode(key, null)
          const stored = store.get(storeKey)
          if (stored === undefined && value === null) return
          const states = stored === undefined ? aggregation.initialize() : stored.row
          if (!pending.touch(storeKey, record)) {
            const oldValue = stored === undefined || !context.oldValues ? null : aggregation.output(key, states)
            pending.add(storeKey, record, oldValue)
          }
          const timestamp = stored === undefined ? record.timestamp : Math.max(stored.timestamp, record.timestamp)
          if (record.oldValue !== null && stored !== undefined) aggregation.undo(states, record.oldValue)
          if (value !== null) aggregation.add(states, value)
          store.put(storeKey, { row: states, timestamp })
          if (!context.coalesces) pending.flush()
        },
      ],
      flush: () => pending.flush(),
    }
  },
}
