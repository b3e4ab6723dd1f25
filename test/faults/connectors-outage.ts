/**
 * Connectors: the targets of all sinks but one are away for a while, and records keep flowing. The sink to files must not notice, the memory of
 * the server must not grow with what waits, and every target must have each record when it is back. Options: `outage` (30): how long the
 * targets are away, seconds; `rate` (500): records per second; `connector`: as that of `connectors`. OpenSearch, PostgreSQL and S3 take part as
 * there; a proxy stands in front of each, which takes no connections while the target is away.
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../support/free-port.ts'
import { faultsOf, lines, measuredOf, settled } from './connectors/arrivals.ts'
import { type FaultTarget, statementsOf, targetsOf } from './connectors/targets.ts'
import type { Fault } from './fault.ts'
import { FaultServer, withDataDir } from './support/server.ts'
import { TcpProxy } from './support/tcp-proxy.ts'

const UNDISTURBED = 'file'
const ADDRESSES = ['MILLRACE_TEST_OPENSEARCH', 'MILLRACE_TEST_POSTGRES', 'MILLRACE_TEST_S3']
/** Records flow for so long before the outage. */
const BEFORE_MS = 15_000
const LOOK_MS = 1000
/**
 * How far the sink to files may be behind the lines that were written: this share of the outage, and no more than this time. A sink that waited
 * for the others would be behind by the whole outage; a busy machine costs some seconds.
 */
const MOST_BEHIND = 0.5
const MOST_BEHIND_MS = 15_000
/** How much more memory the server may need in the outage. */
const MOST_GROWTH_MB = 150

export const connectorsOutage: Fault = ({ seed, number, text, say }) =>
  withDataDir(async (dataDir) => {
    const outageMs = number('outage', 30) * 1000
    const rate = number('rate', 500)
    const files = join(dataDir, 'data', 'files')
    mkdirSync(files, { recursive: true })
    const doors = await doorsBefore(ADDRESSES)
    const targets = targetsOf({ files, run: `${process.pid}_${seed}` }, text('connector', ''))
    for (const target of targets) await target.open()
    const server = await FaultServer.start(dataDir)
    const input = new Input(join(files, 'in.ndjson'), rate)
    try {
      await server.execute(statementsOf(targets))
      input.start()
      const before = await watch(server, targets, input, BEFORE_MS)
      const away = [...doors, ...targets.flatMap((target) => target.server ?? [])]
      for (const door of away) await door.stop()
      say(`stopped, with ${input.written} records written`)
      const during = await watch(server, targets, input, outageMs)
      const unreported = await silentSinks(server, targets)
      input.stop()
      for (const door of away) await door.start()
      say(`started, with ${input.written} records written`)
      const from = performance.now()
      const held = await settled(targets, input.written, say)
      const catchUpMs = performance.now() - from
      const growthMb = during.memoryMb - before.memoryMb
      return {
        failures: [
          ...targets.flatMap((target) => faultsOf(target, held.get(target.name)!, input.written)),
          ...unreported,
          ...(during.behindMs <= Math.min(MOST_BEHIND_MS, outageMs * MOST_BEHIND)
            ? []
            : [`The sink ${UNDISTURBED} was ${during.behindMs} ms behind while the others waited`]),
          ...(growthMb <= MOST_GROWTH_MB ? [] : [`The server's memory has grown by ${growthMb} MB in the outage`]),
        ],
        measured: {
          'outage.seconds': outageMs / 1000,
          'memory.before.mb': before.memoryMb,
          'memory.during.mb': during.memoryMb,
          'memory.after.mb': Math.round(server.residentMb()),
          'behind.before.ms': before.behindMs,
          'behind.during.ms': during.behindMs,
          'catch.up.seconds': Math.round(catchUpMs / 1000),
          ...Object.fromEntries([...held].flatMap(([name, counts]) => measuredOf(name, counts))),
        },
      }
    } finally {
      input.stop()
      await server.stop()
      for (const target of targets) await target.close().catch(() => {})
      for (const door of doors) await door.stop()
    }
  })

/** The file of the source, which grows at a steady rate. */
class Input {
  readonly #path: string
  readonly #rate: number
  #startedAt = 0
  #timer: NodeJS.Timeout | null = null
  written = 0

  constructor(path: string, rate: number) {
    this.#path = path
    this.#rate = rate
  }

  start(): void {
    this.#startedAt = performance.now()
    this.#timer = setInterval(() => this.#write(), 100)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #write(): void {
    const due = Math.floor(((performance.now() - this.#startedAt) * this.#rate) / 1000)
    appendFileSync(this.#path, lines(this.written, due))
    this.written = due
  }
}

/** Peaks of the server's memory, and of how far the sink to files is behind. */
async function watch(server: FaultServer, targets: readonly FaultTarget[], input: Input, forMs: number) {
  const undisturbed = targets.find(({ name }) => name === UNDISTURBED)
  const until = performance.now() + forMs
  let [memoryMb, behindMs] = [0, 0]
  while (performance.now() < until) {
    await delay(LOOK_MS)
    memoryMb = Math.max(memoryMb, Math.round(server.residentMb()))
    const { written } = input
    const lookedAt = performance.now()
    while (undisturbed !== undefined && (await undisturbed.held()).distinct < written) {
      if (performance.now() - lookedAt > 2 * MOST_BEHIND_MS) break
      await delay(50)
    }
    behindMs = Math.max(behindMs, Math.round(performance.now() - lookedAt))
  }
  return { memoryMb, behindMs }
}

/** Sinks that do not say that their target is away, in words. */
async function silentSinks(server: FaultServer, targets: readonly FaultTarget[]): Promise<string[]> {
  const silent: string[] = []
  for (const { name, statement } of targets) {
    if (name === UNDISTURBED) continue
    const [, sink] = /^CREATE SINK (\w+)/.exec(statement)!
    const text = JSON.stringify(await server.execute(`DESCRIBE CONNECTOR ${sink};`))
    if (!text.includes('cannot be reached')) silent.push(`${sink} does not say that its target is away: ${text}`)
  }
  return silent
}

interface Door {
  start(): Promise<void>
  stop(): Promise<void>
}

/** Puts a proxy before each server whose address is in the environment, and its address there instead. */
async function doorsBefore(variables: readonly string[]): Promise<Door[]> {
  const doors: Door[] = []
  for (const variable of variables) {
    const address = process.env[variable]
    if (address === undefined) continue
    const url = new URL(address)
    const target = Number(url.port)
    const port = await freePort()
    url.port = String(port)
    process.env[variable] = url.href.replace(/\/$/, '')
    let proxy = await TcpProxy.open({ port, target })
    let isOpen = true
    doors.push({
      async start() {
        if (!isOpen) proxy = await TcpProxy.open({ port, target })
        isOpen = true
      },
      async stop() {
        if (isOpen) await proxy.close()
        isOpen = false
      },
    })
  }
  return doors
}
