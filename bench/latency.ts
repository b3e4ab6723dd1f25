/**
 * Latency from produce to a push subscriber: `npm run bench -- latency [--peers embedded,kafka] [--rates 1000,10000,100000] [--seconds 5]`.
 * A generator writes records that carry the time at which they were handed to the producer; a subscriber reads
 * `SELECT ... EMIT CHANGES` over HTTP and notes when each row arrives. Both are in a thread of their own, the server in this one and its
 * workers. Prints percentiles over the rows that come when everything has warmed up.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Broker } from '../src/broker/broker.ts'
import { openEmbeddedLog } from '../src/broker/embedded/embedded-log.ts'
import { KafkaBroker } from '../src/broker/kafka/kafka-broker.ts'
import { systemClock, systemTimer } from '../src/clock.ts'
import { inProcessConnectors } from '../src/connectors/run/in-process-connectors.ts'
import { createConfig } from '../src/engine/config/config.ts'
import { createEngine } from '../src/engine/engine.ts'
import { BUILT_IN_FUNCTIONS } from '../src/functions/index.ts'
import { createRegistry } from '../src/functions/registry.ts'
import { openConnect } from '../src/main/open-connect.ts'
import { createQueryRuntime } from '../src/runtime/queries/runtime.ts'
import { workerThreads } from '../src/runtime/threads/worker-threads.ts'
import { silentLog } from '../src/server/log.ts'
import { serverOptions } from '../src/server/options.ts'
import { startServer } from '../src/server/server.ts'
import { BENCH_DIRECTORY } from './compare/bench-directory.ts'
import { withKafka } from './compare/with-kafka.ts'
import type { LatencyClient, LatencyReport } from './latency/client.ts'

type Connect = Parameters<typeof workerThreads>[0]['connect']

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: 'embedded,kafka' },
    rates: { type: 'string', default: '1000,10000,100000' },
    seconds: { type: 'string', default: '5' },
  },
})
const rates = values.rates.split(',').map(Number)
const peers = values.peers.split(',')

if (peers.includes('embedded')) await onEmbeddedLog()
if (peers.includes('kafka')) await withKafka(join(BENCH_DIRECTORY, 'kafka'), onKafka)

async function onEmbeddedLog(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-latency-'))
  const log = await openEmbeddedLog({ dataDir, warn: console.error })
  const broker = log.broker()
  await broker.connect()
  const connect: Connect = () => {
    const attachment = log.attachment()
    return { connection: { kind: 'embedded', attachment }, transfer: [attachment.port] }
  }
  try {
    await measure('embedded', broker, connect)
  } finally {
    await broker.close()
    await log.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function onKafka(bootstrapServers: string): Promise<void> {
  const options = { bootstrapServers: bootstrapServers.split(',') }
  const broker = new KafkaBroker(options)
  await broker.connect()
  try {
    await measure('kafka', broker, () => ({ connection: { kind: 'kafka', options }, transfer: [] }))
  } finally {
    await broker.close()
  }
}

async function measure(peer: string, broker: Broker, connect: Connect): Promise<void> {
  const serviceId = `latency-${process.pid}`
  const properties = { listeners: 'http://127.0.0.1:0', 'ksql.service.id': serviceId }
  const config = createConfig(properties)
  const functions = createRegistry(BUILT_IN_FUNCTIONS)
  const onDeath = (error: Error) => console.error(error)
  const workers = workerThreads({
    count: availableParallelism(),
    serverId: serviceId,
    config: properties,
    connect,
    stores: { kind: 'memory' },
    timer: systemTimer,
    onDeath,
    log: ({ text }) => console.error(text),
  })
  const common = { broker, functions, clock: systemClock, timer: systemTimer, random: Math.random }
  const runtime = createQueryRuntime({ broker, clock: systemClock, timer: systemTimer, config: properties, workers })
  const connectors = inProcessConnectors({ ...common, serviceId })
  const engine = await createEngine({
    ...common,
    runtime,
    connectors,
    config,
    connect: openConnect({ config, timer: systemTimer }),
    version: 'bench',
  })
  const metrics = { contentType: 'text/plain', metrics: async () => '' }
  const parts = { engine: Promise.resolve(engine), metrics, log: silentLog, clock: systemClock }
  const server = await startServer(parts, serverOptions(config.get))
  try {
    for (const rate of rates) {
      const topic = `${serviceId}-${rate}`
      await broker.createTopic({ name: topic, partitions: 2 })
      await engine.execute({ sql: streamSql(rate, topic) })
      report(peer, rate, await runClient(connect, { url: server.urls[0]!, source: `s${rate}`, topic, rate }))
      await broker.deleteTopic(topic)
    }
  } finally {
    await server.close()
    await engine.close()
  }
}

function streamSql(rate: number, topic: string): string {
  return `CREATE STREAM s${rate} (k STRING KEY, sent BIGINT, payload STRING)
    WITH (KAFKA_TOPIC='${topic}', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');`
}

/** The generator and the subscriber, in a thread of their own. */
function runClient(
  connect: Connect,
  client: Pick<LatencyClient, 'url' | 'source' | 'topic' | 'rate'>,
): Promise<LatencyReport> {
  const { connection, transfer } = connect()
  const workerData: LatencyClient = { ...client, connection, seconds: Number(values.seconds) }
  const worker = new Worker(new URL('./latency/client.ts', import.meta.url), { workerData, transferList: transfer })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

function report(peer: string, rate: number, { rows, p50, p99, max }: LatencyReport): void {
  const times = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(0)} ms`
  console.log(`${peer.padEnd(9)} ${String(rate).padStart(6)}/s: ${times} (${rows} rows)`)
}
