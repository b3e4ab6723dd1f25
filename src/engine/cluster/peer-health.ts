/**
 * Which servers of the cluster answer, as pull queries need to know it: Kafka notices a dead server only after its session. Servers tell one
 * another that they live, and how far their copies are, where that is enabled; and one that has just failed to answer is avoided for some
 * seconds. Sources: ksqlDB's `HeartbeatAgent` and `LagReportingAgent`.
 */
import type { Clock, Scheduled, Timer } from '../../clock.ts'
import { lagOf, type StoreLag } from '../../runtime/store-lag.ts'
import type { Config } from '../config/config.ts'
import type { HostStoreLags, PartitionLag } from '../requests.ts'
import { hostIn } from './peer-states.ts'
import type { Peers } from './peers.ts'

export interface PeerHealthOptions {
  /** Null: this server is alone. */
  readonly peers: Peers | null
  readonly storeLags: () => readonly StoreLag[]
  readonly clock: Clock
  readonly timer: Timer
  readonly config: Config
}

/** How long a server that did not answer is avoided, where others can. */
const SUSPECT_MS = 5_000
const TIMEOUT_MS = 2_000
const JSON_TYPE = 'application/json'

const NO_LAGS: HostStoreLags = { stateStoreLags: {}, updateTimeMs: 0 }

export class PeerHealth {
  readonly #options: PeerHealthOptions
  /** By `host:port`: when it was heard last, by `Timer.elapsed()` and by the clock. */
  readonly #heard = new Map<string, { readonly elapsed: number; readonly at: number }>()
  readonly #suspects = new Map<string, number>()
  readonly #lags = new Map<string, HostStoreLags>()
  /** Requests under way, by path and address: a server that does not answer gets no further ones. */
  readonly #sending = new Set<string>()
  readonly #schedules: Scheduled[] = []
  #others: readonly string[] = []

  constructor(options: PeerHealthOptions) {
    this.#options = options
  }

  /** Begins to send what the configuration says. */
  start(): void {
    const { peers, config, timer } = this.#options
    const heartbeats = config.flag('ksql.heartbeat.enable')
    const lags = config.flag('ksql.lag.reporting.enable')
    if (peers === null || !(heartbeats || lags)) return
    const every = (name: string, call: () => void) =>
      this.#schedules.push(timer.every(config.number(name), call, { background: true }))
    every('ksql.heartbeat.discover.interval.ms', () => void this.#discover())
    if (heartbeats) every('ksql.heartbeat.send.interval.ms', () => this.#sendAll('/heartbeat', () => this.#heartbeat()))
    if (lags) every('ksql.lag.reporting.send.interval.ms', () => this.#sendAll('/lag', () => this.#lagReport()))
    void this.#discover()
  }

  close(): void {
    for (const schedule of this.#schedules.splice(0)) schedule.cancel()
  }

  /** False for a server that has just failed to answer, or has missed heartbeats; one that never sent any counts as alive. */
  isAlive(address: string): boolean {
    const { timer, config } = this.#options
    const suspectedAt = this.#suspects.get(address)
    if (suspectedAt !== undefined && timer.elapsed() - suspectedAt < SUSPECT_MS) return false
    const heard = this.#heard.get(hostIn(address))
    if (heard === undefined) return true
    const missed =
      config.number('ksql.heartbeat.send.interval.ms') * config.number('ksql.heartbeat.missed.threshold.ms')
    return timer.elapsed() - heard.elapsed <= missed
  }

  /** Notes that the server has just failed to answer. */
  suspect(address: string): void {
    this.#suspects.set(address, this.#options.timer.elapsed())
  }

  noteHeartbeat(host: string): void {
    const { timer, clock } = this.#options
    this.#heard.set(host, { elapsed: timer.elapsed(), at: clock.now() })
  }

  noteLags(host: string, lags: HostStoreLags): void {
    this.#lags.set(host, lags)
  }

  /** When the server was heard last, epoch ms; undefined: it sends no heartbeats. */
  heardAt(host: string): number | undefined {
    return this.#heard.get(host)?.at
  }

  /** The lags of a server's copies: of this server as they are now, of another as it has reported them. */
  lagsOf(address: string): HostStoreLags {
    const { peers } = this.#options
    if (peers === null || address === peers.address) return this.#ownLags()
    return this.#lags.get(hostIn(address)) ?? NO_LAGS
  }

  /** Whether the server has told that it has a copy of the partition: one that has just begun to follow it has nothing to read yet. */
  hasReported(
    address: string,
    { queryId, partition }: { readonly queryId: string; readonly partition: number },
  ): boolean {
    const stores = Object.entries(this.#lags.get(hostIn(address))?.stateStoreLags ?? {})
    return stores.some(([name, { lagByPartition }]) => name.startsWith(`${queryId}#`) && partition in lagByPartition)
  }

  async #discover(): Promise<void> {
    const peers = this.#options.peers!
    const owners = await peers.owners().catch(() => null)
    if (owners === null) return
    this.#others = owners.map(({ address }) => address).filter((address) => address !== peers.address)
    const hosts = new Set(this.#others.map(hostIn))
    for (const known of [this.#heard, this.#lags])
      for (const host of known.keys()) if (!hosts.has(host)) known.delete(host)
    for (const address of this.#suspects.keys()) if (!hosts.has(hostIn(address))) this.#suspects.delete(address)
  }

  #sendAll(path: string, body: () => Readonly<Record<string, unknown>>): void {
    for (const address of this.#others) void this.#send(address, path, body())
  }

  async #send(address: string, path: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    const key = `${path} ${address}`
    if (this.#sending.has(key)) return
    this.#sending.add(key)
    const request = { address, path, accept: JSON_TYPE, body, authorization: undefined, timeoutMs: TIMEOUT_MS }
    try {
      for await (const _ of this.#options.peers!.post(request));
    } catch {
      // The next one may arrive.
    } finally {
      this.#sending.delete(key)
    }
  }

  #heartbeat() {
    const { peers, clock } = this.#options
    return { hostInfo: hostInfoOf(peers!.address), timestamp: clock.now() }
  }

  #lagReport() {
    return { ksqlHost: hostInfoOf(this.#options.peers!.address), hostStoreLags: this.#ownLags() }
  }

  #ownLags(): HostStoreLags {
    const { storeLags, clock } = this.#options
    const stores = new Map<string, Record<string, PartitionLag>>()
    for (const lag of storeLags()) {
      const name = `${lag.queryId}#${lag.store}`
      const partitions = stores.get(name) ?? {}
      stores.set(name, partitions)
      partitions[lag.partition] = {
        currentOffsetPosition: lag.offset,
        endOffsetPosition: lag.endOffset ?? lag.offset,
        offsetLag: lagOf(lag) ?? 0,
      }
    }
    const reports = [...stores].map(
      ([name, lagByPartition]) => [name, { lagByPartition, size: Object.keys(lagByPartition).length }] as const,
    )
    return { stateStoreLags: Object.fromEntries(reports), updateTimeMs: clock.now() }
  }
}

/** Source: ksqlDB's `HostInfoEntity`. */
function hostInfoOf(address: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(address)
  return { host: hostname, port: Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port) }
}
