/** A push query: the steps of its SELECT with the subscriber at the end. */
import { analyzeQuery } from '../../analysis/analyze-query.ts'
import { countReads } from '../../analysis/normal-form/common-tables.ts'
import { normalForm } from '../../analysis/normal-form/normal-form.ts'
import { stateTtlMs } from '../../analysis/state-ttl.ts'
import type { Query } from '../../sql/ast/query.ts'
import type { Column } from '../../types/schema.ts'
import { PlanBuilder, type PlanContext, type Relation } from '../builder.ts'
import { checkPlan } from '../check-plan.ts'
import { type ProjectedColumn, planOutputProjection } from '../clauses/projection.ts'
import { planQuery } from '../clauses/query-planner.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { derivedBy, overAllRows } from '../relations/derived.ts'
import { functionsOf } from '../used-functions.ts'

export interface PlannedPushQuery {
  readonly plan: PhysicalPlan
  readonly columns: readonly Column[]
  readonly kind: 'stream' | 'table'
  /** Whether each change of the result has the row before it, and rows may have no key. */
  readonly isComposed: boolean
  /** Alias of the left-most source, for the query's id. */
  readonly alias: string
}

/** Throws StatementError. `queryId` is made from the alias of the left-most source. `isSnapshot`: it runs once, over the rows that there are. */
export function planPushQuery(
  query: Query,
  makeId: (alias: string) => string,
  context: PlanContext,
  { isSnapshot = false }: { readonly isSnapshot?: boolean } = {},
): PlannedPushQuery {
  const { metastore, functions } = context
  const inlined = normalForm(query, functions)
  const builder = PlanBuilder.reading(countReads(inlined), context, { isSnapshot }).keeping(stateTtlMs(inlined))
  const analysis = analyzeQuery(overAllRows(inlined, builder), {
    metastore,
    functions,
    use: 'push',
    sinkName: null,
    ttlMs: builder.ttlMs,
    derive: derivedBy(builder),
  })
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
    ...(relation.isComposed === true && { readsOldValue: true as const }),
  })
  const alias = analysis.sources[0]!.alias
  const sources = builder.sources.map(({ name }) => name)
  return {
    plan: checkPlan({
      queryId: makeId(alias),
      steps: builder.steps,
      sources,
      sink: null,
      materialization: null,
      ...functionsOf(builder.steps, metastore),
    }),
    columns: output.columns,
    kind: output.kind,
    isComposed: relation.isComposed === true,
    alias,
  }
}

function keyPart({ expression }: ProjectedColumn, relation: Relation): number | 'WINDOWSTART' | 'WINDOWEND' | null {
  if (expression.kind !== 'columnReference') return null
  const { name } = expression
  const index = relation.key.findIndex(({ columns }) => columns.includes(name))
  if (index >= 0) return index
  return relation.window !== null && (name === 'WINDOWSTART' || name === 'WINDOWEND') ? name : null
}
