/** GROUP BY on a stream: re-keys, and leaves out rows without a value or with a NULL or failing grouping expression. */

import { readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { NamedExpression, StepId } from '../step.ts'
import { textsOf } from '../step-facts.ts'
import { compileGrouping, rekeyedSchema } from './grouping.ts'

export interface GroupByStep {
  readonly kind: 'groupBy'
  readonly id: StepId
  readonly input: StepId
  readonly key: readonly NamedExpression[]
}

export const groupBy: OperatorDefinition<GroupByStep> = {
  label: 'GROUP_BY',
  peerName: 'StreamGroupBy',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ key }) => key.map(({ expression }) => expression),
  reads: readsNoColumns,
  view: null,
  upgrade: (step, next) => [{ property: 'groupByExpressions', before: textsOf(step.key), after: textsOf(next.key) }],
  inputs: ({ input }) => [input],
  schema: ({ key }, [input]) => rekeyedSchema('stream', key, input!),
  build({ key }, _inputs, context, emit) {
    const groupOf = compileGrouping(key, context)
    return {
      inputs: [
        ({ value, timestamp, headers }) => {
          if (value === null) return
          const group = groupOf(value)
          if (group !== null) emit({ key: group, window: null, value, oldValue: null, timestamp, headers })
        },
      ],
    }
  },
}
