/** WHERE on a stream. */

import type { ColumnExpression, Expression } from '../../expressions/expression.ts'
import { readsNoColumns } from '../column-read.ts'
import { compileFilter } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'

export interface FilterStep {
  readonly kind: 'filter'
  readonly id: StepId
  readonly input: StepId
  readonly predicate: Expression
  readonly text: string
  /** Present: of this column only values pass that are wanted at the time (`OperatorContext.wanted`), and of those what the predicate holds for. */
  readonly wanted?: ColumnExpression
}

/** The expressions over the input that the filter evaluates. */
export const filterExpressions = ({ predicate, wanted }: FilterStep): Expression[] =>
  wanted === undefined ? [predicate] : [wanted, predicate]

/** A record without a value never matches. */
export const filter: OperatorDefinition<FilterStep> = {
  label: 'FILTER',
  peerName: 'StreamFilter',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: true,
  expressions: filterExpressions,
  reads: readsNoColumns,
  view: null,
  upgrade: 'free',
  inputs: ({ input }) => [input],
  schema: (_step, [input]) => input!,
  build(step, _inputs, context, emit) {
    const matches = compileFilter(step, context)
    return {
      inputs: [
        (record) => {
          if (record.value !== null && matches(record.value)) emit(record)
        },
      ],
    }
  },
}
