/**
 * A pull query that does more than look up or scan one table: it joins, groups, combines or nests. It is planned as the continuous query that it
 * is, and runs over the rows that its sources have now; what a subscriber would know after the last of them is the result. Each source is
 * read by a pull query of its own, which takes the condition of the query where that is about this source alone.
 */
import { aggregateTest, containsAggregate } from '../../analysis/aggregates.ts'
import { checkSnapshotQuery } from '../../analysis/pull-rules.ts'
import { StatementError } from '../../errors.ts'
import type { SourceOrigin, SourceStep } from '../../operators/step.ts'
import type { Expression, Query, SelectItem } from '../../sql/ast/query.ts'
import { formatQuery } from '../../sql/format.ts'
import { contains } from '../../sql/walk.ts'
import { type Column, ROWOFFSET, ROWPARTITION, ROWTIME, WINDOWEND, WINDOWSTART } from '../../types/schema.ts'
import type { PlanContext } from '../builder.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { planPushQuery } from './push-query.ts'

/** How the rows of one source are read and become its records. */
export interface SnapshotSource {
  readonly step: SourceStep
  /** Selects the key columns, the bounds of the window if there is one, ROWTIME, then the columns of the step's row. */
  readonly query: Query
}

export interface PlannedSnapshotQuery {
  readonly plan: PhysicalPlan
  /** Tables first: what is joined to them finds them complete. */
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
export function planSnapshotQuery(query: Query, queryId: string, context: PlanContext): PlannedSnapshotQuery {
  const { metastore, functions } = context
  refuseRecordPositions(query)
  checkSnapshotQuery(query, (name) => metastore.sources.get(name)?.kind === 'STREAM', aggregateTest(functions))
  const { plan, columns, kind, isComposed } = planPushQuery(query, () => queryId, context, { isSnapshot: true })
  const steps = plan.steps.filter((step) => step.kind === 'source')
  const condition = steps.length === 1 && query.from.kind === 'source' ? query.where : null
  const sources = steps
    .map((step) => ({ step, query: readQuery(step, query, condition) }))
    .sort((a, b) => Number(a.step.sourceKind === 'stream') - Number(b.step.sourceKind === 'stream'))
  return { plan, sources, columns, result: isComposed ? 'bag' : kind }
}

/** Rows of a table have none, and those of an inner query stand for several records. */
function refuseRecordPositions(query: Query): void {
  const name = /\bROW(?:PARTITION|OFFSET)\b/.exec(formatQuery(query))?.[0]
  if (name === undefined) return
  throw new StatementError(`${name} can be selected in a query over one stream only.`, { location: query.location })
}

function readQuery(
  { source, window, key, value, headers, columns }: SourceStep,
  query: Query,
  where: Expression | null,
): Query {
  const nameOf = ({ from }: { readonly from: SourceOrigin }): string => {
    if (from.part === 'system') return from.name
    return { key, value, header: headers }[from.part][from.index]!.name
  }
  const bounds = window === null ? [] : [WINDOWSTART, WINDOWEND]
  const names = [...key.map(({ name }) => name), ...bounds, ROWTIME, ...columns.map(nameOf)]
  const isNamed = query.from.kind === 'source' && query.from.name === source
  return {
    kind: 'select',
    items: names.map(itemOf),
    from: isNamed ? query.from : { kind: 'source', name: source, alias: source },
    window: null,
    where,
    groupBy: null,
    partitionBy: null,
    having: null,
    emit: null,
    limit: null,
  }
}

/** The names must differ, which those of the result need not. */
const itemOf = (name: string, i: number): SelectItem => ({
  kind: 'singleColumn',
  // A source that is read at several places has all columns; the query names none of these two.
  expression: isPosition(name)
    ? { kind: 'integerLiteral', value: 0 }
    : { kind: 'columnReference', qualifier: null, name },
  alias: `C${i}`,
})

const isPosition = (name: string): boolean => name === ROWPARTITION || name === ROWOFFSET
