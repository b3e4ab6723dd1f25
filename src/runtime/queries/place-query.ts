/**
 * Places a query: reads from the broker all that workers need to know, so that they need not, and creates the internal topics that do not
 * exist yet.
 */
import type { Broker } from '../../broker/broker.ts'
import type { StepId } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { splitTopology } from '../../plan/topology.ts'
import type { OutputAssignment, QueryAssignment } from '../assignment.ts'
import { type Config, isExactlyOnce, readsFromStart } from '../query-config.ts'
import type { SlotTerms } from '../slots.ts'
import { applicationId } from '../topic-names.ts'
import { internalTopics, makeTopics } from './internal-topics.ts'
import { Layout, type OutputPlace, partitionCounts } from './layout.ts'
import { StartOffsets, withPositions } from './start-offsets.ts'

export interface PlacementOptions {
  readonly broker: Broker
  readonly serviceId: string
  /** Whether stores have changelog topics. */
  readonly changelogs: boolean
}

export interface PlacedQuery {
  readonly number: number
  readonly plan: PhysicalPlan
  readonly config: Config
  readonly paused: boolean
  /** Whether it is a push query: nothing is committed, and nothing stays. */
  readonly transient: boolean
}

/**
 * All tasks of a query, wherever they are to run. Rejects with a BrokerError: `UNKNOWN_TOPIC` if a topic that is read or written does not
 * exist. A new group has its first offsets committed at once, so that a query that reads "from now on" continues there, however early it is
 * interrupted. Only the owner of a slot commits them: a late commit of another server would set the group back.
 */
export async function placeQuery(
  query: PlacedQuery,
  options: PlacementOptions,
  owned: SlotTerms,
): Promise<QueryAssignment> {
  const { number, plan, config, paused, transient } = query
  const { broker, serviceId } = options
  const application = applicationId({ serviceId, queryId: plan.queryId, transient })
  const topologies = splitTopology(plan.steps)
  const described = describeOnce(broker)
  const layout = new Layout(application, topologies, await partitionCounts(plan, described))
  await makeTopics(internalTopics(query, layout, options), broker)
  const group = transient ? null : application
  const offsets = new StartOffsets(
    broker,
    group === null ? [] : await broker.fetchOffsets(group),
    readsFromStart(config),
  )
  const tasks = await Promise.all(
    layout.tasks(plan).map((task) => withPositions(task, offsets, { chooses: owned.has(task.slot) })),
  )
  if (group !== null && offsets.chosen.length > 0) await broker.commitOffsets(group, offsets.chosen)
  return {
    queryId: plan.queryId,
    number,
    plan,
    config,
    applicationId: application,
    group,
    exactlyOnce: isExactlyOnce(config) && !transient,
    paused,
    tasks,
    outputs: await withSizes(layout.outputs(plan), described),
  }
}

/**
 * Commits the offsets at which a new query begins, before other servers learn of it: so all of them agree on what "from now on" means,
 * whichever server gets its slots. Rejects with a BrokerError.
 */
export async function fixOrigins(
  { plan, config }: Pick<PlacedQuery, 'plan' | 'config'>,
  { broker, serviceId }: Pick<PlacementOptions, 'broker' | 'serviceId'>,
): Promise<void> {
  const group = applicationId({ serviceId, queryId: plan.queryId, transient: false })
  const layout = new Layout(group, splitTopology(plan.steps), await partitionCounts(plan, broker))
  const offsets = new StartOffsets(broker, await broker.fetchOffsets(group), readsFromStart(config))
  const reads = layout.tasks(plan).flatMap((task) => task.reads.filter(({ step }) => step.kind === 'source'))
  await Promise.all(reads.map((read) => offsets.of(read, { chooses: true })))
  if (offsets.chosen.length > 0) await broker.commitOffsets(group, offsets.chosen)
}

type Describing = Pick<Broker, 'describeTopic'>

/** Reads the description of each topic once. */
function describeOnce(broker: Describing): Describing {
  const descriptions = new Map<string, ReturnType<Broker['describeTopic']>>()
  return {
    describeTopic(name) {
      const description = descriptions.get(name) ?? broker.describeTopic(name)
      descriptions.set(name, description)
      return description
    },
  }
}

async function withSizes(
  outputs: Readonly<Record<StepId, OutputPlace>>,
  broker: Describing,
): Promise<Record<StepId, OutputAssignment>> {
  const sized = Object.entries(outputs).map(async ([step, output]) => {
    const given = (await broker.describeTopic(output.topic))?.config['max.message.bytes']
    return [step, { ...output, maxMessageBytes: given === undefined ? null : Number(given) }] as const
  })
  return Object.fromEntries(await Promise.all(sized))
}
