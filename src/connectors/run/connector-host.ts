/**
 * The connectors of one server, in one thread. It takes the list of those that are to run, and makes it so: what is missing is started, what is no longer
 * wanted is ended with its work committed. The same call after the death of a thread brings everything back.
 */
import { CONNECTORS } from '../index.ts'
import type { ConnectorSpec, ConnectorStatus, DesiredConnectors } from './connector-spec.ts'
import type { RunningConnector } from './running-connector.ts'
import { RunningSink } from './running-sink.ts'
import { RunningSource } from './running-source.ts'
import type { ConnectorSurroundings } from './surroundings.ts'

export interface ConnectorHost {
  /**
   * Resolves when what is not wanted any more has ended. One call at a time. Rejects if a connector could not be placed, after all others
   * have been; the same call may succeed later.
   */
  apply(desired: DesiredConnectors): Promise<void>
  status(): Promise<readonly ConnectorStatus[]>
  /** Ends all connectors, with their work committed. */
  close(): Promise<void>
}

export class LocalConnectorHost implements ConnectorHost {
  readonly #surroundings: ConnectorSurroundings
  readonly #running = new Map<string, RunningConnector>()

  constructor(surroundings: ConnectorSurroundings) {
    this.#surroundings = surroundings
  }

  async apply({ connectors, slots }: DesiredConnectors): Promise<void> {
    const wanted = new Map(connectors.map((connector) => [connector.name, connector]))
    await Promise.all(
      [...this.#running].map(async ([name, running]) => {
        if (isSame(running.spec, wanted.get(name))) return
        await running.close()
        this.#running.delete(name)
      }),
    )
    const owned = new Set(slots)
    const placed = await Promise.allSettled(
      connectors.map(async ({ isPaused, ...spec }) => {
        const running = this.#running.get(spec.name) ?? this.#make(spec)
        this.#running.set(spec.name, running)
        await running.place(owned, isPaused)
      }),
    )
    for (const result of placed) if (result.status === 'rejected') throw result.reason
  }

  status(): Promise<readonly ConnectorStatus[]> {
    return Promise.all([...this.#running.values()].map((running) => running.status()))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((running) => running.close()))
    this.#running.clear()
  }

  #make(spec: ConnectorSpec): RunningConnector {
    const declaration = CONNECTORS.find(({ kind, name }) => kind === spec.kind && name === spec.connector)
    if (declaration === undefined) throw new Error(`This server has no ${spec.kind} connector ${spec.connector}.`)
    return declaration.kind === 'SINK'
      ? new RunningSink(spec, declaration, this.#surroundings)
      : new RunningSource(spec, declaration, this.#surroundings)
  }
}

/** Whether the running connector is the one that is wanted, with the same options. */
const isSame = (running: ConnectorSpec, wanted: DesiredConnectors['connectors'][number] | undefined): boolean =>
  wanted !== undefined && running.id === wanted.id && JSON.stringify(running.options) === JSON.stringify(wanted.options)
