/**
 * `npm run kafka -- start [port]` runs one Kafka node on loopback for development, `npm run kafka -- stop` ends it and removes its data.
 * It is the node of the tests: Kafka's jars from Maven Central, run with the machine's Java.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startLocalBroker } from '../test/support/kafka/local-broker.ts'

const DIRECTORY = join(import.meta.dirname, '..', '.cache', 'kafka')
const STATE = join(DIRECTORY, 'running.json')
const DEFAULT_PORT = 9092
const STOP_MS = 20_000

interface Running {
  readonly pid: number
  readonly bootstrapServers: string
}

function running(): Running | null {
  if (!existsSync(STATE)) return null
  const state = JSON.parse(readFileSync(STATE, 'utf8')) as Running
  return isAlive(state.pid) ? state : null
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function start(port: number): Promise<void> {
  const already = running()
  if (already !== null) return console.log(`Kafka runs at ${already.bootstrapServers} (pid ${already.pid}).`)
  rmSync(DIRECTORY, { recursive: true, force: true })
  mkdirSync(DIRECTORY, { recursive: true })
  console.error('Starting Kafka; the first time its jars are downloaded...')
  const { pid, bootstrapServers } = await startLocalBroker({ directory: DIRECTORY, port, detached: true })
  writeFileSync(STATE, JSON.stringify({ pid, bootstrapServers }))
  console.log(`Kafka runs at ${bootstrapServers} (pid ${pid}).`)
}

async function stop(): Promise<void> {
  const state = running()
  if (state === null) return console.log('Kafka does not run.')
  process.kill(state.pid)
  for (const end = Date.now() + STOP_MS; isAlive(state.pid); await delay(100))
    if (Date.now() > end) process.kill(state.pid, 'SIGKILL')
  rmSync(DIRECTORY, { recursive: true, force: true })
  console.log('Kafka was stopped.')
}

const [verb, port] = process.argv.slice(2)
if (verb === 'start') await start(Number(port ?? DEFAULT_PORT))
else if (verb === 'stop') await stop()
else {
  console.error('Usage: npm run kafka -- start [port] | stop')
  process.exitCode = 2
}
