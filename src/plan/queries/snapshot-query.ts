/**
 * A pull query that does more than look up or scan one table: it joins, groups, combines or nests. It is planned as the continuous query that it
 * is, and runs over the rows that its sources have now; what a subscriber would know after the last of them is the result. Each source is
 * read by a pull query of its own.
 */
import { aggregateTest, containsAggregate } from '../../analysis/aggregates.ts'
import { normalForm } from '../../analysis/normal-form/normal-form.ts'
import { checkSnapshotQuery } from '../../analysis/pull-rules.ts'
import { StatementError } from '../../errors.ts'
import type { Expression, Query } from '../../sql/ast/query.ts'
import { formatQuery } from '../../sql/format.ts'
import { contains } from '../../sql/walk.ts'
import type { Column } from '../../types/schema.ts'
import type { PlanContext } from '../builder.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { neededRows } from './needed-rows.ts'
import type { PullContext } from './pull-query.ts'
import { planPushQuery } from './push-query.ts'
import { planReads, type SnapshotSource } from './snapshot-reads.ts'

export interface PlannedSnapshotQuery {
  readonly plan: PhysicalPlan
  /** In the order in which they are read. Tables first: what is joined to them finds them complete. */
  readonly sources: readonly SnapshotSource[]
  readonly columns: readonly Column[]
  readonly result: ResultKind
}

/** Stream: each record is a row. Table: a record is the row of its key. Bag: a record is a row that leaves, one that enters, or both. */
export type ResultKind = 'stream' | 'table' | 'bag'

/** Whether the query needs more than one look-up or scan. */
export function needsSnapshot(query: Query, context: PlanContext): boolean {
  const isAggregate = aggregateTest(context.functions)
  const selects = query.items.flatMap((item) => (item.kind === 'singleColumn' ? [item.expression] : []))
  const expressions = [...selects, ...(query.where === null ? [] : [query.where])]
  return (
    query.from.kind !== 'source' ||
    query.with !== undefined ||
    query.distinct === true ||
    query.qualify !== undefined ||
    query.groupBy !== null ||
    query.having !== null ||
    query.window !== null ||
    query.partitionBy !== null ||
    selects.some((expression) => containsAggregate(expression, isAggregate)) ||
    expressions.some(hasSnapshotForm)
  )
}

const hasSnapshotForm = (expression: Expression): boolean =>
  contains(expression, (node) =>
    node.kind === 'functionCall'
      ? node.over !== undefined || node.filter !== undefined || node.distinct === true
      : node.kind === 'scalarSubquery' || node.kind === 'exists' || node.kind === 'inSubquery',
  )

/** Throws StatementError. */
export function planSnapshotQuery(query: Query, queryId: string, context: PullContext): PlannedSnapshotQuery {
  const { metastore, functions } = context
  refuseRecordPositions(query)
  checkSnapshotQuery(query, (name) => metastore.sources.get(name)?.kind === 'STREAM', aggregateTest(functions))
  const { plan, columns, kind, isComposed } = planPushQuery(query, () => queryId, context, { isSnapshot: true })
  const steps = plan.steps.filter((step) => step.kind === 'source')
  const needed = neededRows(normalForm(query, functions), metastore)
  return { plan, sources: planReads(steps, needed, context), columns, result: isComposed ? 'bag' : kind }
}

/** Rows of a table have none, and those of an inner query stand for several records. */
function refuseRecordPositions(query: Query): void {
  const name = /\bROW(?:PARTITION|OFFSET)\b/.exec(formatQuery(query))?.[0]
  if (name === undefined) return
  throw new StatementError(`${name} can be selected in a query over one stream only.`, { location: query.location })
}
