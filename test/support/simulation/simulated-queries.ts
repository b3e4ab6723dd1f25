/** The queries of simulated clusters, planned once for all sequences: plans are data. */
import type { Broker, NewTopic } from '../../../src/broker/broker.ts'
import type { PhysicalPlan } from '../../../src/plan/physical-plan.ts'
import { QueryWorld } from '../query-world.ts'

export interface SimulatedQueries {
  readonly plans: readonly PhysicalPlan[]
  /** The topics of sources and sinks. */
  readonly topics: readonly NewTopic[]
}

/** `statements`: CREATE statements whose topics do not exist. */
export async function planSimulatedQueries(statements: string): Promise<SimulatedQueries> {
  const world = await QueryWorld.open()
  try {
    const plans = await world.plan(statements)
    return { plans, topics: await topicsOf(world.broker) }
  } finally {
    await world.close()
  }
}

async function topicsOf(broker: Broker): Promise<NewTopic[]> {
  const topics: NewTopic[] = []
  for (const { name, partitions, isInternal } of await broker.listTopics()) {
    if (isInternal) continue
    const { config } = (await broker.describeTopic(name))!
    topics.push({ name, partitions, config })
  }
  return topics
}
