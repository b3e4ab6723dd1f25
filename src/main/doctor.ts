/** The checks of `millrace doctor`, by the configuration that a server would read. */
import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Diagnose, Finding } from '../cli/commands/doctor.ts'
import { readVersion } from '../cli/version.ts'
import { systemTimer } from '../clock.ts'
import { type Config, createConfig } from '../engine/config/config.ts'
import { checkProperties, effectiveProperties, type GivenProperty } from '../engine/config/given-properties.ts'
import { kafkaOptions } from '../engine/config/kafka-options.ts'
import { registryChoice } from '../engine/config/registry-options.ts'
import { formatListener, type Listener } from '../server/listener.ts'
import { serverOptions } from '../server/options.ts'
import { openConnect } from './open-connect.ts'
import { dataDirectory, givenProperties } from './server-properties.ts'

const GIB = 2 ** 30
/** Free disk below which a server is likely to stop soon, and below which it deserves attention. */
const LEAST_DISK = 0.2 * GIB
const ENOUGH_DISK = 2 * GIB
const LEAST_MEMORY = 0.5 * GIB
/** Longest wait for an answer of another program. */
const TIMEOUT_MS = 5000

/** `environment`: variables that may set properties. */
export const diagnose = (environment: NodeJS.ProcessEnv): Diagnose =>
  async function* (options) {
    yield program()
    const given = await attempt('configuration', () => givenProperties({ ...options, environment }))
    if ('state' in given) return yield given
    yield* configurationFindings(given)
    const config = createConfig(effectiveProperties(given))
    const listening = await attempt('configuration', async () => serverOptions(config.get))
    if ('state' in listening) yield listening
    else for (const listener of listening.listeners) yield await portFinding(listener)
    yield* dataFindings(dataDirectory(config))
    yield memoryFinding()
    yield await brokerFinding(config)
    yield await registryFinding(config)
    const connect = await connectFinding(config, given)
    if (connect !== null) yield connect
  }

function program(): Finding {
  const { node } = process.versions
  const text = `Millrace ${readVersion()} on Node ${node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`
  const [major, minor] = node.split('.').map(Number) as [number, number]
  if (major > 22 || (major === 22 && minor >= 15)) return { subject: 'program', state: 'ok', text }
  return { subject: 'program', state: 'fault', text, advice: 'Install Node 22.15 or later.' }
}

/** The result, or the failure as a finding. */
async function attempt<Result extends object>(subject: string, work: () => Promise<Result>): Promise<Result | Finding> {
  try {
    return await work()
  } catch (error) {
    return { subject, state: 'fault', text: (error as Error).message }
  }
}

function* configurationFindings(given: readonly GivenProperty[]): Iterable<Finding> {
  const { unknown, invalid } = checkProperties(given)
  for (const text of invalid) yield { subject: 'configuration', state: 'fault', text }
  for (const text of unknown) yield { subject: 'configuration', state: 'warning', text }
  if (invalid.length + unknown.length > 0) return
  const count = given.length === 0 ? 'all settings have their defaults' : `${given.length} settings are given and valid`
  yield { subject: 'configuration', state: 'ok', text: count }
}

async function portFinding(listener: Listener): Promise<Finding> {
  const url = formatListener(listener)
  const failure = await listenFailure(listener)
  if (failure === null) return { subject: 'port', state: 'ok', text: `${url} is free` }
  if (failure.code !== 'EADDRINUSE') {
    return {
      subject: 'port',
      state: 'fault',
      text: `${url} cannot be opened: ${failure.message}`,
      advice: 'Choose another one: --listen',
    }
  }
  const version = await runningVersion(url)
  if (version !== null) return { subject: 'port', state: 'ok', text: `Millrace ${version} answers at ${url}` }
  const advice = `Stop that program, or choose another port: --listen ${formatListener({ ...listener, port: listener.port + 1 })}`
  return { subject: 'port', state: 'fault', text: `${url} is in use by another program`, advice }
}

function listenFailure({ host, port }: Listener): Promise<NodeJS.ErrnoException | null> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', done)
    server.listen({ host, port }, () => server.close(() => done(null)))
  })
}

