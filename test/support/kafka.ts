/**
 * Finds a real Kafka for the tests, or starts one. In this order: `KAFKA_BOOTSTRAP_SERVERS` (with `KAFKA_PID`, if it may be frozen), Docker, the jars from Maven Central with the
 * machine's Java.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { hasDocker } from './kafka/docker-engine.ts'
import { startLocalBroker } from './kafka/local-broker.ts'
import { waitUntilUp } from './kafka/reachable.ts'
import { type SecureAccess, secureListener } from './kafka/secure-listener.ts'

export interface KafkaUnderTest {
  /** `host:port`, several separated by commas. */
  readonly bootstrapServers: string
  /** The same broker over TLS and SASL; null where it was not started here. */
  readonly secure: SecureAccess | null
  /** The process of the broker, which a test may freeze; null: not known. */
  readonly pid: number | null
  /** Where it comes from, for people. */
  readonly origin: string
  /** Ends what was started here. */
  stop(): Promise<void>
}

/** Rejects, with the reason of each way, when there is no broker and none can be started. */
export async function findKafka(): Promise<KafkaUnderTest> {
  const given = process.env['KAFKA_BOOTSTRAP_SERVERS']
  if (given) {
    await waitUntilUp(given, { timeoutMs: 30_000 })
    const pid = process.env['KAFKA_PID'] === undefined ? null : Number(process.env['KAFKA_PID'])
    return { bootstrapServers: given, secure: null, pid, origin: 'KAFKA_BOOTSTRAP_SERVERS', stop: async () => {} }
  }
  const reasons = ['KAFKA_BOOTSTRAP_SERVERS is not set']
  if (await hasDocker()) {
    try {
      const { startDockerBroker } = await import('./kafka/docker-broker.ts') // a large import that few machines need
      return { ...(await startDockerBroker()), secure: null, pid: null, origin: 'Docker' }
    } catch (error) {
      reasons.push(`Docker: ${(error as Error).message}`)
    }
  } else reasons.push('no Docker engine answers')
  const directory = mkdtempSync(join(tmpdir(), 'millrace-kafka-'))
  try {
    const { access, additions } = await secureListener(directory, await freePort())
    return { ...(await startLocalBroker({ directory, additions })), secure: access, origin: 'Maven' }
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    reasons.push(`Maven and Java: ${(error as Error).message}`)
  }
  throw new Error(`no Kafka: ${reasons.join('; ')}`)
}
