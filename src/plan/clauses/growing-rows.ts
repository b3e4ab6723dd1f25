/**
 * Tables whose rows only come forward in an order, as those of a Top-N by COUNT do: under its key a row changes and is never deleted, and no change
 * takes it back. What is behind the limit of a Top-N stays there until it changes, so that nobody needs to keep it.
 *
 * It holds for aggregations of streams, by functions whose results grow (`ResultGrowth`), for projections of them, and under keys that do not change. What else may stand between,
 * such as HAVING, can delete rows.
 */

import type { ResultGrowth } from '../../functions/declaration.ts'
import type { RankingName } from '../../operators/changes/over-functions.ts'
import type { SortColumn } from '../../operators/changes/sort-text.ts'
import type { Step } from '../../operators/index.ts'
import type { StepId } from '../../operators/step.ts'
import { WINDOW_BOUNDS } from '../../types/schema.ts'
import type { PlanBuilder, PlanContext, Relation } from '../builder.ts'
import { stepSchemas } from '../topology.ts'
import { variantOf } from './aggregate-call.ts'

export interface RankedRows {
  /** Columns of the row by name. */
  readonly partition: readonly string[]
  readonly order: readonly SortColumn[]
  readonly ranking: RankingName
}

/** How a column of a row changes: not at all, or in one direction; null: in any way. */
type ColumnGrowth = 'fixed' | ResultGrowth | null

/**
 * Whether each row stays in its partition and only comes forward in the order. With ROW_NUMBER rows that are equal in the order stand by their content,
 * which must not change either; with DENSE_RANK a row that comes forward can leave its rank, which then lets another one in.
 */
export function onlyComeForward(
  table: Relation,
  { partition, order, ranking }: RankedRows,
  builder: PlanBuilder,
): boolean {
  if (ranking === 'DENSE_RANK') return false
  const columns = columnGrowth(table.step, builder)
  if (columns === null) return false
  const growthOf = (name: string): ColumnGrowth => columns[table.columns.findIndex((column) => column.name === name)]!
  const isOrdered = (index: number): boolean => order.some((column) => column.index === index)
  return (
    partition.every((name) => growthOf(name) === 'fixed') &&
    order.every((column) => comesForward(columns[column.index]!, column)) &&
    (ranking === 'RANK' || columns.every((growth, index) => growth === 'fixed' || isOrdered(index)))
  )
}

const comesForward = (growth: ColumnGrowth, { descending, nullsFirst }: SortColumn): boolean =>
  growth === 'fixed' ||
  (growth !== null && descending === (growth.to === 'greater') && !(growth.fromNull && nullsFirst))

/** That of each column of the step's rows; null: rows may leave. */
function columnGrowth(id: StepId, { steps, context }: PlanBuilder): readonly ColumnGrowth[] | null {
  const schemas = stepSchemas(steps)
  const stepOf = (wanted: StepId): Step => steps.find((step) => step.id === wanted)!
  const growthOf = (step: Step): readonly ColumnGrowth[] | null => {
    switch (step.kind) {
      case 'project': {
        const input = growthOf(stepOf(step.input))
        if (input === null) return null
        return step.columns.map(({ expression }) => (expression.kind === 'column' ? input[expression.index]! : null))
      }
      case 'changeKey': {
        const input = growthOf(stepOf(step.input))
        const isFixed = step.key.every(
          ({ expression }) => expression.kind === 'column' && input?.[expression.index] === 'fixed',
        )
        // A row that changes its key leaves the old one.
        return isFixed ? input : null
      }
      case 'aggregate':
        return [...fixed(schemas.get(step.id)!.key), ...step.functions.map((call) => resultGrowth(call, context))]
      case 'windowedAggregate': {
        if (step.window.type !== 'TUMBLING' && step.window.type !== 'HOPPING') return null
        const results = step.functions.map((call) => resultGrowth(call, context))
        return [...fixed(schemas.get(step.id)!.key), ...results, ...fixed(WINDOW_BOUNDS)]
      }
      default:
        return null
    }
  }
  return growthOf(stepOf(id))
}

const fixed = (columns: readonly unknown[]): readonly ColumnGrowth[] => columns.map(() => 'fixed')

const resultGrowth = (call: Parameters<typeof variantOf>[0], context: PlanContext): ColumnGrowth =>
  variantOf(call, context)?.growth ?? null
