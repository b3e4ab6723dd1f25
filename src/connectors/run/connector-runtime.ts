/**
 * The connectors of this server as the engine sees them. It keeps the wanted state and brings the host to it, again and again until the host
 * has reached it: statements and slots change the wanted state only.
 */
import type { Broker } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { sleep, type Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import { SLOTS } from '../../runtime/slots.ts'
import { connectorGroup, connectorPositions } from '../../runtime/topic-names.ts'
import type { ConnectorHost } from './connector-host.ts'
import type { ConnectorSpec, ConnectorStatus, DesiredConnectors } from './connector-spec.ts'

/** Opens the host for the first connector; `onLost` is called if its thread dies. */
export type OpenHost = (onLost: () => void) => Promise<ConnectorHost>

export interface ConnectorRuntimeOptions {
  /** Belongs to this thread. The caller closes it after the runtime. */
  readonly broker: Broker
  readonly timer: Timer
  readonly serviceId: string
  readonly open: OpenHost
  /** Whether slots come by `takeSlots`; otherwise all are this server's. */
  readonly sharesSlots: boolean
  readonly warn: (message: string) => void
}

/** What statements have defined, wherever it runs. */
export type WantedConnectors = Omit<DesiredConnectors, 'slots'>

const RETRY_MS = 2000

export class ConnectorRuntime {
  readonly #options: ConnectorRuntimeOptions
  readonly #slots: Set<number>
  readonly #closing = new AbortController()
  #desired: WantedConnectors = { connectors: [], secrets: {} }
  #host: Promise<ConnectorHost> | null = null
  /** The end of all calls so far. */
  #last: Promise<void> = Promise.resolve()
  #isRetrying = false

  constructor(options: ConnectorRuntimeOptions) {
    this.#options = options
    this.#slots = new Set(options.sharesSlots ? [] : Array.from({ length: SLOTS }, (_, slot) => slot))
  }

  /** Takes all connectors that are to run. Resolves when those that are not wanted any more have ended. Never rejects. */
  run(desired: WantedConnectors): Promise<void> {
    this.#desired = desired
    return this.#reach()
  }

  /**
   * Deletes what a dropped connector has left on the broker, and in the background what it has left in the other system. Rejects with a
   * BrokerError.
   */
  async purge(spec: ConnectorSpec): Promise<void> {
    const { broker, serviceId } = this.#options
    const { name, kind } = spec
    void this.#purgeElsewhere(spec)
    if (kind === 'SINK') return broker.deleteGroup(connectorGroup(serviceId, name))
    try {
      await broker.deleteTopic(connectorPositions(serviceId, name))
    } catch (error) {
      if (!(error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC')) throw error
    }
  }

  /** The connectors that have tasks here. */
  async status(): Promise<readonly ConnectorStatus[]> {
    const host = await this.#host?.catch(() => null)
    return (await host?.status().catch(() => [])) ?? []
  }

  /** Starts tasks of these slots in the background. */
  takeSlots(slots: readonly number[]): void {
    for (const slot of slots) this.#slots.add(slot)
    void this.#reach()
  }

  /** Resolves when the tasks of these slots have ended, with their work committed. */
  dropSlots(slots: readonly number[]): Promise<void> {
    for (const slot of slots) this.#slots.delete(slot)
    return this.#reach()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#last
    const host = await this.#host?.catch(() => null)
    await host?.close()
  }

  /** A statement does not wait for another system that is away. */
  async #purgeElsewhere(spec: ConnectorSpec): Promise<void> {
    const host = await this.#host?.catch(() => null)
    try {
      await host?.purge(spec)
    } catch (error) {
      this.#options.warn(
        `Connector ${spec.name} was dropped, and what it has made in the other system is still there: ${messageOf(error)}`,
      )
    }
  }

  #reach(): Promise<void> {
    this.#last = this.#last.then(() => this.#apply())
    return this.#last
  }

  async #apply(): Promise<void> {
    if (this.#closing.signal.aborted || (this.#desired.connectors.length === 0 && this.#host === null)) return
    try {
      const host = await this.#openHost()
      await host.apply({ ...this.#desired, slots: [...this.#slots] })
    } catch (error) {
      this.#options.warn(`Connectors could not be placed, which is tried again: ${messageOf(error)}`)
      void this.#retry()
    }
  }

  /** In the background, so that a statement does not wait for a broker that is away. */
  async #retry(): Promise<void> {
    if (this.#isRetrying) return
    this.#isRetrying = true
    await sleep(this.#options.timer, RETRY_MS, { signal: this.#closing.signal })
    this.#isRetrying = false
    await this.#reach()
  }

  #openHost(): Promise<ConnectorHost> {
    if (this.#host !== null) return this.#host
    const opening = this.#options.open(() => {
      if (this.#host === opening) this.#host = null
      void this.#reach()
    })
    this.#host = opening
    opening.catch(() => {
      if (this.#host === opening) this.#host = null
    })
    return opening
  }
}
