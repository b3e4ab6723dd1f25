/** CREATE [OR REPLACE] ... AS SELECT planned over the catalog: as a new query, or as a change of the one that runs. */
import type { FetchedSchemas } from '../../analysis/inferred-columns.ts'
import { readWithProperties } from '../../analysis/with-properties.ts'
import { type Change, decideChange } from '../../plan/change/decide-change.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { type PlannedCreateAs, planCreateAs } from '../../plan/queries/persistent-query.ts'
import { replacedQuery } from '../../plan/queries/replace-query.ts'
import { checkIndexes } from '../../plan/statements/create-index.ts'
import { checkSourceUpgrade, type NameClaim } from '../../plan/statements/replace-source.ts'
import type { CreateAs } from '../../sql/ast/definitions.ts'
import type { PersistentQuery } from '../commands/catalog.ts'
import { createAsId } from '../query-ids.ts'
import type { TopicScope } from '../scope.ts'

export interface PlannedChange {
  readonly planned: PlannedCreateAs
  /** The query that runs, and what becomes of it; null: there is none. */
  readonly replaced: { readonly query: PersistentQuery; readonly change: Change } | null
}

/** Throws StatementError. */
export function planChange(
  statement: CreateAs,
  claim: Exclude<NameClaim, { kind: 'exists' }>,
  fetched: FetchedSchemas,
  { catalog, planning, config, sequence }: TopicScope,
): PlannedChange {
  const link = claim.kind === 'replace' ? replacedQuery(statement.name, catalog.metastore) : null
  const query = link === null ? undefined : catalog.queries.get(link.queryId)
  const ownId = createAsId(statement.sourceKind, statement.name, sequence)
  const planned = planCreateAs(statement, link?.queryId ?? ownId, planning, fetched)
  if (claim.kind !== 'replace') return { planned, replaced: null }
  checkIndexes(planned.source, planned.plan, catalog.metastore)
  if (query === undefined) {
    checkSourceUpgrade(claim.existing, planned.source)
    return { planned, replaced: null }
  }
  const change = decideChange({
    statement,
    running: { plan: query.plan, source: claim.existing },
    next: planned,
    start: readWithProperties(statement.properties, 'createAs').start,
    readers: readersOf(statement.name, catalog),
    replacesAny: config.flag('millrace.replace.any.query'),
  })
  const isOwn = change.way === 'rebuilt'
  return {
    planned: isOwn ? { ...planned, plan: { ...planned.plan, queryId: ownId } } : planned,
    replaced: { query, change },
  }
}

/** Plans of the queries that read the source. */
export const readersOf = (source: string, { queries }: TopicScope['catalog']): PhysicalPlan[] =>
  [...queries.values()].flatMap(({ link, plan }) => (link.reads.includes(source) ? [plan] : []))
