/** A server of the example's own: a process on a free port; its data directory, or its topics on Kafka, are removed with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { freePort } from '../../test/support/free-port.ts'

const MILLRACE = join(import.meta.dirname, '../../src/cli/millrace.ts')
const START_MS = 60_000
const STOP_MS = 20_000
/** Between two looks whether the server is up. */
const PAUSE_MS = 50

export interface ServerProcess {
  readonly url: string
  /** Resident memory at its highest so far, bytes; null where the system does not tell. */
  peakMemory(): number | null
  stop(): Promise<void>
}

/**
 * `bootstrapServers` null: the embedded log. `properties`: configuration of the server. Resolves when the server runs; throws an Error with what
 * it wrote if it does not.
 */
export async function startServerProcess(
  bootstrapServers: string | null,
  properties: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-example-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const serviceId = `example_${process.pid}_${Date.now()}_`
  const config = join(dataDir, 'server.properties')
  const lines = Object.entries({ 'ksql.service.id': serviceId, ...properties }).map(
    ([name, value]) => `${name}=${value}\n`,
  )
  writeFileSync(config, lines.join(''))
  const args = ['server', '--listen', url, '--data-dir', join(dataDir, 'data'), '--config', config]
  if (bootstrapServers !== null) args.push('--bootstrap-servers', bootstrapServers)
  const child = spawn(process.execPath, [MILLRACE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const written = collectOutput(child)
  const stop = async () => {
    await stopChild(child)
    if (bootstrapServers !== null) await removeOwnTopics(bootstrapServers, serviceId)
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    await untilRunning(url, child)
  } catch (error) {
    await stop()
    throw new Error(`The server did not start: ${(error as Error).message}\n${written()}`, { cause: error })
  }
  return { url, peakMemory: () => peakMemoryOf(child.pid!), stop }
}

/**
 * The command log and the processing log: on Kafka they are topics. A service id of its own keeps the server apart from others of the same
 * cluster, and is part of their names.
 */
async function removeOwnTopics(bootstrapServers: string, serviceId: string): Promise<void> {
  const broker = new KafkaBroker({ bootstrapServers: bootstrapServers.split(',') })
  await broker.connect()
  try {
    const own = (await broker.listTopics()).filter(({ name }) => name.includes(serviceId))
    for (const { name } of own) await broker.deleteTopic(name)
  } finally {
    await broker.close()
  }
}

/** The last lines that the process wrote. */
function collectOutput(child: ChildProcess): () => string {
  let text = ''
  const take = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-8000)
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  return () => text
}

async function untilRunning(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`)
    if (await isRunning(url)) return
    await delay(PAUSE_MS)
  }
  throw new Error(`it was not ready within ${START_MS / 1000} s`)
}

async function isRunning(url: string): Promise<boolean> {
  try {
    const { KsqlServerInfo } = (await (await fetch(`${url}/info`)).json()) as {
      KsqlServerInfo?: { serverStatus: string }
    }
    return KsqlServerInfo?.serverStatus === 'RUNNING'
  } catch {
    return false
  }
}

/** Linux alone knows it. Source: proc(5), `VmHWM`. */
function peakMemoryOf(pid: number): number | null {
  if (process.platform !== 'linux') return null
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const killed = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(killed)
}
