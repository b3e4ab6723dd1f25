/**
 * Rounds of a query: it runs up to given offsets of its sources, and has then processed exactly the records before them, including those that
 * lay between its own tasks.
 */
import type { Broker } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import { sleep, type Timer } from '../../clock.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import type { QueryRuntime } from '../../runtime/query-runtime.ts'
import { repartitionTopics, sourceTopics } from './staged-plan.ts'

/** Offsets by partition (`positionKey`) before which a query stops. */
export type Limits = ReadonlyMap<string, number>

export interface RoundParts {
  readonly broker: Broker
  readonly runtime: Pick<QueryRuntime, 'start' | 'stop' | 'status' | 'refresh'>
  readonly timer: Timer
}

export interface Round {
  readonly plan: PhysicalPlan
  /** Consumer group and prefix of the query's topics. */
  readonly application: string
  readonly config: Readonly<Record<string, string>>
  readonly statement: string
  readonly limits: Limits
  readonly pollMs: number
  /** Null: the round may take as long as it needs. */
  readonly timeoutMs: number | null
  readonly signal: AbortSignal
}

/** Offsets that the group has committed for these topics, by partition. */
export async function committedOf(application: string, topics: readonly string[], broker: Broker): Promise<Limits> {
  const committed = await broker.fetchOffsets(application)
  return new Map(
    committed.filter(({ topic }) => topics.includes(topic)).map((position) => [positionKey(position), position.offset]),
  )
}

/** Starts the query. It does not pass its limits. Rejects as the runtime does. */
export async function startRound({ plan, config, statement, limits }: Round, { runtime }: RoundParts): Promise<void> {
  await runtime.stop(plan.queryId, { purge: false })
  await runtime.start({ plan, config, statement, limits, paused: false })
}

/** Resolves when the query has come to its limits. Rejects with an Error if it fails or takes too long, and when the signal is aborted. */
export async function endOfRound(round: Round, parts: RoundParts): Promise<void> {
  const { plan, pollMs, timeoutMs, signal } = round
  const { timer, runtime } = parts
  const startedAt = timer.elapsed()
  while (!(await isAtEnd(round, parts))) {
    if (signal.aborted) throw new Error('The server is closing.')
    const status = runtime.status(plan.queryId)
    if (status?.state === 'ERROR')
      throw new Error(status.failures.at(-1)?.message ?? `Query ${plan.queryId} has failed.`)
    if (timeoutMs !== null && timer.elapsed() - startedAt > timeoutMs)
      throw new Error(`Query ${plan.queryId} has not come as far as the running version within ${timeoutMs} ms.`)
    await sleep(timer, pollMs, { signal })
  }
}

/**
 * Whether everything before the limits is processed and committed. Positions are read before the ends of the topics between tasks: a task
 * that is done has written all that the next one has to read.
 */
async function isAtEnd({ plan, application, limits }: Round, { broker }: RoundParts): Promise<boolean> {
  const between = repartitionTopics(plan, application)
  const positions = await committedOf(application, [...sourceTopics(plan), ...between], broker)
  for (const [partition, limit] of limits) if ((positions.get(partition) ?? 0) < limit) return false
  for (const topic of between) {
    for (const { partition, offset } of await broker.endOffsets(topic, { readCommitted: true })) {
      if ((positions.get(positionKey({ topic, partition })) ?? 0) < offset) return false
    }
  }
  return true
}
