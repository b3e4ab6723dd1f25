/** Deletes what a query that has ended leaves on the broker. */
import type { Broker } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { applicationId } from '../topic-names.ts'
import { existingInternalTopics } from './internal-topics.ts'
import type { PlacedQuery, PlacementOptions } from './place-query.ts'

/** Deletes the query's internal topics, and its group if it has one. Rejects with a BrokerError. */
export async function purgeQuery(
  { plan: { queryId, steps }, transient }: Pick<PlacedQuery, 'plan' | 'transient'>,
  { broker, serviceId, changelogs }: Pick<PlacementOptions, 'broker' | 'serviceId' | 'changelogs'>,
): Promise<void> {
  const application = applicationId({ serviceId, queryId, transient })
  const mayHaveTopics = changelogs || steps.some(({ kind }) => kind === 'repartition')
  const topics = mayHaveTopics ? await existingInternalTopics(application, broker) : []
  for (const topic of topics) await deleteTopic(topic, broker)
  if (!transient) await broker.deleteGroup(application)
}

/** A topic that is gone already is as good as deleted. */
async function deleteTopic(topic: string, broker: Broker): Promise<void> {
  try {
    await broker.deleteTopic(topic)
  } catch (error) {
    if (!(error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC')) throw error
  }
}
