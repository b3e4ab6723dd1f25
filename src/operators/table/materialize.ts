/** Keeps a table's newest rows, so that upserts become changes with the old value. Rows without a key are left out. */
import { noExpressions, readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import { hasKey } from '../record-key.ts'
import type { StepId } from '../step.ts'
import { nothingFixed } from '../step-facts.ts'
import { openTableRows, tableRowsSpec } from './table-rows.ts'

export interface MaterializeStep {
  readonly kind: 'materialize'
  readonly id: StepId
  readonly input: StepId
  readonly store: string
  /** For windowed tables: how long rows are kept behind stream time, ms; null: for good. */
  readonly retentionMs: number | null
}

/** A delete of a row that was not there passes too. Source: Kafka Streams' KTableSource. */
export const materialize: OperatorDefinition<MaterializeStep> = {
  label: 'MATERIALIZE',
  peerName: 'Materialize',
  oldValue: 'ignores',
  usesStreamTime: ({ retentionMs }) => retentionMs !== null,
  passesKey: false,
  expressions: noExpressions,
  reads: readsNoColumns,
  view: { kept: ({ store }) => ({ store, states: [] }), compile: () => (row) => row },
  upgrade: nothingFixed,
  inputs: ({ input }) => [input],
  schema: (_step, [input]) => ({ ...input!, kind: 'table' }),
  stores: ({ store: name, retentionMs }, [schema]) => [tableRowsSpec({ name, schema: schema!, retentionMs })],
  build({ store: name, retentionMs }, [schema], context, emit) {
    const rows = openTableRows({ name, schema: schema!, retentionMs }, context)
    let expiredAt = context.streamTime()
    return {
      inputs: [
        (record) => {
          if (!hasKey(record)) return
          const { key, window, value, timestamp, headers } = record
          const oldValue = rows.get(record)?.row ?? null
          rows.set(record)
          emit({ key, window, value, oldValue, timestamp, headers })
          if (retentionMs !== null && context.streamTime() > expiredAt) {
            expiredAt = context.streamTime()
            rows.expire(expiredAt - retentionMs)
          }
        },
      ],
    }
  },
}
