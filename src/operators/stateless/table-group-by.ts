/** GROUP BY on a table: a change is an undo on the group of the old row and an apply on the group of the new one. */

import { movingChanges } from '../change-moves.ts'
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

/** Rows whose group is NULL are in no group. */
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
    const types = key.map(({ type }) => type)
    const keyOf = compileGrouping(key, context)
    const oldKeyOf = compileGrouping(key, silently(context))
    return { inputs: [movingChanges({ types, keyOf, oldKeyOf }, emit)] }
  },
}
