/** Whether the parts that statements and queries need are well: asked anew at each call. Source: rest.md 2. */
import type { Broker } from '../../broker/broker.ts'
import type { HealthCheck } from '../api.ts'
import type { CommandRunner } from '../commands/command-runner.ts'

const TIMEOUT_MS = 5000

export async function checkHealth(
  broker: Broker,
  commands: CommandRunner,
  topic: string,
  serverState: HealthCheck['serverState'],
): Promise<HealthCheck> {
  const kafka = await answers(() => broker.describeTopic(topic))
  const commandRunner = commands.degraded === null
  return {
    isHealthy: kafka && commandRunner,
    details: {
      metastore: { isHealthy: true },
      kafka: { isHealthy: kafka },
      commandRunner: { isHealthy: commandRunner },
    },
    serverState,
  }
}

/** Whether `ask` succeeds in time. */
async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), TIMEOUT_MS)
  })
  const asked = ask().then(
    () => true,
    () => false,
  )
  return Promise.race([asked, timeout]).finally(() => clearTimeout(timer))
}
