/** What the tasks of sinks and of sources have in common: their context, their pauses, and how they are ended. */
import { sleep, type Timer } from '../../clock.ts'
import type { SinkContext } from '../connector.ts'
import { Backoff } from '../delivery/backoff.ts'
import type { Options } from '../options.ts'
import type { ConnectorSpec } from './connector-spec.ts'
import type { SupervisedTask } from './supervised-task.ts'
import type { ConnectorSurroundings } from './surroundings.ts'

const FIRST_RESTART_MS = 1000
const LONGEST_RESTART_MS = 60_000
/** How long a task may finish what it has begun before that is given up. */
const FINISH_MS = 5000

/** Pauses between the runs of a task that fails. */
export const restartBackoff = ({ timer, random }: ConnectorSurroundings): Backoff =>
  new Backoff({ firstMs: FIRST_RESTART_MS, longestMs: LONGEST_RESTART_MS, timer, random })

/** Pauses between tries inside a run, as the options say. */
export const retryBackoff = (options: Options, { timer, random }: ConnectorSurroundings): Backoff =>
  new Backoff({
    firstMs: options.number('retry.backoff.ms'),
    longestMs: options.number('retry.backoff.max.ms'),
    timer,
    random,
  })

/** The part of the context that does not depend on the kind of connector. Rejects with a BrokerError. */
export async function taskContext(
  spec: ConnectorSpec,
  options: Options,
  signal: AbortSignal,
  { broker, serviceId, clock, timer, random, warn, files }: ConnectorSurroundings,
): Promise<Omit<SinkContext, 'source' | 'partition'>> {
  const cluster = await broker.clusterId()
  const identity = `${cluster}/${serviceId}${spec.name}/${spec.id}`
  return { connector: spec.name, identity, cluster, options, clock, timer, random, signal, warn, files }
}

/** Stops the tasks; resolves when they have ended, with their work committed or given up. */
export async function endTasks(tasks: readonly SupervisedTask[], timer: Timer): Promise<void> {
  for (const task of tasks) task.stop()
  const late = new AbortController()
  void sleep(timer, FINISH_MS, { signal: late.signal }).then(() => {
    for (const task of tasks) task.end()
  })
  await Promise.all(tasks.map((task) => task.done))
  late.abort()
}
