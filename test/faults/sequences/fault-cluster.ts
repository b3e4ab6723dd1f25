/** Servers of one cluster, to which things happen. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FaultServer } from '../support/server.ts'

/** The default of `sessionMs`. Brokers refuse less than 6 s unless they are set up for it, as those of the tests are. */
export const SESSION_MS = 3_000
/** Heartbeats tell servers of a peer that does not answer much sooner than sessions do. */
const HEARTBEATS = ['ksql.heartbeat.enable', 'ksql.lag.reporting.enable']
const LONGEST_FREEZE_MS = 3 * SESSION_MS
const LONGEST_PAUSE_MS = 2 * SESSION_MS

export interface FaultClusterOptions {
  readonly directory: string
  readonly bootstrapServers: string
  readonly serviceId: string
  readonly exactlyOnce: boolean
  /** See `num.standby.replicas`. */
  readonly standbys: number
  /** See `session.timeout.ms`. Default 3,000. */
  readonly sessionMs?: number
  /** How many replicas internal topics have. Default 1. */
  readonly replicas?: number
  /** Further settings. Default: none. */
  readonly properties?: Readonly<Record<string, string>>
  /** The process of the broker; null: it is not known, and never frozen. */
  readonly brokerPid: number | null
}

/** What can happen. `restart` and `crash`: ended in good order, or killed, and started again at once. */
export type StepKind = 'start' | 'freeze' | 'pause' | 'kill' | 'stop' | 'restart' | 'crash'

/** A server that runs, or could: its directory outlives it. */
interface Member {
  readonly directory: string
  server: FaultServer | null
  isFrozen: boolean
}

export class FaultCluster {
  readonly #options: FaultClusterOptions
  readonly #members: Member[] = []

  constructor(options: FaultClusterOptions) {
    this.#options = options
  }

  /** A server that runs. */
  get any(): FaultServer {
    return this.#running[0]!.server!
  }

  async startFirst(servers: number): Promise<void> {
    for (let i = 0; i < servers; i++) {
      const directory = join(this.#options.directory, `server-${i}`)
      mkdirSync(directory)
      this.#members.push({ directory, server: null, isFrozen: false })
    }
    for (const member of this.#members) await this.#start(member)
  }

  /** Does something at random; returns what. At least one server runs before and after. */
  async step(random: () => number): Promise<string> {
    const down = this.#members.filter(({ server }) => server === null)
    const running = this.#running
    const when = (isPossible: boolean, ...kinds: StepKind[]): StepKind[] => (isPossible ? kinds : [])
    const isSafe = running.length > 1
    const choices: StepKind[] = [
      ...when(down.length > 0, 'start', 'start'),
      'freeze',
      ...when(this.#options.brokerPid !== null, 'pause'),
      ...when(isSafe, 'kill', 'stop'),
      ...when(!isSafe, 'restart', 'crash'),
    ]
    return this.perform(pick(choices, random), random)
  }

  /** Lets that happen to a server that it can happen to, chosen at random; returns what did. */
  async perform(choice: StepKind, random: () => number): Promise<string> {
    if (choice === 'pause') return this.#pauseBroker(this.#options.brokerPid!, random)
    const down = this.#members.filter(({ server }) => server === null)
    const member = pick(choice === 'start' ? down : this.#running, random)
    const name = `${choice} ${this.#members.indexOf(member)}`
    switch (choice) {
      case 'start':
        await this.#start(member)
        return name
      case 'freeze': {
        const ms = Math.round(SESSION_MS / 2 + random() * (LONGEST_FREEZE_MS - SESSION_MS / 2))
        member.isFrozen = true
        member.server!.signal('SIGSTOP')
        await delay(ms)
        member.server!.signal('SIGCONT')
        member.isFrozen = false
        return `${name} for ${ms} ms`
      }
      default: {
        // A client of the cluster avoids it from now on.
        const { server } = member
        member.server = null
        await (choice === 'kill' || choice === 'crash' ? server!.kill() : server!.stop())
      }
    }
    if (choice === 'restart' || choice === 'crash') await this.#start(member)
    return name
  }

  /** A server that a client would try: one that runs and is not frozen; undefined: there is none. */
  answering(random: () => number): FaultServer | undefined {
    const servers = this.#running.flatMap(({ server, isFrozen }) => (isFrozen ? [] : server!))
    return servers.length === 0 ? undefined : pick(servers, random)
  }

  /** How many servers run. */
  get size(): number {
    return this.#running.length
  }

  /** The servers that run. */
  get servers(): readonly FaultServer[] {
    return this.#running.map(({ server }) => server!)
  }

  /** What the servers have written last. */
  get logs(): string {
    return this.#members.map(({ server }, i) => `server ${i}: ${server?.output ?? ''}`).join('\n')
  }

  /** Starts what does not run. */
  async restoreAll(): Promise<void> {
    for (const member of this.#members) if (member.server === null) await this.#start(member)
  }

  async end(): Promise<void> {
    await Promise.all(this.#members.map(({ server }) => server?.kill()))
  }

  get #running(): readonly Member[] {
    return this.#members.filter(({ server }) => server !== null)
  }

  async #pauseBroker(pid: number, random: () => number): Promise<string> {
    const ms = Math.round(1_000 + random() * LONGEST_PAUSE_MS)
    process.kill(pid, 'SIGSTOP')
    try {
      await delay(ms)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    return `pause of the broker for ${ms} ms`
  }

  async #start(member: Member): Promise<void> {
    const {
      bootstrapServers,
      serviceId,
      exactlyOnce,
      standbys,
      sessionMs = SESSION_MS,
      replicas = 1,
      properties,
    } = this.#options
    member.server = await FaultServer.start(member.directory, {
      'bootstrap.servers': bootstrapServers,
      'ksql.service.id': serviceId,
      'processing.guarantee': exactlyOnce ? 'exactly_once_v2' : 'at_least_once',
      'session.timeout.ms': String(sessionMs),
      'num.stream.threads': '1',
      'ksql.internal.topic.replicas': String(replicas),
      'num.standby.replicas': String(standbys),
      'ksql.query.pull.enable.standby.reads': String(standbys > 0),
      ...properties,
      ...Object.fromEntries(HEARTBEATS.map((name) => [name, String(standbys > 0)])),
    })
  }
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)]!
}
