/**
 * Brokers: servers of a cluster on three brokers, under the load of the sequences. One broker is stopped and started, then the one that is the
 * controller is killed and started, then all are stopped for a minute and started. No query needs a hand, and the results are exact.
 *
 * The brokers come from outside, by environment variables; `{id}` in a command stands for a broker's id:
 * - `KAFKA_BOOTSTRAP_SERVERS`: of all of them.
 * - `KAFKA_STOP_BROKER`, `KAFKA_KILL_BROKER`: commands that end one in good order, and at once.
 * - `KAFKA_FIND_CONTROLLER`: a command that prints the id of the broker that leads the metadata quorum. Clients cannot tell: to them any
 *   broker is the controller (KIP-590).
 * - `KAFKA_STOP_ALL`: a command that ends all.
 * - `KAFKA_START_BROKERS`: a command that starts those that do not run, and returns when they do.
 *
 * Options: `servers` (2), `outage` (60): how long all brokers are down, seconds; `exactly-once` (1); `session` (6000).
 */
import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Fault } from './fault.ts'
import { type OtherStep, runSequence } from './sequences/run-sequence.ts'
import { seeded } from './support/server.ts'

/** A broker that is down for so long is missed by its clients. */
const DOWN_MS = 5_000
const COMMAND_MS = 180_000

export const brokers: Fault = async ({ seed, number, say }) => {
  const bootstrapServers = given('KAFKA_BOOTSTRAP_SERVERS')
  const exactlyOnce = number('exactly-once', 1) === 1
  const { failures, steps, records, repeated, longestGapMs } = await runSequence({
    seed,
    bootstrapServers,
    servers: number('servers', 2),
    steps: script(number('outage', 60) * 1_000, seeded(seed)),
    exactlyOnce,
    standbys: 0,
    sessionMs: number('session', 6_000),
    replicas: 3,
    brokerPid: null,
    say,
  })
  const guarantee = exactlyOnce ? 'exactly_once_v2' : 'at_least_once'
  return { failures, measured: { guarantee, records, repeated, longestGapMs, steps: steps.join(', ') } }
}

function script(outageMs: number, random: () => number): OtherStep[] {
  const one = 1 + Math.floor(random() * 3)
  return [
    { name: `broker ${one} stopped`, perform: () => command('KAFKA_STOP_BROKER', one) },
    { name: `broker ${one} started`, perform: () => startedAfter(DOWN_MS) },
    {
      name: 'controller killed',
      perform: async () => {
        await command('KAFKA_KILL_BROKER', Number(await command('KAFKA_FIND_CONTROLLER')))
      },
    },
    { name: 'controller started', perform: () => startedAfter(DOWN_MS) },
    { name: 'all stopped', perform: () => command('KAFKA_STOP_ALL') },
    { name: `all started after ${outageMs} ms`, perform: () => startedAfter(outageMs) },
  ]
}

async function startedAfter(ms: number): Promise<void> {
  await delay(ms)
  await command('KAFKA_START_BROKERS')
}

/** Runs the command that the variable holds, and resolves with what it prints. Rejects with an Error if it fails. */
async function command(variable: string, id?: number): Promise<string> {
  const text = given(variable).replaceAll('{id}', String(id))
  const { stdout } = await promisify(execFile)('sh', ['-c', text], { timeout: COMMAND_MS })
  return stdout
}

function given(variable: string): string {
  const value = process.env[variable]
  if (value === undefined) throw new Error(`Set ${variable}: see the head of test/faults/brokers.ts.`)
  return value
}
