/** Servers of one cluster, to which things happen. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FaultServer } from '../support/server.ts'

const SESSION_MS = 3_000
const LONGEST_FREEZE_MS = 3 * SESSION_MS
const LONGEST_PAUSE_MS = 2 * SESSION_MS

export interface FaultClusterOptions {
  readonly directory: string
  readonly bootstrapServers: string
  readonly serviceId: string
  readonly exactlyOnce: boolean
  /** See `num.standby.replicas`. */
  readonly standbys: number
  /** The process of the broker; null: it is not known, and never frozen. */
  readonly brokerPid: number | null
}

/** A server that runs, or could: its directory outlives it. */
interface Member {
  readonly directory: string
  server: FaultServer | null
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
      this.#members.push({ directory, server: null })
    }
    for (const member of this.#members) await this.#start(member)
  }

  /** Does something at random; returns what. At least one server runs before and after. */
  async step(random: () => number): Promise<string> {
    const down = this.#members.filter(({ server }) => server === null)
    const running = this.#running
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
    const choices = [
      ...(down.length > 0 ? ['start', 'start'] : []),
      'freeze',
      ...(this.#options.brokerPid === null ? [] : ['pause']),
      ...(running.length > 1 ? ['kill', 'stop'] : ['restart', 'crash']),
    ]
    const choice = pick(choices)
    if (choice === 'pause') return this.#pauseBroker(this.#options.brokerPid!, random)
    const member = choice === 'start' ? pick(down) : pick(running)
    const name = `${choice} ${this.#members.indexOf(member)}`
    switch (choice) {
      case 'start':
        await this.#start(member)
        return name
      case 'freeze': {
        const ms = Math.round(SESSION_MS / 2 + random() * (LONGEST_FREEZE_MS - SESSION_MS / 2))
        member.server!.signal('SIGSTOP')
        await delay(ms)
        member.server!.signal('SIGCONT')
        return `${name} for ${ms} ms`
      }
      case 'kill':
      case 'crash':
        await member.server!.kill()
        break
      default:
        await member.server!.stop()
    }
    member.server = null
    if (choice === 'restart' || choice === 'crash') await this.#start(member)
    return name
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
    const { bootstrapServers, serviceId, exactlyOnce, standbys } = this.#options
    member.server = await FaultServer.start(member.directory, {
      'bootstrap.servers': bootstrapServers,
      'ksql.service.id': serviceId,
      'processing.guarantee': exactlyOnce ? 'exactly_once_v2' : 'at_least_once',
      'session.timeout.ms': String(SESSION_MS),
      'num.stream.threads': '1',
      'num.standby.replicas': String(standbys),
      'ksql.query.pull.enable.standby.reads': String(standbys > 0),
    })
  }
}
