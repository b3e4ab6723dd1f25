/**
 * Placing a query: which tasks it has, what they read from where, and the internal topics between them, made if they are not there. Asks the
 * broker for everything that workers need to know, so that they need not.
 */
import type { Broker, CommittedOffset, PartitionOffset, TopicConfig } from '../../broker/broker.ts'
import { BrokerError, unknownTopic } from '../../broker/broker-error.ts'
import { positionKey } from '../../broker/position-key.ts'
import type { Step } from '../../operators/index.ts'
import type { RepartitionStep, SourceStep, StepId } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { isOperator, type SubTopology, splitTopology, stepSchemas, storesOf } from '../../plan/topology.ts'
import {
  type InputAssignment,
  type OutputAssignment,
  originMetadata,
  type QueryAssignment,
  readOrigin,
  type TaskAssignment,
} from '../assignment.ts'
import { type Config, isExactlyOnce, readsFromStart } from '../query-config.ts'
import { type SlotTerms, slotOf } from '../slots.ts'
import { applicationId, changelogTopic, repartitionTopic } from '../topic-names.ts'
import { changelogConfig } from './changelog-config.ts'

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
  /** A push query: nothing is committed, and nothing stays. */
  readonly transient: boolean
}

/**
 * All tasks of a query, wherever they are to run. Rejects with a BrokerError: `UNKNOWN_TOPIC` if a topic that is read or written is not
 * there. A group that is new has its first offsets committed at once, so that a query that reads "from now on" goes on there, however early
 * it is interrupted; by the owner of the slot, as what another server commits late would set it back.
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
  const offsets = new Offsets(broker, group === null ? [] : await broker.fetchOffsets(group), readsFromStart(config))
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
 * Commits from where a new query reads, before other servers learn of it: so all of them agree on what "from now on" means, whoever gets its
 * slots and when. Rejects with a BrokerError.
 */
export async function fixOrigins(
  { plan, config }: Pick<PlacedQuery, 'plan' | 'config'>,
  { broker, serviceId }: Pick<PlacementOptions, 'broker' | 'serviceId'>,
): Promise<void> {
  const group = applicationId({ serviceId, queryId: plan.queryId, transient: false })
  const layout = new Layout(group, splitTopology(plan.steps), await partitionCounts(plan, broker))
  const offsets = new Offsets(broker, await broker.fetchOffsets(group), readsFromStart(config))
  const reads = layout.tasks(plan).flatMap((task) => task.reads.filter(({ step }) => step.kind === 'source'))
  await Promise.all(reads.map((read) => offsets.of(read, { chooses: true })))
  if (offsets.chosen.length > 0) await broker.commitOffsets(group, offsets.chosen)
}

/** Internal topics of a query that are there. */
export async function existingInternalTopics(application: string, broker: Broker): Promise<string[]> {
  const isOwn = (name: string) =>
    name.startsWith(`${application}-`) && (name.endsWith('-repartition') || name.endsWith('-changelog'))
  return (await broker.listTopics()).map(({ name }) => name).filter(isOwn)
}

type Describing = Pick<Broker, 'describeTopic'>

