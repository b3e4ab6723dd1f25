/** A server over the events, on the embedded log or on Kafka, and its log afterwards. */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../../src/broker/broker.ts'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { withEmbedded } from '../compare/embedded-log.ts'
import { ServerProcess } from '../compare/server-process.ts'
import type { NexmarkOptions } from './events.ts'
import { isLoaded, load } from './load.ts'
import { withoutNewTopics } from './peers/topics.ts'
import { PARTITIONS } from './queries.ts'

export interface ServerOptions {
  readonly directory: string
  readonly generator: NexmarkOptions
  /** Null: the embedded log. */
  readonly bootstrapServers: string | null
  /** Topics that the query writes. */
  readonly sinks: readonly string[]
}

export interface ServerUse<T> {
  /** While the server runs. */
  readonly work: (server: ServerProcess) => Promise<void>
  /** With its broker, after it has ended. */
  readonly after: (broker: Broker) => Promise<T>
}

/** Everything that the server made is removed at the end. */
export function withServer<T>(options: ServerOptions, use: ServerUse<T>): Promise<T> {
  return options.bootstrapServers === null
    ? onEmbeddedLog(options, use)
    : onKafka(options, options.bootstrapServers, use)
}

async function onEmbeddedLog<T>({ directory, generator }: ServerOptions, use: ServerUse<T>): Promise<T> {
  const filled = join(directory, `nexmark-log-${generator.events}-${generator.seed}-${generator.rate}`)
  if (!existsSync(join(filled, 'complete'))) {
    rmSync(filled, { recursive: true, force: true })
    mkdirSync(filled, { recursive: true })
    await withEmbedded(filled, (broker) => load(broker, generator))
    writeFileSync(join(filled, 'complete'), '')
  }
  const dataDir = join(directory, `nexmark-run-${process.pid}`)
  rmSync(dataDir, { recursive: true, force: true })
  cpSync(filled, dataDir, { recursive: true })
  try {
    await serve({ dataDir, bootstrapServers: null, serviceId: 'nexmark' }, use)
    return await withEmbedded(dataDir, use.after)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function onKafka<T>(
  { directory, generator, sinks }: ServerOptions,
  bootstrapServers: string,
  use: ServerUse<T>,
): Promise<T> {
  const broker = new KafkaBroker({ bootstrapServers: bootstrapServers.split(',') })
  await broker.connect()
  const dataDir = join(directory, `nexmark-run-${process.pid}`)
  rmSync(dataDir, { recursive: true, force: true })
  try {
    if (!(await isLoaded(broker, generator))) await load(broker, generator)
    return await withoutNewTopics(broker, async () => {
      // Records have the times of their events, years ago: the broker's retention would take them before they are compared.
      const existing = (await broker.listTopics()).map(({ name }) => name)
      for (const name of sinks) {
        if (existing.includes(name)) await broker.deleteTopic(name)
        await broker.createTopic({ name, partitions: PARTITIONS, config: { 'retention.ms': '-1' } })
      }
      await serve({ dataDir, bootstrapServers, serviceId: `nexmark-${Date.now().toString(36)}` }, use)
      return use.after(broker)
    })
  } finally {
    await broker.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function serve(
  { dataDir, bootstrapServers, serviceId }: { dataDir: string; bootstrapServers: string | null; serviceId: string },
  { work }: ServerUse<unknown>,
): Promise<void> {
  const properties = { 'ksql.service.id': serviceId }
  const { SERVER_NODE_OPTIONS } = process.env
  const nodeOptions = SERVER_NODE_OPTIONS?.split(' ') ?? []
  const server = await ServerProcess.start({ dataDir, bootstrapServers, properties, nodeOptions })
  try {
    await work(server)
  } finally {
    await server.stop()
  }
}
