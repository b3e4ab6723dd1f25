/**
 * Network: two servers of a cluster reach their Kafka through a proxy that stalls, cuts connections, and delays by up to 2 s, at random and
 * in one direction or both, under the load of the sequences. Options: `steps` (12), `servers` (2), `exactly-once` (1).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../support/free-port.ts'
import { startLocalBroker } from '../support/kafka/local-broker.ts'
import type { Fault } from './fault.ts'
import { type OtherStep, runSequence } from './sequences/run-sequence.ts'
import { seeded } from './support/server.ts'
import { type Direction, TcpProxy } from './support/tcp-proxy.ts'

const LONGEST_STALL_MS = 8_000
const LONGEST_DELAY_MS = 2_000
const DELAYED_MS = 6_000

export const network: Fault = async ({ seed, number, say }) => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-network-'))
  const [port, advertisedPort] = [await freePort(), await freePort()]
  const listener = { name: 'PROXIED', protocol: 'PLAINTEXT', port, advertisedPort } as const
  const kafka = await startLocalBroker({ directory, additions: { listeners: [listener], properties: [] } })
  const proxy = await TcpProxy.open({ port: advertisedPort, target: port })
  const random = seeded(seed)
  const exactlyOnce = number('exactly-once', 1) === 1
  try {
    const { failures, steps, records, repeated } = await runSequence({
      seed,
      bootstrapServers: kafka.bootstrapServers,
      serversConnectTo: `127.0.0.1:${advertisedPort}`,
      servers: number('servers', 2),
      steps: Array.from({ length: number('steps', 12) }, () => disturbance(proxy, random)),
      exactlyOnce,
      standbys: 0,
      brokerPid: null,
      say,
    })
    const guarantee = exactlyOnce ? 'exactly_once_v2' : 'at_least_once'
    return { failures, measured: { guarantee, records, repeated, steps: steps.join(', ') } }
  } finally {
    await proxy.close()
    await kafka.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

const DIRECTIONS: readonly (readonly Direction[])[] = [['out'], ['back'], ['out', 'back']]

function disturbance(proxy: TcpProxy, random: () => number): OtherStep {
  const directions = DIRECTIONS[Math.floor(random() * DIRECTIONS.length)]!
  const where = directions.join(' and ')
  const kind = Math.floor(random() * 3)
  if (kind === 0) return { name: 'cut', perform: async () => proxy.cut() }
  if (kind === 1) {
    const ms = Math.round(random() * LONGEST_STALL_MS)
    return { name: `stall ${where} for ${ms} ms`, perform: () => during(ms, (isOn) => proxy.stall(directions, isOn)) }
  }
  const ms = Math.round(random() * LONGEST_DELAY_MS)
  return {
    name: `delay ${where} by ${ms} ms`,
    perform: () => during(DELAYED_MS, (isOn) => proxy.delay(directions, isOn ? ms : 0)),
  }
}

async function during(ms: number, set: (isOn: boolean) => void): Promise<void> {
  set(true)
  await wait(ms)
  set(false)
}
