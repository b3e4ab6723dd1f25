/** One Apache Kafka node (KRaft, broker and controller in one process) on loopback, run from its jars with the machine's Java. */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import type { BrokerAdditions } from './broker-additions.ts'
import { classPathOf } from './class-path.ts'
import { waitUntilUp } from './reachable.ts'
import { run } from './run.ts'

const POM = join(import.meta.dirname, 'pom.xml')
const OLDEST_JAVA = 17
const START_MS = 90_000
const STOP_MS = 20_000
/** 16 bytes in base64url. A test cluster needs no id of its own. */
const CLUSTER_ID = 'TWlsbHJhY2UtdGVzdHMtMQ'

/** The broker's jars and Kafka's tools, in the version of `KAFKA_VERSION`, else of pom.xml. */
export const brokerClassPath = (): Promise<string> => classPathOf(POM, process.env['KAFKA_VERSION'])

const NO_ADDITIONS: BrokerAdditions = { listeners: [], properties: [] }

export interface LocalBroker {
  readonly bootstrapServers: string
  readonly pid: number
  /** Ends the process and removes its data. */
  stop(): Promise<void>
}

export interface LocalBrokerOptions {
  /** Made if absent; holds configuration, data and log. */
  readonly directory: string
  /** Default: a free one. */
  readonly port?: number
  /** Let the node live on when this process ends. Default false. */
  readonly detached?: boolean
  /** Default: none. */
  readonly additions?: BrokerAdditions
}

/** Starts a node and resolves when it answers. Rejects, with the end of its log, when it does not within 90 s. */
export async function startLocalBroker(options: LocalBrokerOptions): Promise<LocalBroker> {
  const { directory, port, detached = false, additions = NO_ADDITIONS } = options
  await requireJava()
  const classPath = await brokerClassPath()
  const clientPort = port ?? (await freePort())
  const properties = join(directory, 'server.properties')
  const log = join(directory, 'kafka.log')
  mkdirSync(directory, { recursive: true })
  writeFileSync(properties, serverProperties(directory, clientPort, await freePort(), additions))
  const format = ['format', '--ignore-formatted', '-t', CLUSTER_ID, '-c', properties, ...(additions.formatting ?? [])]
  await run('java', ['-cp', classPath, 'kafka.tools.StorageTool', ...format], { timeoutMs: START_MS })

  const output = openSync(log, 'a')
  const heap = ['-Xms256m', '-Xmx512m', '-XX:+UseG1GC', ...(additions.jvm ?? [])]
  const child = spawn('java', [...heap, '-cp', classPath, 'kafka.Kafka', properties], {
    stdio: ['ignore', output, output],
    detached,
  })
  closeSync(output)
  const killWithParent = () => child.kill('SIGKILL')
  if (detached) child.unref()
  else process.once('exit', killWithParent)

  const bootstrapServers = `127.0.0.1:${clientPort}`
  const stop = async () => {
    process.off('exit', killWithParent)
    await end(child)
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await waitUntilUp(bootstrapServers, { timeoutMs: START_MS, hasEnded: () => child.exitCode !== null })
  } catch (error) {
    const said = readFileSync(log, 'utf8').slice(-2000)
    await stop()
    throw new Error(`Kafka did not start: ${said}`, { cause: error })
  }
  return { bootstrapServers, pid: child.pid!, stop }
}

async function requireJava(): Promise<void> {
  const said = await run('java', ['-version'], { timeoutMs: 20_000 })
  const major = Number(/version "(\d+)/.exec(said)?.[1] ?? 0)
  if (major < OLDEST_JAVA) throw new Error(`Kafka needs Java ${OLDEST_JAVA} or later; this is: ${said}`)
}

/**
 * Small and quick: few partitions in the internal topics, no rebalance delay, transactions that expire are looked for each second. Retention is looked at each hour:
 * results with times of years ago stay until they are compared.
 */
function serverProperties(directory: string, port: number, controllerPort: number, additions: BrokerAdditions): string {
  const added = additions.listeners.map((listener) => `${listener.name}://127.0.0.1:${listener.port}`)
  const advertised = additions.listeners.map(
    (listener) => `${listener.name}://127.0.0.1:${listener.advertisedPort ?? listener.port}`,
  )
  const plain = `PLAINTEXT://127.0.0.1:${port}`
  const addedProtocols = additions.listeners.map(({ name, protocol }) => `${name}:${protocol}`)
  const protocols = ['PLAINTEXT:PLAINTEXT', 'CONTROLLER:PLAINTEXT', ...addedProtocols]
  return `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=${[plain, ...added].join()},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=${[plain, ...advertised].join()}
listener.security.protocol.map=${protocols.join()}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(directory, 'data')}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.retention.ms=-1
log.retention.check.interval.ms=3600000
log.cleaner.dedupe.buffer.size=16777216
${additions.properties.join('\n')}
`
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(timer)
}
