/** CREATE [OR REPLACE] STREAM/TABLE ... AS SELECT. See docs/sql.md#create--as-select. */
import { sinkSchemaRequests } from '../../plan/queries/persistent-query.ts'
import { unwritableSides } from '../../plan/schema-registration.ts'
import { growingState } from '../../plan/state-growth.ts'
import { claimName, existsWarning } from '../../plan/statements/replace-source.ts'
import type { TopicRequest } from '../../plan/topic-request.ts'
import type { AlterQuery, CreateAs } from '../../sql/ast/definitions.ts'
import { sourceCommandId } from '../commands/command.ts'
import { createAsOf } from '../replace/alter-query.ts'
import { planChange } from '../replace/plan-create-as.ts'
import type { TopicScope } from '../scope.ts'
import { answer, command, inTurnOverTopics } from './handler.ts'
import { checkQueryLimit } from './query-limit.ts'
import { checkNoReplacement, stageVersion } from './query-versions.ts'
import { skippedRecords } from './skipped-records.ts'

export const createAs = inTurnOverTopics<CreateAs>(async (statement, scope) => {
  const claim = claimName(statement, scope.planning)
  if (claim.kind === 'exists') {
    return answer({ '@type': 'warning_entity', message: existsWarning(statement, claim.existing) })
  }
  const fetched = await scope.schemas.fetch(sinkSchemaRequests(statement, scope.planning))
  const { planned, replaced } = planChange(statement, claim, fetched, scope)
  if (replaced === null) checkQueryLimit(scope)
  if (replaced !== null) checkNoReplacement(statement.name, scope.catalog)
  if (replaced?.change.way === 'rebuilt') return stageVersion(statement, planned, replaced.change, scope)
  const { source, topic, plan, registrations } = planned
  const { queryId } = plan
  const draft = {
    id: sourceCommandId(source, 'create'),
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

/** ALTER STREAM/TABLE ... AS SELECT. */
export const alterQuery = inTurnOverTopics<AlterQuery>((statement, scope) =>
  createAs.prepare(createAsOf(statement, scope.catalog.metastore), scope),
)

function withInheritedReplicas(
  topic: TopicRequest,
  source: string | undefined,
  { config, catalog, topics }: TopicScope,
): TopicRequest {
  if (topic.replicas !== null || !config.flag('ksql.create.topic.inherit.source.replicas.enabled')) return topic
  const from = source === undefined ? undefined : catalog.metastore.sources.get(source)?.topic
  return { ...topic, replicas: (from === undefined ? undefined : topics.get(from)?.replicas) ?? null }
}
