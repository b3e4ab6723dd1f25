/** Picks Kafka or the embedded log. What only one of them needs is imported when it is picked, so that the other starts without it. */
import { join as joinPath } from 'node:path'
import type { Broker } from '../broker/broker.ts'
import { unusableDirectory } from '../broker/unusable-directory.ts'
import type { ClusterMembershipOptions } from '../runtime/cluster/cluster-membership.ts'
import { SLOTS } from '../runtime/slots.ts'
import type { workerThreads } from '../runtime/threads/worker-threads.ts'
import { reachKafka } from './reach-kafka.ts'
import type { ServerSetup } from './setup.ts'

/** Gives a worker thread a connection of its own. */
export type Connect = Parameters<typeof workerThreads>[0]['connect']

/** A connection to the broker, and what depends on which broker it is. */
export interface OpenedBroker {
  /** Connected. */
  readonly broker: Broker
  readonly connect: Connect
  /** Joins the cluster; null: this server is alone. */
  readonly join: ClusterMembershipOptions['join'] | null
  /** Distinguishes this server's transactions; see `WorkerSetup`. */
  readonly serverId: string
  readonly close: () => Promise<void>
}

/**
 * Connects to Kafka, waiting until it can be reached or `signal` is aborted, or opens the embedded log. Rejects with a BrokerError.
 */
export function openBroker(setup: ServerSetup, signal: AbortSignal): Promise<OpenedBroker> {
  return setup.kafka === undefined ? openEmbedded(setup) : openKafka(setup.kafka, setup, signal)
}

async function openEmbedded({ dataDir, config, clock, timer, warn }: ServerSetup): Promise<OpenedBroker> {
  const { openEmbeddedLog } = await import('../broker/embedded/embedded-log.ts')
  const log = await openEmbeddedLog({ dataDir: joinPath(dataDir, 'log'), clock, timer, warn })
  const broker = log.broker()
  await broker.connect()
  return {
    broker,
    connect() {
      const attachment = log.attachment()
      return { connection: { kind: 'embedded', attachment }, transfer: [attachment.port] }
    },
    join: null,
    serverId: config.get('ksql.service.id') ?? '',
    async close() {
      await broker.close()
      await log.close()
    },
  }
}

/** Locks the directory, and reads this server's name from it. Rejects with a BrokerError. */
async function takeDataDir(dataDir: string): Promise<{ readonly identity: string; readonly unlock: () => void }> {
  const [{ lockDataDir }, { serverIdentity }] = await Promise.all([
    import('../broker/embedded/data-dir-lock.ts'),
    import('../runtime/cluster/server-identity.ts'),
  ])
  try {
    const identity = await serverIdentity(dataDir)
    return { identity, unlock: lockDataDir(dataDir) }
  } catch (cause) {
    throw unusableDirectory(dataDir, cause)
  }
}

/** The servers of a cluster share one service id; each has state of its own. */
async function openKafka(servers: string, setup: ServerSetup, signal: AbortSignal): Promise<OpenedBroker> {
  const { dataDir, config, address, threads, timer, warn } = setup
  const [{ KafkaBroker }, { joinSlots }, { kafkaOptions }] = await Promise.all([
    import('../broker/kafka/kafka-broker.ts'),
    import('../broker/kafka/groups/slot-group.ts'),
    import('../engine/config/kafka-options.ts'),
  ])
  const kafka = kafkaOptions(servers, config)
  const serviceId = config.get('ksql.service.id') ?? ''
  const { identity, unlock } = await takeDataDir(dataDir)
  const scout = new KafkaBroker({ ...kafka, retryMs: 0 })
  try {
    await reachKafka({ servers, connect: () => scout.connect(), timer, signal, warn })
  } catch (error) {
    unlock()
    throw error
  } finally {
    // A connection that is being opened may take its whole time limit to give up.
    void scout.close()
  }
  const broker = new KafkaBroker(kafka)
  const close = async () => {
    await broker.close()
    unlock()
  }
  try {
    await broker.connect()
  } catch (error) {
    await close()
    throw error
  }
  return {
    broker,
    connect: () => ({ connection: { kind: 'kafka', options: kafka }, transfer: [] }),
    join: (events, signal) =>
      joinSlots({
        ...events,
        signal,
        kafka,
        prefix: `_confluent-ksql-${serviceId}_`,
        slots: SLOTS,
        standbys: config.number('num.standby.replicas'),
        lanes: threads,
        address,
        identity,
        sessionTimeoutMs: config.number('session.timeout.ms'),
      }),
    serverId: `${serviceId}-${identity}`,
    close,
  }
}
