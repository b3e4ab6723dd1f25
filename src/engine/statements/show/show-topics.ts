/** SHOW TOPICS [ALL] [EXTENDED]. See docs/sql.md#show-describe-explain-print. */
import type { TopicSummary } from '../../../broker/broker.ts'
import type { ShowTopics } from '../../../sql/ast/show-statements.ts'
import { groupIdOf } from '../../describe/describe-query.ts'
import type { TopicListing } from '../../describe/entities.ts'
import type { Scope } from '../../scope.ts'
import { atOnce } from '../handler.ts'

export const showTopics = atOnce<ShowTopics>(async ({ all, extended }, scope) => {
  const hidden = hiddenTopics(scope)
  const topics = (await scope.parts.broker.listTopics()).filter(
    (topic) => all || !(topic.isInternal || hidden(topic.name)),
  )
  const listed = topics.map(listing)
  if (!extended) return { '@type': 'kafka_topics', topics: listed }
  const readers = readersByTopic(scope)
  return {
    '@type': 'kafka_topics_extended',
    topics: listed.map((topic) => {
      const groups = readers(topic.name)
      return { ...topic, consumerCount: groups, consumerGroupCount: groups }
    }),
  }
})

const listing = ({ name, partitions, replicas }: TopicSummary): TopicListing => ({
  name,
  replicaInfo: Array.from({ length: partitions }, () => replicas),
})

function hiddenTopics({ config }: Scope): (topic: string) => boolean {
  const patterns = (config.get('ksql.hidden.topics') ?? '')
    .split(',')
    .filter((pattern) => pattern.trim() !== '')
    .map((pattern) => new RegExp(`^(?:${pattern.trim()})$`))
  return (topic) => patterns.some((pattern) => pattern.test(topic))
}

/** Number of consumer groups of this server's queries that read a topic: one for each query. */
function readersByTopic({ catalog, config }: Scope): (topic: string) => number {
  const groups = new Map<string, Set<string>>()
  for (const { plan } of catalog.queries.values()) {
    for (const step of plan.steps) {
      if (step.kind !== 'source') continue
      const known = groups.get(step.topic) ?? new Set()
      groups.set(step.topic, known.add(groupIdOf(plan.queryId, config)))
    }
  }
  return (topic) => groups.get(topic)?.size ?? 0
}
