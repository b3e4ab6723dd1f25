/** The layout of a query: which tasks it has, which partitions they read, and how many partitions each of its topics has. */
import type { Broker } from '../../broker/broker.ts'
import { unknownTopic } from '../../broker/broker-error.ts'
import type { Step } from '../../operators/index.ts'
import type { RepartitionStep, SourceStep, StepId } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { repartitionsByTime } from '../../plan/time-use.ts'
import type { SubTopology } from '../../plan/topology.ts'
import type { OutputAssignment, TaskAssignment } from '../assignment.ts'
import { slotOf } from '../slots.ts'
import { repartitionTopic } from '../topic-names.ts'

export type TaskPlace = Omit<TaskAssignment, 'inputs'> & { readonly reads: readonly InputPlace[] }

export type OutputPlace = Omit<OutputAssignment, 'maxMessageBytes' | 'timeLimits'>

export interface InputPlace {
  readonly step: SourceStep | RepartitionStep
  readonly topic: string
  readonly partition: number
  /** See `InputAssignment`. */
  readonly upstreamTasks: number
}

/** Derives the partition counts of internal topics, and with them the tasks. */
export class Layout {
  readonly application: string
  readonly topologies: readonly SubTopology[]
  readonly #counts: ReadonlyMap<string, number>
  readonly #byTime: ReadonlySet<StepId>

  constructor(application: string, topologies: readonly SubTopology[], counts: ReadonlyMap<string, number>) {
    this.application = application
    this.topologies = topologies
    this.#counts = counts
    this.#byTime = repartitionsByTime(topologies)
  }

  topicOf(step: SourceStep | RepartitionStep): string {
    return step.kind === 'source' ? step.topic : repartitionTopic(this.application, step.topicSuffix)
  }

  partitionsOf(topology: SubTopology): number {
    return Math.max(1, ...topology.reads.map((step) => this.partitionsOfInput(step, topology)))
  }

  /** Inputs of one task are partitioned alike: an internal topic has as many partitions as the sources beside it. */
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
          .map((step) => ({
            step,
            topic: this.topicOf(step),
            partition,
            upstreamTasks: step.kind === 'repartition' ? this.#upstreamTasks(step) : 0,
          })),
      })),
    )
  }

  outputs({ steps }: PhysicalPlan): Record<StepId, OutputPlace> {
    const reader = (id: StepId) => this.topologies.find(({ reads }) => reads.some((read) => read.id === id))!
    return Object.fromEntries(
      steps.flatMap((step): [StepId, OutputPlace][] => {
        const external = step.kind === 'sink' ? [step.topic] : step.kind === 'source' ? deadLetterTopics(step) : []
        if (step.kind !== 'repartition') {
          return external.map((topic) => [
            step.id,
            { topic, partitions: this.#counts.get(topic)!, takesWatermarks: false },
          ])
        }
        const partitions = this.partitionsOfInput(step, reader(step.id))
        const takesWatermarks = this.#upstreamTasks(step) > 0
        return [[step.id, { topic: this.topicOf(step), partitions, takesWatermarks }]]
      }),
    )
  }

  /**
   * How many tasks state watermarks on the topic. A single one has no need to if its reader has no other input: its records come in its
   * own order.
   */
  #upstreamTasks({ id }: RepartitionStep): number {
    if (!this.#byTime.has(id)) return 0
    const writer = this.topologies.find(({ steps }) => steps.some((step) => step.id === id))!
    const reader = this.topologies.find(({ reads }) => reads.some((read) => read.id === id))!
    const tasks = this.partitionsOf(writer)
    return tasks === 1 && reader.reads.length === 1 ? 0 : tasks
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

/** Partition counts of the topics that the plan reads and writes. Rejects with a BrokerError. */
export async function partitionCounts(
  { steps }: PhysicalPlan,
  broker: Pick<Broker, 'describeTopic'>,
): Promise<ReadonlyMap<string, number>> {
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