/** Asks for each topic once. */
function describeOnce(broker: Describing): Describing {
  const asked = new Map<string, ReturnType<Broker['describeTopic']>>()
  return {
    describeTopic(name) {
      const description = asked.get(name) ?? broker.describeTopic(name)
      asked.set(name, description)
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

async function partitionCounts({ steps }: PhysicalPlan, broker: Describing): Promise<ReadonlyMap<string, number>> {
  const topics = new Set(
    steps.flatMap((step) => {
      if (step.kind === 'sink') return [step.topic]
      return step.kind === 'source' ? [step.topic, ...deadLetterTopics(step)] : []
    }),
  )
  const counts = await Promise.all(
    [...topics].map(async (topic) => {
      const description = await broker.describeTopic(topic)
      if (description === null) throw unknownTopic(topic)
      return [topic, description.partitions] as const
    }),
  )
  return new Map(counts)
}

type TaskPlace = Omit<TaskAssignment, 'inputs'> & { readonly reads: readonly InputPlace[] }

type OutputPlace = Omit<OutputAssignment, 'maxMessageBytes'>

interface InputPlace {
  readonly step: SourceStep | RepartitionStep
  readonly topic: string
  readonly partition: number
}

/** Partition counts of internal topics, and with them the tasks. */
class Layout {
  readonly application: string
  readonly topologies: readonly SubTopology[]
  readonly #counts: ReadonlyMap<string, number>

  constructor(application: string, topologies: readonly SubTopology[], counts: ReadonlyMap<string, number>) {
    this.application = application
    this.topologies = topologies
    this.#counts = counts
  }

  topicOf(step: SourceStep | RepartitionStep): string {
    return step.kind === 'source' ? step.topic : repartitionTopic(this.application, step.topicSuffix)
  }

  partitionsOf(topology: SubTopology): number {
    return Math.max(1, ...topology.reads.map((step) => this.partitionsOfInput(step, topology)))
  }

  /** What meets in a task must be partitioned alike: an internal topic has as many partitions as the sources that it meets. */
  partitionsOfInput(step: SourceStep | RepartitionStep, topology: SubTopology): number {
    if (step.kind === 'source') return this.#counts.get(step.topic)!
    const sources = topology.reads.filter((read) => read.kind === 'source')
    const topics =
      sources.length > 0
        ? sources.map(({ topic }) => topic)
        : topology.reads.flatMap((read) => (read.kind === 'repartition' ? this.#topicsOf(read.partitionsOf) : []))
    return Math.max(1, ...topics.map((topic) => this.#counts.get(topic) ?? 1))
  }

  tasks(plan: PhysicalPlan): TaskPlace[] {
    const topic = leftMostTopic(plan)
    return this.topologies.flatMap((topology) =>
      Array.from({ length: this.partitionsOf(topology) }, (_, partition) => ({
        id: `${topology.index}_${partition}`,
        topology: topology.index,
        partition,
        slot: slotOf(topic, partition),
        reads: topology.reads
          .filter((step) => partition < this.partitionsOfInput(step, topology))
          .map((step) => ({ step, topic: this.topicOf(step), partition })),
      })),
    )
  }

  outputs({ steps }: PhysicalPlan): Record<StepId, OutputPlace> {
    const reader = (id: StepId) => this.topologies.find(({ reads }) => reads.some((read) => read.id === id))!
    return Object.fromEntries(
      steps.flatMap((step): [StepId, OutputPlace][] => {
        const external = step.kind === 'sink' ? [step.topic] : step.kind === 'source' ? deadLetterTopics(step) : []
        if (step.kind !== 'repartition') {
          return external.map((topic) => [step.id, { topic, partitions: this.#counts.get(topic)! }])
        }
        const partitions = this.partitionsOfInput(step, reader(step.id))
        return [[step.id, { topic: this.topicOf(step), partitions }]]
      }),
    )
  }

  #topicsOf(source: string): string[] {
    return this.topologies.flatMap(({ reads }) =>
      reads.flatMap((read) => (read.kind === 'source' && read.source === source ? [read.topic] : [])),
    )
  }
}

const deadLetterTopics = ({ badRecords }: SourceStep): string[] =>
  badRecords?.kind === 'deadLetter' ? [badRecords.topic] : []

/** Decides the slots of all tasks. */
function leftMostTopic({ steps, sources }: PhysicalPlan): string {
  const read = steps.filter((step: Step) => step.kind === 'source')
  return (read.find(({ source }) => source === sources[0]) ?? read[0])?.topic ?? ''
}

interface InternalTopic {
  readonly name: string
  readonly partitions: number
  readonly replicas: number
  readonly config: TopicConfig
}

/** Configuration as Kafka Streams gives its internal topics. */
function internalTopics(
  { plan, config }: PlacedQuery,
  layout: Layout,
  { changelogs }: PlacementOptions,
): InternalTopic[] {
  const replicas = Number(config['ksql.internal.topic.replicas'] ?? config['replication.factor'] ?? 1)
  const schemas = stepSchemas(plan.steps)
  return layout.topologies.flatMap((topology) => {
    const partitions = layout.partitionsOf(topology)
    const repartitions = topology.reads.flatMap((step) =>
      step.kind === 'repartition'
        ? [
            {
              name: layout.topicOf(step),
              partitions: layout.partitionsOfInput(step, topology),
              replicas,
              config: { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'segment.bytes': '52428800' },
            },
          ]
        : [],
    )
    const stores = changelogs ? topology.steps.flatMap((step) => (isOperator(step) ? storesOf(step, schemas) : [])) : []
    const changelogsByName = new Map(
      stores.map((store) => [changelogTopic(layout.application, store.name), changelogConfig(store)]),
    )
    return [...repartitions, ...[...changelogsByName].map(([name, config]) => ({ name, partitions, replicas, config }))]
  })
}

async function makeTopics(topics: readonly InternalTopic[], broker: Broker): Promise<void> {
  for (const topic of topics) {
    try {
      await broker.createTopic(topic)
    } catch (error) {
      if (!(error instanceof BrokerError && error.code === 'TOPIC_EXISTS')) throw error
    }
  }
}

interface Chooses {
  readonly chooses: boolean
}

/** Where inputs begin: at the committed offset, else where their kind says. */
class Offsets {
  /** For what had no committed offset. */
  readonly chosen: { topic: string; partition: number; offset: number; metadata: string }[] = []
  readonly #broker: Broker
  readonly #committed: ReadonlyMap<string, CommittedOffset>
  readonly #fromStart: boolean
  readonly #starts = new Map<string, Promise<PartitionOffset[]>>()
  readonly #ends = new Map<string, Promise<PartitionOffset[]>>()

  constructor(broker: Broker, committed: readonly CommittedOffset[], fromStart: boolean) {
    this.#broker = broker
    this.#committed = new Map(committed.map((offset) => [positionKey(offset), offset]))
    this.#fromStart = fromStart
  }

  /** `chooses`: an origin without a committed offset becomes one of `chosen`. */
  async of({ step, topic, partition }: InputPlace, { chooses }: Chooses): Promise<InputAssignment> {
    const endOffset = await this.#end(topic, partition)
    const committed = this.#committed.get(positionKey({ topic, partition }))
    if (committed !== undefined) {
      const origin = readOrigin(committed.metadata) ?? (await this.#start(topic, partition))
      return { step: step.id, topic, partition, origin, position: committed.offset, endOffset }
    }
    const isWhole = step.kind === 'repartition' || step.sourceKind === 'table' || this.#fromStart
    const origin = isWhole ? await this.#start(topic, partition) : endOffset
    if (chooses) this.#choose({ topic, partition, offset: origin, metadata: originMetadata(origin) })
    return { step: step.id, topic, partition, origin, position: origin, endOffset }
  }

  #choose(offset: Offsets['chosen'][number]): void {
    const isThere = this.chosen.some(({ topic, partition }) => topic === offset.topic && partition === offset.partition)
    if (!isThere) this.chosen.push(offset)
  }

  #start(topic: string, partition: number): Promise<number> {
    return this.#offset(this.#starts, topic, partition, () => this.#broker.startOffsets(topic))
  }

  #end(topic: string, partition: number): Promise<number> {
    return this.#offset(this.#ends, topic, partition, () => this.#broker.endOffsets(topic, { readCommitted: true }))
  }

  async #offset(
    known: Map<string, Promise<PartitionOffset[]>>,
    topic: string,
    partition: number,
    ask: () => Promise<PartitionOffset[]>,
  ): Promise<number> {
    const asked = known.get(topic) ?? ask()
    known.set(topic, asked)
    return (await asked)[partition]?.offset ?? 0
  }
}

const withPositions = async (
  { reads, ...task }: TaskPlace,
  offsets: Offsets,
  chooses: Chooses,
): Promise<TaskAssignment> => ({
  ...task,
  inputs: await Promise.all(reads.map((read) => offsets.of(read, chooses))),
})
