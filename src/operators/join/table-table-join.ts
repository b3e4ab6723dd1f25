/**
 * Primary-key table-table join: both sides are upserts that the join keeps. Output row: left row, then right row.
 *
 * State: the newest row of each key, for each side; rows do not expire.
 *
 * Equation: `result[k] = join(left[k], right[k])`. A change of one side emits `result[k]` after it as the new value and before it as the old.
 *
 * Order: the old result is computed with the side's old row and the other side's current row, and only one side changes at a time, so that
 * successive changes of a key always start from the result that left last. No row is late: the newest arrival counts.
 */

import type { Process } from '../../types/record.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import { keyOfBoth, noExpressions } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import { hasKey } from '../record-key.ts'
import type { StepId, StepSchema } from '../step.ts'
import { openTableRows, type TableRows, type TableRowsOptions, tableRowsSpec } from '../table/table-rows.ts'
import { type JoinKind, joinedSchema, rowConcatenation } from './join-sides.ts'

export interface TableTableJoinStep {
  readonly kind: 'tableTableJoin'
  readonly id: StepId
  readonly left: StepId
  readonly right: StepId
  readonly join: JoinKind
  readonly key: readonly Column[]
  readonly leftStore: string
  readonly rightStore: string
}

/**
 * A change on either side gives the pair's result again: a row where the kind of join has one, a delete where it had one before. A delete passes also
 * where the side had no row, if the other side has one: the key's newest record is then a delete downstream, too.
 * The result's time is the later of both rows'. Source: Kafka Streams' KTableKTableInnerJoin, -LeftJoin, -RightJoin, -OuterJoin.
 */
export const tableTableJoin: OperatorDefinition<TableTableJoinStep> = {
  label: 'JOIN',
  peerName: 'TableTableJoin',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: keyOfBoth,
  view: null,
  upgrade: 'refused',
  inputs: ({ left, right }) => [left, right],
  schema: ({ key }, inputs) => joinedSchema('table', key, inputs),
  stores: (step, inputs) => sides(step, inputs).map(tableRowsSpec),
  build(step, inputs, context, emit) {
    const [left, right] = sides(step, inputs).map((options) => openTableRows(options, context)) as [
      TableRows,
      TableRows,
    ]
    const widths: readonly [number, number] = [inputs[0]!.value.length, inputs[1]!.value.length]
    const joinRows = rowJoiner(step.join, widths)
    const update =
      (own: TableRows, other: TableRows, result: (own: Row | null, other: Row | null) => Row | null): Process =>
      (record) => {
        if (!hasKey(record)) return
        const { key, window, headers } = record
        const before = own.get(record)?.row ?? null
        const match = other.get(record)
        own.set(record)
        const value = result(record.value, match?.row ?? null)
        const oldValue = result(before, match?.row ?? null)
        if (match === undefined && value === null && oldValue === null) return
        const timestamp = match === undefined ? record.timestamp : Math.max(record.timestamp, match.timestamp)
        emit({ key, window, value, oldValue, timestamp, headers })
      }
    return {
      inputs: [update(left, right, joinRows), update(right, left, (own, other) => joinRows(other, own))],
    }
  },
}

const sides = (
  { leftStore, rightStore }: TableTableJoinStep,
  [left, right]: readonly StepSchema[],
): TableRowsOptions[] => [
  { name: leftStore, schema: left!, retentionMs: null },
  { name: rightStore, schema: right!, retentionMs: null },
]

/** The result of two rows, either of which may be missing; null: no result. */
function rowJoiner(join: JoinKind, [leftWidth, rightWidth]: readonly [number, number]) {
  const concatenate = rowConcatenation(leftWidth, rightWidth)
  const keepsLeft = join === 'LEFT' || join === 'FULL'
  const keepsRight = join === 'RIGHT' || join === 'FULL'
  return (left: Row | null, right: Row | null): Row | null => {
    if (left === null && (right === null || !keepsRight)) return null
    if (right === null && !keepsLeft) return null
    return concatenate(left, right)
  }
}
