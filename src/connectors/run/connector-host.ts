/**
 * The connectors of one server, in one thread. It takes the list of those that are to run, and makes it so: what is missing is started, what is no longer
 * wanted is ended with its work committed. The same call after the death of a thread brings everything back.
 */
import { sleep } from '../../clock.ts'
import { optionsOf } from '../common-options.ts'
import type { ConnectorDeclaration } from '../connector.ts'
import { CONNECTORS } from '../index.ts'
import { resolveOptions } from '../options.ts'
import { secretNames } from '../secrets.ts'
import type { ConnectorSpec, ConnectorStatus, DesiredConnectors } from './connector-spec.ts'
import type { RunningConnector } from './running-connector.ts'
import { RunningSink } from './running-sink.ts'
import { RunningSource } from './running-source.ts'
import type { ConnectorSurroundings } from './surroundings.ts'
import { taskContext } from './task-context.ts'

export interface ConnectorHost {
  /**
   * Resolves when what is not wanted any more has ended. One call at a time. Rejects if a connector could not be placed, after all others
   * have been; the same call may succeed later.
   */
  apply(desired: DesiredConnectors): Promise<void>
  status(): Promise<readonly ConnectorStatus[]>
  /** Removes what a dropped connector, which has ended, has made in the other system. Rejects if it could not. */
  purge(spec: ConnectorSpec): Promise<void>
  /** Ends all connectors, with their work committed. */
  close(): Promise<void>
}

/** The other system may need a moment to notice that the task has ended. */
const PURGE_TRIES = 5
const PURGE_PAUSE_MS = 1000

interface Placed {
  readonly connector: RunningConnector
  readonly configuration: string
}

export class LocalConnectorHost implements ConnectorHost {
  readonly #surroundings: ConnectorSurroundings
  readonly #running = new Map<string, Placed>()
  readonly #closing = new AbortController()

  constructor(surroundings: ConnectorSurroundings) {
    this.#surroundings = surroundings
  }

  async apply({ connectors, secrets, slots }: DesiredConnectors): Promise<void> {
    this.#surroundings.secrets.replace(secrets)
    const wanted = new Map(connectors.map((connector) => [connector.name, configurationOf(connector, secrets)]))
    await Promise.all(
      [...this.#running].map(async ([name, running]) => {
        if (running.configuration === wanted.get(name)) return
        await running.connector.close()
        this.#running.delete(name)
      }),
    )
    const owned = new Set(slots)
    const placed = await Promise.allSettled(
      connectors.map(async ({ isPaused, ...spec }) => {
        const running = this.#running.get(spec.name) ?? {
          connector: this.#make(spec),
          configuration: wanted.get(spec.name)!,
        }
        this.#running.set(spec.name, running)
        await running.connector.place(owned, isPaused)
      }),
    )
    for (const result of placed) if (result.status === 'rejected') throw result.reason
  }

  status(): Promise<readonly ConnectorStatus[]> {
    return Promise.all([...this.#running.values()].map(({ connector }) => connector.status()))
  }

  async purge(spec: ConnectorSpec): Promise<void> {
    const { timer, readSecret } = this.#surroundings
    const declaration = this.#declarationOf(spec)
    if (declaration.kind === 'SINK' || declaration.purge === undefined) return
    const options = resolveOptions(optionsOf(declaration), spec.options, readSecret)
    const context = await taskContext(spec, options, this.#closing.signal, this.#surroundings)
    for (let left = PURGE_TRIES; ; left--) {
      try {
        return await declaration.purge(context)
      } catch (error) {
        if (left <= 1 || this.#closing.signal.aborted) throw error
        await sleep(timer, PURGE_PAUSE_MS, { signal: this.#closing.signal })
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all([...this.#running.values()].map(({ connector }) => connector.close()))
    this.#running.clear()
  }

  #declarationOf(spec: ConnectorSpec): ConnectorDeclaration {
    const declaration = CONNECTORS.find(({ kind, name }) => kind === spec.kind && name === spec.connector)
    if (declaration === undefined) throw new Error(`This server has no ${spec.kind} connector ${spec.connector}.`)
    return declaration
  }

  #make(spec: ConnectorSpec): RunningConnector {
    const declaration = this.#declarationOf(spec)
    return declaration.kind === 'SINK'
      ? new RunningSink(spec, declaration, this.#surroundings)
      : new RunningSource(spec, declaration, this.#surroundings)
  }
}

/** What a connector is started with, as a text: when it is another, the connector is started again. */
function configurationOf({ id, options }: ConnectorSpec, secrets: DesiredConnectors['secrets']): string {
  return JSON.stringify([id, options, secretNames(Object.values(options)).map((name) => secrets[name])])
}
