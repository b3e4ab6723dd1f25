/**
 * Places a query: reads from the broker all that workers need to know, so that they need not, and creates the internal topics that do not
 * exist yet.
 */
import type { Broker, CommittedOffset } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import { timeLimitsOf } from '../../broker/time-limits.ts'
import type { StepId } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import type { TableIndex } from '../../plan/table-index.ts'
import { splitTopology } from '../../plan/topology.ts'
import { type OutputAssignment, type QueryAssignment, readWriter, type TaskAssignment } from '../assignment.ts'
import { type LostOffset, OffsetsLostError } from '../offsets-lost-error.ts'
import { type Config, isExactlyOnce, readsFromStart } from '../query-config.ts'
import type { SlotTerms } from '../slots.ts'
import { applicationId } from '../topic-names.ts'
import type { FormerWriters } from './former-writers.ts'
import { internalTopics, makeTopics, type OtherPartitions } from './internal-topics.ts'
import { Layout, type OutputPlace, partitionCounts, type TaskPlace } from './layout.ts'
import type { PositionCommits } from './position-commits.ts'
import { StartOffsets, withPositions } from './start-offsets.ts'

export interface PlacementOptions {
  readonly broker: Broker
  readonly serviceId: string
  /** Whether stores have changelog topics. */
  readonly changelogs: boolean
  readonly formerWriters: Pick<FormerWriters, 'end'>
  readonly positions: Pick<PositionCommits, 'commit'>
}

export interface PlacedQuery {
  readonly number: number
  readonly plan: PhysicalPlan
  readonly config: Config
  readonly paused: boolean
  /** See `StartQuery`. */
  readonly limits?: ReadonlyMap<string, number>
  /** See `StartQuery`. */
  readonly indexes?: readonly TableIndex[]
  /** Whether it is a push query: nothing is committed, and nothing stays. */
  readonly transient: boolean
}

/** What tasks of a query have read here since the server started. */
export interface KnownInputs {
  /** Partitions for which an offset is committed, as `positionKey`. */
  readonly positions: ReadonlySet<string>
  /** How many partitions each topic had. */
  readonly partitions: ReadonlyMap<string, number>
}

/**
 * All tasks of a query, wherever they are to run. `known`: what its tasks here have read. Rejects with a
 * BrokerError: `UNKNOWN_TOPIC` if a topic that is read or written does not exist; and with an OffsetsLostError. A new group has its first offsets committed at once, so that a query that reads "from now on" continues there, however early it is
 * interrupted. Only the owner of a slot commits them, as a member: a late commit of another server would set the group back.
 */
export async function placeQuery(
  query: PlacedQuery,
  options: PlacementOptions,
  { owned, known }: { readonly owned: SlotTerms; readonly known: KnownInputs },
): Promise<QueryAssignment> {
  const { number, plan, config, paused, transient } = query
  const { broker, serviceId } = options
  const application = applicationId({ serviceId, queryId: plan.queryId, transient })
  const topologies = splitTopology(plan.steps)
  const described = describeOnce(broker)
  const layout = new Layout(application, topologies, await partitionCounts(plan, described))
  const others = await makeTopics(internalTopics(query, layout, options), broker)
  const keepsKeys = internalTopics(query, layout, { changelogs: true }).length > 0
  const group = transient ? null : application
  const offsets = new StartOffsets(broker, {
    committed: group === null ? [] : await committedOffsets(options, group, layout.tasks(plan), owned),
    fromStart: readsFromStart(config),
    known: known.positions,
    read: known.partitions,
    limits: query.limits,
  })
  const tasks = await Promise.all(
    layout.tasks(plan).map((task) => withPositions(task, offsets, { chooses: owned.has(task.slot) })),
  )
  const moved = [...(keepsKeys ? repartitioned(tasks, known) : []), ...others.map(otherPartitions)]
  const lost = moved.length > 0 ? moved : offsets.lost
  if (group !== null && lost.length > 0) throw new OffsetsLostError(lost)
  if (group !== null) await options.positions.commit(group, offsets.chosen)
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
    outputs: await withLimits(layout.outputs(plan), described),
  }
}

/** Partitions of topics that have more or fewer of them than when the query read them: keys then lie in others. */
function repartitioned(tasks: readonly TaskAssignment[], known: KnownInputs): LostOffset[] {
  return [...partitionsRead(tasks)].flatMap(([topic, partitions]) => {
    const count = known.partitions.get(topic)
    if (count === undefined || count === partitions) return []
    return Array.from({ length: partitions }, (_, partition) => ({
      ...otherPartitions({ topic, partitions, wanted: count }),
      partition,
    }))
  })
}

/** How many partitions of each topic the tasks read. */
export function partitionsRead(tasks: readonly TaskAssignment[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { topic, partition } of tasks.flatMap(({ inputs }) => inputs))
    counts.set(topic, Math.max(counts.get(topic) ?? 0, partition + 1))
  return counts
}

/** A topic with another number of partitions than the query needs, or once knew. */
function otherPartitions({ topic, partitions, wanted }: OtherPartitions): LostOffset {
  const what =
    `Topic ${topic} has ${partitions} partitions where the query needs ${wanted}: ` +
    'a topic that it reads was deleted and made again, or was enlarged.'
  return { topic, partition: 0, kind: 'repartitioned', position: null, what }
}

/**
 * The group's offsets. Those of owned slots are final: a former owner, which may be frozen in the middle of a commit, cannot move them any
 * more.
 */
async function committedOffsets(
  { broker, formerWriters }: Pick<PlacementOptions, 'broker' | 'formerWriters'>,
  group: string,
  tasks: readonly TaskPlace[],
  owned: SlotTerms,
): Promise<readonly CommittedOffset[]> {
  const reads = tasks.filter(({ slot }) => owned.has(slot)).flatMap((task) => task.reads)
  const all = await broker.fetchOffsets(group)
  if (reads.length === 0) return all
  const taken = new Set(reads.map(positionKey))
  const isTaken = (offset: CommittedOffset) => taken.has(positionKey(offset))
  await formerWriters.end(all.filter(isTaken).flatMap(({ metadata }) => readWriter(metadata) ?? []))
  const stable = await broker.fetchStableOffsets(
    group,
    reads.map(({ topic, partition }) => ({ topic, partition })),
  )
  return [...stable, ...all.filter((offset) => !isTaken(offset))]
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
  const offsets = new StartOffsets(broker, {
    committed: await broker.fetchOffsets(group),
    fromStart: readsFromStart(config),
  })
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

async function withLimits(
  outputs: Readonly<Record<StepId, OutputPlace>>,
  broker: Describing,
): Promise<Record<StepId, OutputAssignment>> {
  const limited = Object.entries(outputs).map(async ([step, output]) => {
    const config = (await broker.describeTopic(output.topic))?.config ?? {}
    const given = config['max.message.bytes']
    const maxMessageBytes = given === undefined ? null : Number(given)
    return [step, { ...output, maxMessageBytes, timeLimits: timeLimitsOf(config) }] as const
  })
  return Object.fromEntries(await Promise.all(limited))
}
