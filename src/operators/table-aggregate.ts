/** Aggregation of a grouped table: takes old rows out (undo), puts new rows in. Output row: key columns, then results. */
import { type AggregateCall, aggregateSchema } from './aggregate.ts'
import { compileAggregation } from './aggregation.ts'
import type { OperatorDefinition } from './operator.ts'
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
  stores: ({ store }) => [{ name: store, kind: 'keyValue' }],
  build({ functions, store: name }, [input], context, emit) {
    const aggregation = compileAggregation(functions, context)
    const keys = recordKeys({ ...input!, window: null })
    const store = context.store({ name, kind: 'keyValue' })
    return {
      inputs: [
        (record) => {
          if (!hasKey(record)) return
          const { key, value, headers } = record
          const storeKey = keys.encode(key, null)
          const stored = store.get(storeKey)
          if (stored === undefined && value === null) return
          const states = stored === undefined ? aggregation.initialize() : stored.row
          const oldValue = stored === undefined || !context.oldValues ? null : aggregation.output(key, states)
          const timestamp = stored === undefined ? record.timestamp : Math.max(stored.timestamp, record.timestamp)
          if (record.oldValue !== null && stored !== undefined) aggregation.undo(states, record.oldValue)
          if (value !== null) aggregation.add(states, value)
          store.put(storeKey, { row: states, timestamp })
          emit({ key, window: null, value: aggregation.output(key, states), oldValue, timestamp, headers })
        },
      ],
    }
  },
}
