/** WHERE on a stream. */

import type { Expression } from '../../expressions/expression.ts'
import { readsNoColumns } from '../column-read.ts'
import { compilePredicate } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'

export interface FilterStep {
  readonly kind: 'filter'
  readonly id: StepId
  readonly input: StepId
  readonly predicate: Expression
  readonly text: string
}

/** A record without a value never matches. */
export const filter: OperatorDefinition<FilterStep> = {
  label: 'FILTER',
  peerName: 'StreamFilter',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: true,
  expressions: ({ predicate }) => [predicate],
  reads: readsNoColumns,
  view: null,
  upgrade: 'free',
  inputs: ({ input }) => [input],
  schema: (_step, [input]) => input!,
  build(step, _inputs, context, emit) {
    const matches = compilePredicate(step, context)
    return {
      inputs: [
        (record) => {
          if (record.value !== null && matches(record.value)) emit(record)
        },
      ],
    }
  },
}
