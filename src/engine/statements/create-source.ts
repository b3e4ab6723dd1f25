/** CREATE [OR REPLACE] [SOURCE] STREAM/TABLE over a topic. See docs/sql.md#create-stream-create-table. */
import { readWithProperties } from '../../analysis/with-properties.ts'
import type { QueryLink } from '../../metastore/metastore.ts'
import { planCreateSource, planSourceTable, sourceSchemaRequests } from '../../plan/statements/create-source.ts'
import { checkSourceUpgrade, claimName, existsWarning } from '../../plan/statements/replace-source.ts'
import type { CreateSource } from '../../sql/ast/definitions.ts'
import type { Effect } from '../commands/catalog.ts'
import { sourceCommandId } from '../commands/command.ts'
import { materializationId } from '../query-ids.ts'
import type { TopicScope } from '../scope.ts'
import { answer, command, inTurnOverTopics } from './handler.ts'

export const createSource = inTurnOverTopics<CreateSource>(async (statement, scope) => {
  const claim = claimName(statement, scope.planning)
  if (claim.kind === 'exists') {
    return answer({ '@type': 'warning_entity', message: existsWarning(statement, claim.existing) })
  }
  await refuseHiddenTopic(statement, scope)
  const fetched = await scope.schemas.fetch(sourceSchemaRequests(statement, scope.planning))
  const { source, topic, deadLetterTopic, registrations } = planCreateSource(statement, scope.planning, fetched)
  if (claim.kind === 'replace') checkSourceUpgrade(claim.existing, source)
  const query = materialization(statement, source, scope)
  return command({
    id: sourceCommandId(source, 'create'),
    effects: [{ kind: 'putSource', source }, ...(query === null ? [] : [query])],
    message: `${source.kind === 'STREAM' ? 'Stream' : 'Table'} created`,
    queryId: query?.kind === 'startQuery' ? query.link.queryId : null,
    registrations,
    topics: deadLetterTopic === null ? [topic] : [topic, deadLetterTopic],
  })
})

/** Kafka does not list a topic that the server may not describe, but refuses to describe it by its name. Rejects with that BrokerError. */
async function refuseHiddenTopic({ properties }: CreateSource, { topics, parts }: TopicScope): Promise<void> {
  const { kafkaTopic, partitions } = readWithProperties(properties, 'create')
  if (kafkaTopic === null || partitions !== null || topics.has(kafkaTopic)) return
  await parts.broker.describeTopic(kafkaTopic)
}

/** The query that materializes a source table, so that pull queries can read it; null: the statement makes none. */
function materialization(
  { sourceKind, isSource, text }: CreateSource,
  source: Parameters<typeof planSourceTable>[0],
  { config, sequence }: TopicScope,
): Effect | null {
  if (!isSource || sourceKind !== 'TABLE' || !config.flag('ksql.source.table.materialization.enabled')) return null
  const queryId = materializationId(source.name, sequence)
  const link: QueryLink = { queryId, kind: 'CREATE_SOURCE', reads: [source.name], writes: null }
  return { kind: 'startQuery', link, plan: planSourceTable(source, queryId), statement: text }
}
