/** WHERE on a stream. */

import type { ColumnExpression, Expression } from '../../expressions/expression.ts'
import type { Row } from '../../types/value.ts'
import { readsNoColumns } from '../column-read.ts'
import { compilePredicate, type ReportingContext } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
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

/** As `compilePredicate`, for a step that may pass wanted values only: whichever are wanted when a row is tested. */
export function compileFilter(
  step: Pick<FilterStep, 'predicate' | 'text' | 'wanted'>,
  context: ReportingContext & Pick<OperatorContext, 'wanted'>,
): (row: Row) => boolean {
  const matches = compilePredicate(step, context)
  if (step.wanted === undefined) return matches
  const { index } = step.wanted
  const { wanted } = context
  return (row) => wanted.has(row[index]!) && matches(row)
}

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
