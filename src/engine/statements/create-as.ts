/** CREATE [OR REPLACE] STREAM/TABLE ... AS SELECT. See docs/sql.md#create--as-select. */
import type { FetchedSchemas } from '../../analysis/inferred-columns.ts'
import { type PlannedCreateAs, planCreateAs, sinkSchemaRequests } from '../../plan/queries/persistent-query.ts'
import { checkQueryUpgrade, replacedQuery } from '../../plan/queries/replace-query.ts'
import { unwritableSides } from '../../plan/schema-registration.ts'
import { growingState } from '../../plan/state-growth.ts'
import { checkSourceUpgrade, claimName, existsWarning, type NameClaim } from '../../plan/statements/replace-source.ts'
import type { TopicRequest } from '../../plan/topic-request.ts'
import type { CreateAs } from '../../sql/ast.ts'
import { quoteName } from '../../types/sql-type.ts'
import { createAsId } from '../query-ids.ts'
import type { TopicScope } from '../scope.ts'
import { answer, command, inTurnOverTopics } from './handler.ts'
import { checkQueryLimit } from './query-limit.ts'
import { skippedRecords } from './skipped-records.ts'

export const createAs = inTurnOverTopics<CreateAs>(async (statement, scope) => {
  const claim = claimName(statement, scope.planning)
  if (claim.kind === 'exists') {
    return answer({ '@type': 'warning_entity', message: existsWarning(statement, claim.existing) })
  }
  const fetched = await scope.schemas.fetch(sinkSchemaRequests(statement, scope.planning))
  const { source, topic, plan, registrations } = planned(statement, claim, fetched, scope)
  const { queryId } = plan
  const draft = {
    id: { type: source.kind === 'STREAM' ? 'stream' : 'table', entity: quoteName(source.name), action: 'create' },
    effects: [
      { kind: 'putSource', source },
      {
        kind: 'startQuery',
        link: { queryId, kind: 'CREATE_AS', reads: plan.sources, writes: source.name },
        plan,
        statement: statement.text,
      },
    ],
    message: `Created query with ID ${queryId}`,
    queryId,
    registrations,
    topics: [withInheritedReplicas(topic, plan.sources[0], scope)],
  } as const
  return command(draft, async () => [
    ...unwritableSides(source),
    ...growingState(plan),
    ...(claim.kind === 'new' ? await skippedRecords(plan.sources, scope) : []),
  ])
})

/** A replaced query keeps its id, and with it offsets and state, if the new plan can continue from them. */
function planned(statement: CreateAs, claim: NameClaim, fetched: FetchedSchemas, scope: TopicScope): PlannedCreateAs {
  const replaced = claim.kind === 'replace' ? replacedQuery(statement.name, scope.catalog.metastore) : null
  if (replaced === null) checkQueryLimit(scope)
  const queryId = replaced?.queryId ?? createAsId(statement.sourceKind, statement.name, scope.sequence)
  const result = planCreateAs(statement, queryId, scope.planning, fetched)
  if (claim.kind === 'replace') checkSourceUpgrade(claim.existing, result.source)
  const running = replaced === null ? undefined : scope.catalog.queries.get(replaced.queryId)
  if (running !== undefined) checkQueryUpgrade(running.plan, result.plan)
  return result
}

function withInheritedReplicas(
  topic: TopicRequest,
  source: string | undefined,
  { config, catalog, topics }: TopicScope,
): TopicRequest {
  if (topic.replicas !== null || !config.flag('ksql.create.topic.inherit.source.replicas.enabled')) return topic
  const from = source === undefined ? undefined : catalog.metastore.sources.get(source)?.topic
  return { ...topic, replicas: (from === undefined ? undefined : topics.get(from)?.replicas) ?? null }
}
