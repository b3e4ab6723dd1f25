/** A Kafka Connect cluster over the REST API of its workers. Source: Kafka documentation, "Kafka Connect: REST API". */
import type { Timer } from '../clock.ts'
import type { ClientTls } from '../http/client-tls.ts'
import { type JsonAnswer, type JsonRequest, JsonRequests, ServiceUnavailable } from '../http/json-requests.ts'
import {
  type ConnectCluster,
  ConnectError,
  type ConnectorInfo,
  type ConnectorPlugin,
  type ConnectorStatus,
  type OptionErrors,
} from './connect-cluster.ts'

const ROUNDS = 3
/** A rebalance of workers takes some seconds; with the pauses these rounds wait for about twelve. */
const ROUNDS_OF_REBALANCE = 10
const LONGEST_PAUSE_MS = 2000
const PASSING: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])
const CONFLICT = 409
/** Some messages begin with the class of the worker's exception. */
const EXCEPTION = /^(?:[a-z_]\w*\.)+\w+(?:Exception|Error): /

export interface HttpConnectOptions {
  /** Addresses of workers; none: every call is refused. */
  readonly urls: readonly string[]
  /** Value of the Authorization header, read again for each request; null: none. */
  readonly authorization: () => string | null
  readonly tls: ClientTls
  readonly timeoutMs: number
  readonly timer: Timer
  /** In [0, 1); spreads retries. */
  readonly random: () => number
}

export class HttpConnect implements ConnectCluster {
  readonly #requests: JsonRequests
  readonly #isUnnamed: boolean

  constructor({ urls, authorization, tls, timeoutMs, timer, random }: HttpConnectOptions) {
    this.#isUnnamed = urls.length === 0
    this.#requests = new JsonRequests({
      service: 'Kafka Connect worker',
      urls: urls.map((url) => url.replace(/\/+$/, '')),
      headers: (): Record<string, string> => {
        const value = authorization()
        return value === null ? {} : { authorization: value }
      },
      mediaType: 'application/json',
      tls,
      timeoutMs,
      rounds: ({ status }) => (status === CONFLICT ? ROUNDS_OF_REBALANCE : ROUNDS),
      longestPauseMs: LONGEST_PAUSE_MS,
      isPassing: (answer) => PASSING.has(answer.status) || isRebalance(answer),
      timer,
      random,
    })
  }

  async connectors(): Promise<readonly string[]> {
    return (await this.#answer({ method: 'GET', path: '/connectors' })) as readonly string[]
  }

  async plugins(): Promise<readonly ConnectorPlugin[]> {
    const plugins = (await this.#answer({ method: 'GET', path: '/connector-plugins' })) as readonly ConnectorPlugin[]
    return plugins.map((plugin) => ({ class: plugin.class, type: plugin.type, version: plugin.version ?? null }))
  }

  async validate(connectorClass: string, config: Readonly<Record<string, string>>): Promise<readonly OptionErrors[]> {
    const path = `/connector-plugins/${encodeURIComponent(connectorClass)}/config/validate`
    const { configs = [] } = (await this.#answer({ method: 'PUT', path, body: config })) as ConfigInfos
    return configs.flatMap(({ value: { name, errors = [] } }) => (errors.length > 0 ? [{ option: name, errors }] : []))
  }

  async create(name: string, config: Readonly<Record<string, string>>): Promise<ConnectorInfo> {
    const request: JsonRequest = { method: 'POST', path: '/connectors', body: { name, config }, isRepeatable: false }
    return (await this.#answer(request)) as ConnectorInfo
  }

  async describe(name: string): Promise<ConnectorInfo> {
    return (await this.#answer({ method: 'GET', path: connectorPath(name) })) as ConnectorInfo
  }

  async status(name: string): Promise<ConnectorStatus> {
    return (await this.#answer({ method: 'GET', path: `${connectorPath(name)}/status` })) as ConnectorStatus
  }

  async topics(name: string): Promise<readonly string[]> {
    const byName = await this.#answer({ method: 'GET', path: `${connectorPath(name)}/topics` })
    return (byName as Readonly<Record<string, { readonly topics?: readonly string[] }>>)[name]?.topics ?? []
  }

  async drop(name: string): Promise<void> {
    await this.#answer({ method: 'DELETE', path: connectorPath(name), isRepeatable: false })
  }

  close(): void {
    this.#requests.close()
  }

  /** The answer's document. Rejects with a ConnectError for a refusal. */
  async #answer(request: JsonRequest): Promise<unknown> {
    const answer = await this.#send(request)
    const { status, json, text } = answer
    if (status === 204) return null
    if (status >= 200 && status < 300 && json !== undefined) return json
    const { message } = (json ?? {}) as { readonly message?: string | null }
    const said = message ?? (text.trim() === '' ? `Kafka Connect answers ${status}` : text.trim())
    throw new ConnectError(said.replace(EXCEPTION, ''), { status })
  }

  async #send(request: JsonRequest): Promise<JsonAnswer> {
    if (this.#isUnnamed)
      throw new ConnectError('No worker of Kafka Connect is known: set ksql.connect.url.', { status: 0 })
    try {
      return await this.#requests.send(request)
    } catch (error) {
      if (!(error instanceof ServiceUnavailable)) throw error
      throw new ConnectError(error.message, { status: error.status, cause: error })
    }
  }
}

/** The part of `ConfigInfos` that is read. */
interface ConfigInfos {
  readonly configs?: readonly { readonly value: { readonly name: string; readonly errors?: readonly string[] } }[]
}

const connectorPath = (name: string): string => `/connectors/${encodeURIComponent(name)}`

/**
 * Connect answers 409 while its workers rebalance or read a new configuration, and for a name that is taken. Source:
 * `RebalanceNeededException`, `RequestTargetException`, `AlreadyExistsException`.
 */
function isRebalance({ status, json }: JsonAnswer): boolean {
  const { message } = (json ?? {}) as { readonly message?: string | null }
  return status === CONFLICT && !/already exists/i.test(message ?? '')
}
