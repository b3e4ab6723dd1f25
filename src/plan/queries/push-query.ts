/** A push query: the steps of its SELECT with the subscriber at the end. */
import { aggregateTest, containsAggregate } from '../../analysis/aggregates.ts'
import { analyzeQuery } from '../../analysis/analyze-query.ts'
import type { Query } from '../../sql/ast.ts'
import type { Column } from '../../types/schema.ts'
import { PlanBuilder, type PlanContext, type Relation } from '../builder.ts'
import { checkPlan } from '../check-plan.ts'
import { type ProjectedColumn, planOutputProjection } from '../clauses/projection.ts'
import { planQuery } from '../clauses/query-planner.ts'
import type { PhysicalPlan } from '../physical-plan.ts'

export interface PlannedPushQuery {
  readonly plan: PhysicalPlan
  readonly columns: readonly Column[]
  readonly kind: 'stream' | 'table'
  /** Alias of the left-most source, for the query's id. */
  readonly alias: string
}

/** Throws StatementError. `queryId` is made from the alias of the left-most source. */
export function planPushQuery(query: Query, makeId: (alias: string) => string, context: PlanContext): PlannedPushQuery {
  const { metastore, functions } = context
  const analysis = analyzeQuery(groupedQuery(query, context), { metastore, functions, use: 'push', sinkName: null })
  const builder = new PlanBuilder(context)
  const planned = planQuery(analysis, builder)
  const { relation } = planned
  const { columns } = planned
  const output = planOutputProjection(columns, relation, builder)
  builder.add({
    kind: 'subscriber',
    id: 'Subscriber',
    input: output.step,
    limit: analysis.limit,
    keyColumns: columns.map((column) => keyPart(column, relation)),
  })
  const alias = analysis.sources[0]!.alias
  const sources = analysis.sources.map(({ source: { name } }) => name)
  return {
    plan: checkPlan({ queryId: makeId(alias), steps: builder.steps, sources, sink: null, materialization: null }),
    columns: output.columns,
    kind: output.kind,
    alias,
  }
}

/** Aggregates without GROUP BY are over all rows: one group, by a constant. */
function groupedQuery(query: Query, { functions }: PlanContext): Query {
  if (query.groupBy !== null) return query
  const isAggregate = aggregateTest(functions)
  const aggregates = query.items.some(
    (item) => item.kind === 'singleColumn' && containsAggregate(item.expression, isAggregate),
  )
  return aggregates ? { ...query, groupBy: { expressions: [{ kind: 'integerLiteral', value: 0 }] } } : query
}

function keyPart({ expression }: ProjectedColumn, relation: Relation): number | 'WINDOWSTART' | 'WINDOWEND' | null {
  if (expression.kind !== 'columnReference') return null
  const { name } = expression
  const index = relation.key.findIndex(({ columns }) => columns.includes(name))
  if (index >= 0) return index
  return relation.window !== null && (name === 'WINDOWSTART' || name === 'WINDOWEND') ? name : null
}
