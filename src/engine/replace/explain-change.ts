/** EXPLAIN CREATE OR REPLACE: what the statement would do to the query that runs. */
import { type DescribedChange, describeChange } from '../../plan/change/describe-change.ts'
import { diffPlans } from '../../plan/change/plan-diff.ts'
import { groupIdOf } from '../describe/describe-query.ts'
import type { QueryDescription } from '../describe/entities.ts'
import type { Scope } from '../scope.ts'
import { measureReads, rateOf } from './measure-change.ts'
import { type PlannedChange, readersOf } from './plan-create-as.ts'

/** Adds what the new plan changes to its description, which stays as it is where nothing is replaced. Rejects with a BrokerError. */
export async function withChange(
  description: QueryDescription,
  { planned, replaced }: PlannedChange,
  { catalog, parts, config }: Scope,
): Promise<QueryDescription> {
  if (replaced === null) return description
  const { query, change } = replaced
  const { queryId } = query.link
  const { runtime, broker } = parts
  await runtime.refresh()
  const status = runtime.status(queryId)
  const group = groupIdOf(queryId, config)
  const reads = change.way === 'kept' ? [] : change.reads
  const described: DescribedChange = {
    queryId,
    way: change.way,
    reason: change.way === 'kept' ? null : change.reason,
    steps: diffPlans(query.plan, planned.plan, change.way),
    reads: await measureReads(reads, group, broker, status),
    recordsPerSecond: rateOf(status),
    readers: readersOf(planned.source.name, catalog).map((plan) => plan.queryId),
    writesTable: planned.source.kind === 'TABLE',
  }
  return {
    ...description,
    executionPlan: [description.executionPlan, ...describeChange(described)].join('\n'),
    change: described,
  }
}
