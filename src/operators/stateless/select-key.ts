/** PARTITION BY and the re-keying before joins: a new key from expressions over the row. The row stays as it is. */

import { columnsOf } from '../../expressions/inspect.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import { readsNoColumns } from '../column-read.ts'
import { compileColumn, type ReportingContext } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { NamedExpression, StepId, StepSchema } from '../step.ts'
import { textsOf } from '../step-facts.ts'
import { rekeyedSchema } from './grouping.ts'

export interface SelectKeyStep {
  readonly kind: 'selectKey'
  readonly id: StepId
  readonly input: StepId
  /** Empty: no key from here on (PARTITION BY NULL). */
  readonly key: readonly NamedExpression[]
}

/** A key of one NULL column is no key; a failing expression is reported and NULL. */
export const selectKey: OperatorDefinition<SelectKeyStep> = {
  label: 'REKEY',
  peerName: 'StreamSelectKey',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ key }) => key.map(({ expression }) => expression),
  reads: readsNoColumns,
  view: null,
  upgrade: (step, next) => [{ property: 'keyExpressions', before: textsOf(step.key), after: textsOf(next.key) }],
  inputs: ({ input }) => [input],
  schema: ({ key }, [input]) => rekeyedSchema('stream', key, input!),
  build({ key }, [input], context, emit) {
    const keyOf = compileKey(key, input!, context)
    return {
      inputs: [
        (record) => {
          const { value, timestamp, headers } = record
          emit({ key: keyOf(record), window: null, value, oldValue: null, timestamp, headers })
        },
      ],
    }
  },
}

/** Columns of a record without a value: those that read nothing but the old key have one still, the others are NULL. */
function compileKey(key: readonly NamedExpression[], input: StepSchema, context: ReportingContext) {
  const evaluators = key.map((column, index) => compileColumn(column, index, context))
  const readsKeyOnly = key.map(({ expression }) => columnsOf(expression).every((index) => isKeyColumn(input, index)))
  const rowOfKey = compileRowOfKey(input)
  const count = key.length
  return ({ key: oldKey, value }: StreamRecord): Row | null => {
    const row = value ?? rowOfKey(oldKey)
    const columns: Row = new Array(count)
    for (let i = 0; i < count; i++) columns[i] = value === null && !readsKeyOnly[i] ? null : evaluators[i]!(row)
    return count === 0 || (count === 1 && columns[0] === null) ? null : columns
  }
}

/** A source's row holds copies of key columns under their names. */
const isKeyColumn = ({ key, value }: StepSchema, index: number): boolean =>
  key.some(({ name }) => name === value[index]!.name)

function compileRowOfKey({ key, value }: StepSchema): (key: Row | null) => Row {
  const positions = value.map((column) => key.findIndex(({ name }) => name === column.name))
  return (row) => positions.map((position) => row?.[position] ?? null)
}
