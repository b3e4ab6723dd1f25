/**
 * Stream-table join: each stream row looks up the table's current row. Output row: left row, then right row.
 *
 * State: the newest row of each key of the table; nothing of the stream, so that a change of the table emits nothing.
 *
 * Equation: `result(l) = l + table[key(l)]` at the moment when l is processed; LEFT takes NULLs where there is no row.
 *
 * Order: the task processes the oldest record of its inputs first, so that a stream row meets the table as of its own time, as far as both
 * have arrived. No row of the stream is late, and rows of the table do not expire.
 */

import type { Column } from '../../types/schema.ts'
import { keyOfBoth, noExpressions } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import { hasKey } from '../record-key.ts'
import type { StepId } from '../step.ts'
import { openTableRows, tableRowsSpec } from '../table/table-rows.ts'
import { type JoinKind, joinedSchema } from './join-sides.ts'

export interface StreamTableJoinStep {
  readonly kind: 'streamTableJoin'
  readonly id: StepId
  readonly left: StepId
  /** Upserts of the table; the join keeps them. */
  readonly right: StepId
  readonly join: Extract<JoinKind, 'INNER' | 'LEFT'>
  readonly key: readonly Column[]
  readonly store: string
}

/**
 * Records without a value find nothing and end here, as do, in an INNER join, those without a key or without a table row.
 * Source: Kafka Streams' KStreamKTableJoin, KIP-962.
 */
export const streamTableJoin: OperatorDefinition<StreamTableJoinStep> = {
  label: 'JOIN',
  peerName: 'StreamTableJoin',
  oldValue: 'ignores',
  usesStreamTime: true,
  passesKey: false,
  expressions: noExpressions,
  reads: keyOfBoth,
  view: null,
  upgrade: 'refused',
  inputs: ({ left, right }) => [left, right],
  schema: ({ key }, inputs) => joinedSchema('stream', key, inputs),
  stores: ({ store: name }, [, schema]) => [tableRowsSpec({ name, schema: schema!, retentionMs: null })],
  build({ join, store: name }, [, schema], context, emit) {
    const table = openTableRows({ name, schema: schema!, retentionMs: null }, context)
    const noMatch = join === 'LEFT' ? new Array<null>(schema!.value.length).fill(null) : null
    return {
      inputs: [
        (record) => {
          const { key, window, value, timestamp, headers } = record
          if (value === null) return
          const match = (hasKey(record) ? table.get(record)?.row : undefined) ?? noMatch
          if (match === null) return
          emit({ key, window, value: value.concat(match), oldValue: null, timestamp, headers })
        },
        (record) => {
          if (hasKey(record)) table.set(record)
        },
      ],
    }
  },
}
