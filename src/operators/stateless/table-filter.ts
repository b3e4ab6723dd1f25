/** WHERE and HAVING on a table: a row that matched and no longer does is deleted downstream. */

import type { Expression } from '../../expressions/expression.ts'
import { readsNoColumns } from '../column-read.ts'
import { compilePredicate, silently } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'

export interface TableFilterStep {
  readonly kind: 'tableFilter'
  readonly id: StepId
  readonly input: StepId
  readonly predicate: Expression
  readonly text: string
  /** Whether rows are never deleted, and those of one key all match or none does: their old values decide nothing. */
  readonly isOfKey?: true
}

/** A change between two rows that do not match, or between none, is no change downstream. Source: Kafka Streams' KTableFilter. */
export const tableFilter: OperatorDefinition<TableFilterStep> = {
  label: 'FILTER',
  peerName: 'TableFilter',
  oldValue: ({ isOfKey }) => (isOfKey === true ? 'passes' : 'reads'),
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ predicate }) => [predicate],
  reads: readsNoColumns,
  view: {
    kept: null,
    compile(step, context) {
      const matches = compilePredicate(step, context)
      return (row) => (matches(row) ? row : null)
    },
  },
  upgrade: 'free',
  inputs: ({ input }) => [input],
  schema: (_step, [input]) => input!,
  build(step, _inputs, context, emit) {
    const matches = compilePredicate(step, context)
    const matched = compilePredicate(step, silently(context))
    return {
      inputs: [
        ({ key, window, value, oldValue, timestamp, headers }) => {
          const newRow = value !== null && matches(value) ? value : null
          const oldRow = oldValue !== null && matched(oldValue) ? oldValue : null
          if (newRow === null && oldRow === null) return
          emit({ key, window, value: newRow, oldValue: oldRow, timestamp, headers })
        },
      ],
    }
  },
}
