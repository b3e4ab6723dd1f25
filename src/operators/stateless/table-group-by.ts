/**
 * GROUP BY on a table: a change becomes an undo on the old group (`value` null, `oldValue` the old row) and an apply on the new one
 * (`oldValue` null), in this order; one change if the group stays the same.
 */

import { textCodec } from '../../state/key.ts'
import type { Row } from '../../types/value.ts'
import { readsNoColumns } from '../column-read.ts'
import { silently } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { NamedExpression, StepId } from '../step.ts'
import { compileGrouping, rekeyedSchema } from './grouping.ts'

export interface TableGroupByStep {
  readonly kind: 'tableGroupBy'
  readonly id: StepId
  readonly input: StepId
  readonly key: readonly NamedExpression[]
}

/** Rows whose group is NULL are in no group. Source: Kafka Streams' KTableRepartitionMap, KIP-904. */
export const tableGroupBy: OperatorDefinition<TableGroupByStep> = {
  label: 'GROUP_BY',
  peerName: 'TableGroupBy',
  oldValue: 'reads',
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ key }) => key.map(({ expression }) => expression),
  reads: readsNoColumns,
  view: null,
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema: ({ key }, [input]) => rekeyedSchema('table', key, input!),
  build({ key }, _inputs, context, emit) {
    const groupOf = compileGrouping(key, context)
    const oldGroupOf = compileGrouping(key, silently(context))
    const { encode } = textCodec(key.map(({ type }) => type))
    const isSame = (a: Row, b: Row) => encode(a) === encode(b)
    return {
      inputs: [
        ({ value, oldValue, timestamp, headers }) => {
          const group = value === null ? null : groupOf(value)
          const oldGroup = oldValue === null ? null : oldGroupOf(oldValue)
          if (group !== null && oldGroup !== null && isSame(group, oldGroup)) {
            emit({ key: group, window: null, value, oldValue, timestamp, headers })
            return
          }
          if (oldGroup !== null) emit({ key: oldGroup, window: null, value: null, oldValue, timestamp, headers })
          if (group !== null) emit({ key: group, window: null, value, oldValue: null, timestamp, headers })
        },
      ],
    }
  },
}
