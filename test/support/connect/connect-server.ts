/**
 * A worker of Kafka Connect as far as `HttpConnect` uses it: connectors in memory, whose states can be set, and chosen failures. Source: Kafka
 * documentation, "Kafka Connect: REST API"; the wordings of `AbstractHerder` and `DistributedHerder`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ConnectorPartState, ConnectorStatus } from '../../../src/connect/connect-cluster.ts'

/** The wording of a worker that waits for the end of a rebalance. */
export const REBALANCE =
  'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)'

interface Failure {
  readonly status: number
  readonly message: string
}

export class ConnectServer {
  /** What came in: `GET /connectors`. */
  readonly requests: string[] = []
  readonly authorizations: (string | undefined)[] = []
  /** Answers, one request each, before it works again; null: the connection is cut after the request was carried out. */
  readonly failures: (Failure | null)[] = []
  readonly configs = new Map<string, Readonly<Record<string, string>>>()
  /** State of the connector and of its one task, by name; RUNNING unless set. */
  readonly states = new Map<string, { readonly connector: string; readonly task: string; readonly trace?: string }>()
  readonly topics = new Map<string, readonly string[]>()
  /** Awaited before each answer. */
  beforeAnswer: () => Promise<void> = async () => {}
  readonly #server
  readonly #scheme

  /** `tls`: its certificate; null: without TLS. */
  constructor(tls: { readonly key: string; readonly cert: string } | null = null) {
    const listener = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response)
    this.#server = tls === null ? createServer(listener) : createTlsServer(tls, listener)
    this.#scheme = tls === null ? 'http' : 'https'
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(`${request.method} ${request.url}`)
    this.authorizations.push(request.headers.authorization)
    const body = await jsonOf(request)
    await this.beforeAnswer()
    const failure = this.failures.shift()
    const [status, answer] = failure ? refused(failure.status, failure.message) : this.#answer(request, body)
    if (failure === null) {
      response.destroy()
      return
    }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(status === 204 ? undefined : JSON.stringify(answer))
  }

  #answer({ method, url }: IncomingMessage, body: unknown): Answer {
    const [root, name, part, action] = new URL(url!, 'http://connect').pathname
      .slice(1)
      .split('/')
      .map(decodeURIComponent)
    if (root === 'connector-plugins') {
      if (name === undefined) return [200, PLUGINS]
      if (part === 'config' && action === 'validate') return validated(name, body as Readonly<Record<string, string>>)
    }
    if (root !== 'connectors') return refused(404, 'HTTP 404 Not Found')
    if (name === undefined)
      return method === 'POST' ? this.#create(body as NewConnector) : [200, [...this.configs.keys()]]
    if (method === 'DELETE') {
      return this.configs.delete(name) ? [204, null] : refused(404, `Connector ${name} not found`)
    }
    return this.#describe(name, part)
  }

  #create({ name, config }: NewConnector): Answer {
    if (this.configs.has(name)) return refused(409, `Connector ${name} already exists`)
    this.configs.set(name, config)
    return [201, this.#info(name, config)]
  }

  #describe(name: string, part: string | undefined): Answer {
    const config = this.configs.get(name)
    if (config === undefined) {
      return part === 'status'
        ? refused(404, `No status found for connector ${name}`)
        : refused(404, `Connector ${name} not found`)
    }
    if (part === 'status') return [200, this.#status(name)]
    if (part === 'topics') return [200, { [name]: { topics: this.topics.get(name) ?? [] } }]
    return [200, this.#info(name, config)]
  }

  #info(name: string, config: Readonly<Record<string, string>>) {
    return { name, config, tasks: [{ connector: name, task: 0 }], type: typeOf(config['connector.class'] ?? '') }
  }

  #status(name: string): ConnectorStatus {
    const { connector, task, trace } = this.states.get(name) ?? { connector: 'RUNNING', task: 'RUNNING' }
    const at = (state: string): ConnectorPartState => ({ state, worker_id: '127.0.0.1:8083' })
    const type = typeOf(this.configs.get(name)!['connector.class'] ?? '')
    return {
      name,
      connector: at(connector),
      tasks: [{ id: 0, ...at(task), ...(trace !== undefined && { trace }) }],
      type,
    }
  }
}

type Answer = readonly [status: number, body: unknown]

interface NewConnector {
  readonly name: string
  readonly config: Readonly<Record<string, string>>
}

const SOURCE_CLASS = 'org.apache.kafka.connect.file.FileStreamSourceConnector'
const SINK_CLASS = 'org.apache.kafka.connect.file.FileStreamSinkConnector'
const BAD_REQUEST = 'org.apache.kafka.connect.runtime.rest.errors.BadRequestException'
const PLUGINS = [
  { class: SINK_CLASS, type: 'sink', version: '4.3.1' },
  { class: SOURCE_CLASS, type: 'source', version: '4.3.1' },
]

const typeOf = (connectorClass: string): 'source' | 'sink' => (connectorClass === SINK_CLASS ? 'sink' : 'source')

const refused = (status: number, message: string): Answer => [status, { error_code: status, message }]

/** The file connectors need a topic. */
function validated(connectorClass: string, config: Readonly<Record<string, string>>): Answer {
  if (!PLUGINS.some((plugin) => plugin.class === connectorClass)) {
    const unknown = `Failed to find any class that implements Connector and which name matches ${connectorClass}`
    return refused(500, `${BAD_REQUEST}: ${unknown}, available connectors are: PluginDesc{klass=...}`)
  }
  const option = connectorClass === SINK_CLASS ? 'topics' : 'topic'
  const errors =
    config[option] === undefined ? [`Missing required configuration "${option}" which has no default value.`] : []
  const values = [
    { name: 'name', errors: [] },
    { name: option, errors },
  ]
  return [200, { name: connectorClass, error_count: errors.length, configs: values.map((value) => ({ value })) }]
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  const text = Buffer.concat(parts).toString()
  return text === '' ? null : JSON.parse(text)
}
