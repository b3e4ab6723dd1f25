/** A broker from Kafka's own image, where a Docker engine runs. */

import { GenericContainer, Wait } from 'testcontainers'
import { freePort } from '../free-port.ts'
import { waitUntilUp } from './reachable.ts'

const IMAGE = 'apache/kafka:4.1.0'
/** The image is about 400 MB. */
const START_MS = 5 * 60_000

/** Starts a container on a port that is the same inside and outside, so that the address it advertises is right for clients here. */
export async function startDockerBroker(): Promise<{ bootstrapServers: string; stop(): Promise<void> }> {
  const port = await freePort()
  const container = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:29093',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://localhost:29093`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS: '1000',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
    })
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(START_MS)
    .start()
  const bootstrapServers = `127.0.0.1:${port}`
  await waitUntilUp(bootstrapServers, { timeoutMs: 60_000 })
  return {
    bootstrapServers,
    async stop() {
      await container.stop()
    },
  }
}