/** The version of the server that answers at `url`; null: none of Millrace's does. */
async function runningVersion(url: string): Promise<string | null> {
  try {
    const address = url.replace('//0.0.0.0:', '//127.0.0.1:')
    const answer = await fetch(`${address}/info`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const body = (await answer.json()) as { KsqlServerInfo?: { millraceVersion?: string } }
    return body.KsqlServerInfo?.millraceVersion ?? null
  } catch {
    return null
  }
}

async function* dataFindings(dataDir: string): AsyncIterable<Finding> {
  const path = resolve(dataDir)
  const existing = await nearestFolder(path)
  try {
    await access(existing, constants.W_OK)
    yield { subject: 'data directory', state: 'ok', text: existing === path ? path : `${path} will be created` }
  } catch {
    const text = `${path} cannot be ${existing === path ? 'written' : `created: ${existing} is not writable`}`
    yield {
      subject: 'data directory',
      state: 'fault',
      text,
      advice: 'Change its owner, or choose another one: --data-dir',
    }
  }
  const { bavail, bsize, blocks } = await statfs(existing)
  if (blocks === 0)
    return yield {
      subject: 'disk',
      state: 'fault',
      text: `${existing} is no place for files`,
      advice: 'Choose another one: --data-dir',
    }
  const free = bavail * bsize
  const text = `${(free / GIB).toFixed(1)} GiB are free for ${path}`
  const advice = 'Free some space, or let topics keep less: retention_ms in CREATE STREAM.'
  if (free >= ENOUGH_DISK) yield { subject: 'disk', state: 'ok', text }
  else yield { subject: 'disk', state: free < LEAST_DISK ? 'fault' : 'warning', text, advice }
}

/** The folder itself, or the nearest above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  try {
    await access(path)
    return path
  } catch {
    return dirname(path) === path ? path : nearestFolder(dirname(path))
  }
}

function memoryFinding(): Finding {
  const memory = process.constrainedMemory() || totalmem()
  const total = Math.min(memory, totalmem())
  const text = `${(total / GIB).toFixed(1)} GiB for this machine or container`
  if (total >= LEAST_MEMORY) return { subject: 'memory', state: 'ok', text }
  return { subject: 'memory', state: 'warning', text, advice: 'Queries with large state need more.' }
}

async function brokerFinding(config: Config): Promise<Finding> {
  const servers = config.get('bootstrap.servers')
  if (servers === undefined) return { subject: 'broker', state: 'ok', text: 'the embedded log; no Kafka is needed' }
  const advice = 'Check bootstrap.servers, and the settings of its security: docs/configuration.md.'
  try {
    const { KafkaBroker } = await import('../broker/kafka/kafka-broker.ts')
    const broker = new KafkaBroker({ ...kafkaOptions(servers, config), retryMs: 0 })
    try {
      await inTime(broker.connect())
      const topics = await inTime(broker.listTopics())
      return { subject: 'broker', state: 'ok', text: `Kafka at ${servers} has ${topics.length} topics` }
    } finally {
      void broker.close().catch(() => {})
    }
  } catch (error) {
    return { subject: 'broker', state: 'fault', text: `Kafka at ${servers}: ${(error as Error).message}`, advice }
  }
}

async function registryFinding(config: Config): Promise<Finding> {
  const subject = 'schema registry'
  const advice = 'Check ksql.schema.registry.url and its credentials: docs/formats.md.'
  try {
    const choice = registryChoice(config, config.get('bootstrap.servers') === undefined)
    if (choice.kind !== 'http') {
      const none = 'none; AVRO, PROTOBUF and JSON_SR need ksql.schema.registry.url'
      return { subject, state: 'ok', text: choice.kind === 'embedded' ? 'beside the embedded log' : none }
    }
    const { HttpRegistry } = await import('../registry/http/http-registry.ts')
    const registry = new HttpRegistry(choice.options, { timer: systemTimer, random: Math.random })
    const subjects = await inTime(registry.subjects()).finally(() => registry.close())
    return { subject, state: 'ok', text: `${choice.options.urls.join(', ')} has ${subjects.length} subjects` }
  } catch (error) {
    return { subject, state: 'fault', text: (error as Error).message, advice }
  }
}

/** Null where nobody has set the address of Kafka Connect: its default says nothing about whether it is wanted. */
async function connectFinding(config: Config, given: readonly GivenProperty[]): Promise<Finding | null> {
  if (!given.some(({ name }) => name === 'ksql.connect.url')) return null
  const subject = 'Kafka Connect'
  const url = config.get('ksql.connect.url')
  try {
    const plugins = await inTime(openConnect({ config, timer: systemTimer }).plugins())
    return { subject, state: 'ok', text: `${url} has ${plugins.length} plugins` }
  } catch (error) {
    const advice = 'Statements about its connectors will fail. Check ksql.connect.url.'
    return { subject, state: 'warning', text: (error as Error).message, advice }
  }
}

/** Rejects where there is no answer in time. */
async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>()
  const timeout = systemTimer.after(TIMEOUT_MS, () => late.reject(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
  try {
    return await Promise.race([work, late.promise])
  } finally {
    timeout.cancel()
  }
}
