/** A version of a query as it runs while another one writes the sink: a stream's records are not written, a table's go to a topic of its own. */
import type { Broker } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { repartitionTopic } from '../../runtime/topic-names.ts'
import type { QueryVersion } from '../commands/replacement.ts'

/** The topic with a version's rows while it does not write the table's own. `application`: of the version's query. */
export const contentTopic = (application: string): string => `${application}-content`

export function stagedPlan({ plan, source }: Pick<QueryVersion, 'plan' | 'source'>, application: string): PhysicalPlan {
  const isTable = source.kind === 'TABLE'
  const steps = plan.steps.map((step) => {
    if (step.kind !== 'sink') return step
    return isTable ? { ...step, topic: contentTopic(application) } : { ...step, isSilent: true as const }
  })
  return { ...plan, steps }
}

/** Topics between the query's own tasks. */
export const repartitionTopics = ({ steps }: PhysicalPlan, application: string): string[] =>
  steps.flatMap((step) => (step.kind === 'repartition' ? [repartitionTopic(application, step.topicSuffix)] : []))

/** Topics that the query reads, each once. */
export const sourceTopics = ({ steps }: PhysicalPlan): string[] => [
  ...new Set(steps.flatMap((step) => (step.kind === 'source' ? [step.topic] : []))),
]

/** Creates the topic of a version's rows, partitioned as the sink. `isFresh`: an existing one is deleted first. Rejects with a BrokerError. */
export async function makeContentTopic(
  name: string,
  sink: string,
  broker: Broker,
  { isFresh }: { readonly isFresh: boolean },
): Promise<void> {
  const existing = await broker.describeTopic(name)
  if (existing !== null && !isFresh) return
  if (existing !== null) await broker.deleteTopic(name)
  const like = await broker.describeTopic(sink)
  if (like === null) throw new BrokerError('UNKNOWN_TOPIC', `Topic ${sink} does not exist.`)
  const { partitions, replicas } = like
  await broker.createTopic({ name, partitions, replicas, config: { 'cleanup.policy': 'compact' } })
}
