/**
 * Notices partitions that are added to the topics of running queries. A query that keeps no state by key reads them at once. In any other
 * query, keys would lie in other partitions than their state: it continues without the new partitions, and reports that.
 */
import type { Broker } from '../../broker/broker.ts'
import type { Scheduled, Timer } from '../../clock.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { haveStores, splitTopology, stepSchemas } from '../../plan/topology.ts'
import type { TaskAssignment } from '../assignment.ts'
import type { UnreadPartitions } from '../query-runtime.ts'

/** Partitions by topic. */
export type PartitionCounts = ReadonlyMap<string, number>

export interface PartitionWatchOptions {
  readonly broker: Pick<Broker, 'listTopics'>
  readonly timer: Timer
  readonly periodMs: number
  /** Whether there are queries whose topics can grow. */
  readonly isNeeded: () => boolean
  /** Receives the present partitions of all topics. */
  readonly onCounts: (counts: PartitionCounts) => void
}

/** The default in the table of settings. Partitions are seldom added, and each look costs the broker a request. */
export const DEFAULT_PERIOD_MS = 30_000

export class PartitionWatch {
  readonly #options: PartitionWatchOptions
  readonly #schedule: Scheduled
  #isLooking = false

  constructor(options: PartitionWatchOptions) {
    this.#options = options
    this.#schedule = options.timer.every(options.periodMs, () => void this.look(), { background: true })
  }

  /** Looks now. Never rejects: if the broker cannot be reached, the next look may succeed. */
  async look(): Promise<void> {
    const { broker, isNeeded, onCounts } = this.#options
    if (this.#isLooking || !isNeeded()) return
    this.#isLooking = true
    try {
      const topics = await broker.listTopics()
      onCounts(new Map(topics.map(({ name, partitions }) => [name, partitions])))
    } catch {
      // The queries themselves report what is wrong with the broker.
    } finally {
      this.#isLooking = false
    }
  }

  close(): void {
    this.#schedule.cancel()
  }
}

/** A topic that has more partitions than a query reads. */
export interface GrownTopic {
  readonly topic: string
  readonly read: number
  readonly now: number
}

/** The sources of the plan that have grown since `tasks` were placed. */
export function grownTopics(
  plan: PhysicalPlan,
  tasks: readonly TaskAssignment[],
  counts: PartitionCounts,
): GrownTopic[] {
  const sources = new Set(plan.steps.flatMap((step) => (step.kind === 'source' ? [step.topic] : [])))
  return [...sources].flatMap((topic) => {
    const partitions = tasks.flatMap(({ inputs }) =>
      inputs.flatMap((input) => (input.topic === topic ? [input.partition] : [])),
    )
    const read = Math.max(-1, ...partitions) + 1
    const now = counts.get(topic) ?? 0
    return read > 0 && now > read ? [{ topic, read, now }] : []
  })
}

/** Whether the plan finds records or state again by their keys, so that a key must stay in its partition. */
export function placesByKey({ steps }: PhysicalPlan): boolean {
  const schemas = stepSchemas(steps)
  return splitTopology(steps).some(
    (topology) => topology.reads.some(({ kind }) => kind === 'repartition') || haveStores(topology.steps, schemas),
  )
}

const described = ({ topic, read, now }: GrownTopic): string =>
  `Topic ${topic} has grown from ${read} to ${now} partitions.`

/** The notice about a query that reads the new partitions. */
export const readingAdded = (grown: readonly GrownTopic[]): string =>
  `${grown.map(described).join(' ')} The query reads the new ones from their first records.`

/** The new partitions of a query that cannot read them, with the notice about it. */
export const unreadPartitions = (grown: readonly GrownTopic[]): UnreadPartitions => ({
  partitions: grown.reduce((sum, { read, now }) => sum + now - read, 0),
  message:
    `${grown.map(described).join(' ')} The query does not read the new ones, as it keeps state by key and keys now lie in other partitions. ` +
    'Terminate the query and create it again; until then it works on the partitions that it has, and it does not start after a restart of the server.',
})
