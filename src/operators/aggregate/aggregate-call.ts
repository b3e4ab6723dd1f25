/** A call of an aggregate function as a step holds it, and the columns that the calls of a step give. */
import type { Expression } from '../../expressions/expression.ts'
import type { Column } from '../../types/schema.ts'
import { formatType, type SqlType } from '../../types/sql-type.ts'
import type { ColumnRead } from '../column-read.ts'
import type { StepSchema } from '../step.ts'

/** One aggregate function call; `name` and `type` are those of the result column. */
export interface AggregateCall extends Column {
  readonly function: string
  /** Parameter type texts of the variant, column and initial ones: `T, INT`. */
  readonly signature: string
  readonly args: readonly Expression[]
  readonly argTypes: readonly SqlType[]
  /** Literals. */
  readonly initial: readonly Expression[]
  readonly stateType: SqlType
  /** FILTER: rows that do not match are left out. Absent: all rows. */
  readonly filter?: Expression
  readonly text: string
}

/** What a call evaluates on each row. */
export const callExpressions = ({ args, filter }: AggregateCall): readonly Expression[] =>
  filter === undefined ? args : [...args, filter]

/** Columns of `AggregateFunctions.output`: the key, then the results. */
export const outputColumns = (key: readonly Column[], functions: readonly AggregateCall[]): readonly Column[] => [
  ...key,
  ...functions.map(({ name, type }) => ({ name, type })),
]

/** Types of the row of states. */
export const stateTypes = (functions: readonly AggregateCall[]): readonly SqlType[] =>
  functions.map(({ stateType }) => stateType)

/** Names and types of the columns in which a partial holds its states, which stand behind those of a record. */
export const partialColumns = (functions: readonly AggregateCall[]): readonly Column[] =>
  functions.map(({ name, stateType }) => ({ name: `${name}_STATE`, type: stateType }))

/** The states of partials, which an aggregation reads behind the columns of a record. */
export const partialReads = (
  { recordColumns, functions }: { readonly recordColumns?: number; readonly functions: readonly AggregateCall[] },
  [input]: readonly StepSchema[],
): readonly ColumnRead[] =>
  recordColumns === undefined
    ? []
    : partialColumns(functions).map(({ name, type }, i) => ({
        row: input!.value,
        index: recordColumns + i,
        name,
        type,
      }))

/** The types of states, as a refusal shows them: another version of a user-defined function may keep others. */
export const stateTexts = (functions: readonly AggregateCall[]): string =>
  `[${stateTypes(functions).map(formatType).join(', ')}]`

/** What leaves an aggregation without windows, by the schema of its input. */
export const aggregateSchema = (functions: readonly AggregateCall[], { key }: StepSchema): StepSchema => ({
  kind: 'table',
  key,
  window: null,
  value: outputColumns(key, functions),
})
