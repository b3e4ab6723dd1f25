/** SELECT: a new row from expressions over the input row, for streams and for tables (there of old and new value). */
import type { Column } from '../../types/schema.ts'
import { compileRow, silently } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { NamedExpression, StepId } from '../step.ts'

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
