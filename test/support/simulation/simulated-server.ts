/** A server of a simulated cluster: the real runtime with one worker, over a broker that can be cut off, with a directory that outlives it. */
import type { Broker } from '../../../src/broker/broker.ts'
import { BrokerError } from '../../../src/broker/broker-error.ts'
import type { SlotClaim, SlotShare } from '../../../src/broker/kafka/groups/slot-assignment.ts'
import { type Clock, sleep, type Timer } from '../../../src/clock.ts'
import type { PhysicalPlan } from '../../../src/plan/physical-plan.ts'
import { createQueryRuntime, type SettlingQueryRuntime } from '../../../src/runtime/queries/runtime.ts'
import { durableStores } from '../../../src/runtime/stores/durable-stores.ts'
import { inProcessWorkers } from '../../../src/runtime/worker/in-process-workers.ts'
import type { OpenEnvironment } from '../../../src/state/lmdb/lmdb-environment.ts'
import { functions } from '../query-world.ts'
import { distantBroker } from './distant-broker.ts'

export interface SimulatedServerOptions {
  /** A client of its own, not connected yet; `dispose` closes it. */
  readonly broker: Broker
  /** Stays the same over restarts. */
  readonly identity: string
  /** Its state. */
  readonly directory: string
  readonly config: Readonly<Record<string, string>>
  readonly plans: readonly PhysicalPlan[]
  readonly clock: Clock
  readonly timer: Timer
  /** Random numbers in [0, 1). */
  readonly random: () => number
  /** How long its next call takes to the broker, ms. Default: no time. */
  readonly latencyMs?: () => number
  /** Opens the environments of its state. */
  readonly openEnvironment: OpenEnvironment
}

/** How long copies may take to become up to date before a rebalance goes on without them, ms. */
const WARM_UP_MS = 200
const WARM_POLL_MS = 5

export class SimulatedServer {
  readonly identity: string
  readonly runtime: SettlingQueryRuntime
  memberId: string
  readonly #broker: Broker
  readonly #timer: Timer
  readonly #latencyMs: () => number
  #isCut = false
  /** Pending: the server is frozen. */
  #frozen: PromiseWithResolvers<void> | null = null
  #joins = 0
  #owned: readonly number[] = []
  #followed: readonly number[] = []

  /** Resolves when its queries are there; it has no slots yet. */
  static async start(options: SimulatedServerOptions): Promise<SimulatedServer> {
    const server = new SimulatedServer(options)
    for (const plan of options.plans) await server.runtime.start({ plan, config: options.config, paused: false })
    return server
  }

  private constructor(options: SimulatedServerOptions) {
    const { identity, directory, config, clock, timer, random, latencyMs, openEnvironment } = options
    this.identity = identity
    this.memberId = `${identity}-0`
    this.#timer = timer
    this.#latencyMs = latencyMs ?? (() => 0)
    this.#broker = options.broker
    void this.#broker.connect()
    const broker = distantBroker(this.#broker, () => this.#reach())
    const parts = { broker, clock, timer, config }
    const stores = durableStores({
      ...parts,
      directory,
      cacheBytes: 1e6,
      changelogs: broker,
      onWarning: () => {},
      openEnvironment,
    })
    const transactionalId = `${identity}-0`
    const workers = inProcessWorkers({ ...parts, functions, random, stores, transactionalId })
    this.runtime = createQueryRuntime({ ...parts, workers, changelogs: true, sharesSlots: true, serverId: identity })
  }

  get claim(): SlotClaim {
    return { memberId: this.memberId, owned: this.#owned, followed: this.#followed, warm: this.runtime.warmSlots() }
  }

  /** Takes an assignment; answers whether another rebalance is to come. */
  async take(
    { slots, standbys, warming }: SlotShare,
    membership: { readonly group: string; readonly generation: number; readonly identities: readonly string[] },
  ): Promise<boolean> {
    const { identities, ...rest } = membership
    const liveWriters = identities.map((identity) => `${identity}-`)
    this.runtime.setMember({ ...rest, memberId: this.memberId, topic: 'commands', liveWriters })
    const lost = this.#owned.filter((slot) => !slots.includes(slot))
    const gained = slots.filter((slot) => !this.#owned.includes(slot))
    this.#owned = slots.filter((slot) => this.#owned.includes(slot))
    if (lost.length > 0) await this.runtime.dropSlots(lost, { commit: true })
    this.#owned = slots
    if (gained.length > 0) this.runtime.takeSlots(gained)
    this.#followed = [...new Set([...standbys, ...lost])]
    this.runtime.followSlots(standbys)
    return lost.length > 0 || (await this.#warmed(warming))
  }

  /** The coordinator has given it up, and it has heard of that: it joins again as another member. */
  async lose(): Promise<void> {
    const slots = this.#owned
    this.#owned = []
    this.#followed = []
    this.memberId = `${this.identity}-${++this.#joins}`
    this.runtime.setMember(null)
    await this.runtime.dropSlots(slots, { commit: false })
  }

  /** Commits and gives everything up. */
  async release(): Promise<void> {
    const slots = this.#owned
    this.#owned = []
    await this.runtime.dropSlots(slots, { commit: true })
  }

  /** From now on its calls reach the broker only once it is thawed, with all that they carried. */
  freeze(): void {
    this.#frozen ??= Promise.withResolvers()
  }

  thaw(): void {
    this.#frozen?.resolve()
    this.#frozen = null
  }

  /** Ends it as a killed process ends: from now on nothing that it does has an effect outside. */
  async kill(): Promise<void> {
    this.#isCut = true
    this.thaw()
    await this.runtime.close()
  }

  async close(): Promise<void> {
    await this.runtime.close()
  }

  /** Frees what even a dead server holds: transactions that it left open end with its connection. */
  async dispose(): Promise<void> {
    await this.#broker.close()
  }

  async #reach(): Promise<void> {
    const latencyMs = this.#latencyMs()
    if (latencyMs > 0) await sleep(this.#timer, latencyMs)
    while (this.#frozen !== null) await this.#frozen.promise
    if (this.#isCut) throw new BrokerError('CLOSED', 'The server is dead.')
  }

  async #warmed(warming: readonly number[]): Promise<boolean> {
    if (warming.length === 0) return false
    const until = this.#timer.elapsed() + WARM_UP_MS
    const isWarm = () => {
      const warm = new Set(this.runtime.warmSlots())
      return warming.every((slot) => warm.has(slot))
    }
    while (!isWarm() && this.#timer.elapsed() < until) await sleep(this.#timer, WARM_POLL_MS)
    return isWarm()
  }
}
