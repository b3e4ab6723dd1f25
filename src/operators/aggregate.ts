/** Aggregation of a grouped stream without windows: a table of one row per group. Output row: key columns, then results. */
import type { Expression } from '../expressions/expression.ts'
import type { StoreKey } from '../state/store.ts'
import type { Column } from '../types/schema.ts'
import type { SqlType } from '../types/sql-type.ts'
import { compileAggregation, outputColumns, stateTypes } from './aggregation.ts'
import type { OperatorDefinition } from './operator.ts'
import { type PendingChange, PendingChanges } from './pending-changes.ts'
import { hasKey, recordKeys } from './record-key.ts'
import type { StepId, StepSchema } from './step.ts'

export interface AggregateStep {
  readonly kind: 'aggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  /** Name of the store of group states. */
  readonly store: string
}

/** One aggregate function call; `name` and `type` are of the result column. */
export interface AggregateCall extends Column {
  readonly function: string
  /** Parameter type texts of the variant, column and initial ones: `T, INT`. */
  readonly signature: string
  readonly args: readonly Expression[]
  readonly argTypes: readonly SqlType[]
  /** Literals. */
  readonly initial: readonly Expression[]
  readonly stateType: SqlType
  readonly text: string
}

/** The row's time is the latest of its group's. Source: Kafka Streams' KStreamAggregate. */
export const aggregate: OperatorDefinition<AggregateStep> = {
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
          if (!hasKey(record) || record.value === null) return
          const { key, value } = record
          const storeKey = keys.encode(key, null)
          const stored = store.get(storeKey)
          const states = stored === undefined ? aggregation.initialize() : stored.row
          if (!pending.touch(storeKey, record)) {
            const oldValue = stored === undefined || !context.oldValues ? null : aggregation.output(key, states)
            pending.add(storeKey, record, oldValue)
          }
          const timestamp =
            stored === undefined || stored.timestamp < record.timestamp ? record.timestamp : stored.timestamp
          aggregation.add(states, value)
          store.put(storeKey, { row: states, timestamp })
          if (!context.coalesces) pending.flush()
        },
      ],
      flush: () => pending.flush(),
    }
  },
}

export const aggregateSchema = (functions: readonly AggregateCall[], { key }: StepSchema): StepSchema => ({
  kind: 'table',
  key,
  window: null,
  value: outputColumns(key, functions),
})
