/** SELECT: a new row from expressions over the input row, for streams and for tables (there of old and new value). */

import type { Column } from '../../types/schema.ts'
import { quoteName } from '../../types/sql-type.ts'
import { sameTypes } from '../column-read.ts'
import { compileRow, silently } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { NamedExpression, StepId } from '../step.ts'
import type { FixedProperty } from '../step-facts.ts'

export interface ProjectStep {
  readonly kind: 'project'
  readonly id: StepId
  readonly input: StepId
  /** Names of the key columns from here on (same values, same types). */
  readonly key: readonly Column[]
  readonly columns: readonly NamedExpression[]
}

/** A column that cannot be computed is reported and NULL. Records without a value pass. */
export const project: OperatorDefinition<ProjectStep> = {
  label: 'PROJECT',
  peerName: 'Select',
  oldValue: 'passes',
  usesStreamTime: false,
  passesKey: true,
  expressions: ({ columns }) => columns.map(({ expression }) => expression),
  reads: ({ key }, [input]) => sameTypes(key, input!.key),
  view: { kept: null, compile: ({ columns }, context) => compileRow(columns, context) },
  upgrade: fixedInput,
  inputs: ({ input }) => [input],
  schema: ({ key, columns }, [input]) => ({
    kind: input!.kind,
    key,
    window: input!.window,
    value: columns.map(({ name, type }) => ({ name, type })),
  }),
  build({ columns }, _inputs, context, emit) {
    const toRow = compileRow(columns, context)
    const toOldRow = compileRow(columns, silently(context))
    return {
      inputs: [
        ({ key, window, value, oldValue, timestamp, headers }) =>
          emit({
            key,
            window,
            value: value === null ? null : toRow(value),
            oldValue: oldValue === null || !context.oldValues ? null : toOldRow(oldValue),
            timestamp,
            headers,
          }),
      ],
    }
  },
}

/** The projection that makes the rows of an aggregation. */
export const AGGREGATE_INPUT = 'Aggregate/Prepare'

/** What an aggregation reads lies in its repartition topic; the other projections are the sink's, which the schema rules cover. */
function fixedInput(step: ProjectStep, next: ProjectStep): readonly FixedProperty[] {
  if (step.id !== AGGREGATE_INPUT && next.id !== AGGREGATE_INPUT) return []
  const property = 'columns not part of aggregate'
  return [{ property, before: namesOf(step), after: namesOf(next), peerName: 'StreamAggregate' }]
}

const namesOf = ({ key, columns }: ProjectStep): string =>
  `[${[...key, ...columns].map(({ name }) => quoteName(name)).join(', ')}]`
