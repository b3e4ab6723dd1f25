/** Whether the parts that statements and queries need are well; checked again at each call. */
import type { Broker, LogDamage } from '../../broker/broker.ts'
import { sleep, type Timer } from '../../clock.ts'
import type { HealthCheck } from '../api.ts'
import type { CommandRunner } from '../commands/command-runner.ts'

const TIMEOUT_MS = 5000

export interface HealthParts {
  readonly broker: Broker
  readonly commands: CommandRunner
  readonly timer: Timer
}

/** The answer of GET /healthcheck, at the latest after five seconds. Never rejects. */
export async function checkHealth(
  { broker, commands, timer }: HealthParts,
  serverState: HealthCheck['serverState'],
): Promise<HealthCheck> {
  const [kafka, damages] = await Promise.all([
    answers(() => broker.describeTopic(commands.topic), timer),
    broker.damages().catch((): LogDamage[] => []),
  ])
  const commandRunner = commands.degraded === null
  return {
    isHealthy: kafka && commandRunner && damages.length === 0,
    details: {
      metastore: { isHealthy: true },
      kafka: { isHealthy: kafka },
      commandRunner: { isHealthy: commandRunner },
      ...(damages.length > 0 && { log: { isHealthy: false, damages } }),
    },
    serverState,
  }
}

/** Whether `ask` succeeds in time. */
async function answers(ask: () => Promise<unknown>, timer: Timer): Promise<boolean> {
  const answered = new AbortController()
  const timeout = sleep(timer, TIMEOUT_MS, { signal: answered.signal }).then(() => false)
  const asked = ask().then(
    () => true,
    () => false,
  )
  return Promise.race([asked, timeout]).finally(() => answered.abort())
}
