/**
 * GROUPING SETS: a row for each set, in which the grouping columns that are not in the set are NULL. The number of the set stands behind them: it tells
 * such a NULL from one in the data. Output row: the columns of the group, the number, the rest of the input row.
 */
import type { StreamRecord } from '../../types/record.ts'
import { INTEGER } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { noExpressions, readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId, StepSchema } from '../step.ts'

export interface GroupingSetsStep {
  readonly kind: 'groupingSets'
  readonly id: StepId
  /** Rows that begin with the columns of the group. */
  readonly input: StepId
  /** The number of columns of a group. */
  readonly groups: number
  readonly sets: readonly GroupingSet[]
  /** Name of the column of the set's number. */
  readonly name: string
  /** Whether the group and the number become the key; else the rows have none. */
  readonly keyed: boolean
}

export interface GroupingSet {
  /** Indexes of the columns that are grouped by. */
  readonly columns: readonly number[]
  /** Differs from that of the other sets. */
  readonly number: number
}

export const groupingSets: OperatorDefinition<GroupingSetsStep> = {
  label: 'GROUPING_SETS',
  peerName: 'GroupingSets',
  oldValue: 'passes',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: readsNoColumns,
  view: null,
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema(step, [input]) {
    const value = outputColumns(step, input!)
    return { kind: input!.kind, key: step.keyed ? value.slice(0, step.groups + 1) : [], window: null, value }
  },
  build({ groups, sets, keyed }, [input], context, emit) {
    const isStream = input!.kind === 'stream'
    const expansions = sets.map((set) => expansion(set, groups))
    const keyOf = ({ value, oldValue }: Pick<StreamRecord, 'value' | 'oldValue'>): Row | null =>
      keyed ? (value ?? oldValue)!.slice(0, groups + 1) : isStream ? null : []
    return {
      inputs: [
        (record) => {
          const { timestamp, headers } = record
          if (record.value === null && record.oldValue === null) return
          for (const expand of expansions) {
            const value = record.value && expand(record.value)
            const oldValue = context.oldValues && record.oldValue ? expand(record.oldValue) : null
            if (value === null && oldValue === null) continue
            emit({ key: keyOf({ value, oldValue }), window: null, value, oldValue, timestamp, headers })
          }
        },
      ],
    }
  },
}

const outputColumns = ({ groups, name }: GroupingSetsStep, { value }: StepSchema): StepSchema['value'] => [
  ...value.slice(0, groups),
  { name, type: INTEGER },
  ...value.slice(groups),
]

function expansion({ columns, number }: GroupingSet, groups: number): (row: Row) => Row {
  const isGrouped = Array.from({ length: groups }, (_, i) => columns.includes(i))
  return (row) => {
    const result: Row = new Array(row.length + 1)
    for (let i = 0; i < groups; i++) result[i] = isGrouped[i] ? row[i]! : null
    result[groups] = number
    for (let i = groups; i < row.length; i++) result[i + 1] = row[i]!
    return result
  }
}
