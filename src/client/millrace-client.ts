/**
 * The client of Millrace's HTTP API, for browsers and for Node: `import { MillraceClient } from 'millrace/client'`. It uses nothing but `fetch`
 * and other parts that both have. See docs/client.md.
 */
import { systemTimer, type Timer } from '../clock.ts'
import type { Entity } from '../engine/describe/entities.ts'
import { type InsertOptions, InsertStream } from './insert-stream.ts'
import { type QueryOptions, type RunningQuery, startQuery } from './query.ts'
import type { Row } from './row-values.ts'
import { type SubscribeOptions, type SubscriptionEvent, subscribe } from './subscription.ts'
import { type Credentials, Transport } from './transport.ts'

export type { Entity } from '../engine/describe/entities.ts'
export { type InsertOptions, InsertStream } from './insert-stream.ts'
export { ConnectionError, MillraceError, ServerError } from './millrace-error.ts'
export type { Change, QueryOptions, RunningQuery } from './query.ts'
export type { InsertRow, InsertValue } from './row-text.ts'
export type { Column, Row, Value } from './row-values.ts'
export type { SubscribeOptions, SubscriptionEvent } from './subscription.ts'
export type { Credentials } from './transport.ts'

export interface ClientOptions {
  /** A user with a password, or a token, if the server requires one. */
  readonly credentials?: Credentials
  /** Headers of each request, such as those of a gateway before the server. */
  readonly headers?: Readonly<Record<string, string>>
  /** Longest wait for the beginning of an answer, ms. Default: 60,000. */
  readonly timeoutMs?: number
  /** Default: that of the platform. */
  readonly fetch?: typeof fetch
  /** Measures time-outs and pauses. Default: the platform's. */
  readonly timer?: Timer
}

export interface ExecuteOptions {
  /** Settings for the statements, as by SET. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>
  /** Values of `${name}`. */
  readonly variables?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** The answer of GET /info. */
export interface ServerInfo {
  /** The release of ksqlDB whose API the server has. */
  readonly version: string
  readonly millraceVersion: string
  readonly kafkaClusterId: string
  readonly ksqlServiceId: string
  readonly serverStatus: 'RUNNING' | 'ERROR' | 'DEGRADED'
}

export class MillraceClient {
  readonly #transport: Transport
  /** The number of the last command. Later statements wait until it has been applied, whichever server of a cluster they reach. */
  #commandSequenceNumber = -1

  /** `url`: `http://localhost:8088`; in a page of the server itself the empty string. Connects with the first request. */
  constructor(url: string, options: ClientOptions = {}) {
    this.#transport = new Transport({
      url,
      credentials: options.credentials ?? null,
      headers: options.headers ?? {},
      timeoutMs: options.timeoutMs ?? 60_000,
      timer: options.timer ?? systemTimer,
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    })
  }

  async info({ signal }: { readonly signal?: AbortSignal } = {}): Promise<ServerInfo> {
    const answer = await this.#transport.send({ path: '/info', signal })
    return ((await answer.json()) as { KsqlServerInfo: ServerInfo }).KsqlServerInfo
  }

  /**
   * Runs statements other than SELECT and PRINT. Resolves to an entity for each that has an answer; `@type` says which. Throws a ServerError if a
   * statement is refused; then none was carried out, unless the error has `entities`.
   */
  async execute(sql: string, { properties = {}, variables = {}, signal }: ExecuteOptions = {}): Promise<Entity[]> {
    const body = JSON.stringify({
      ksql: sql,
      streamsProperties: properties,
      sessionVariables: variables,
      commandSequenceNumber: this.#commandSequenceNumber,
    })
    const answer = await this.#transport.send({ path: '/ksql', body, signal })
    const entities = (await answer.json()) as Entity[]
    for (const entity of entities) {
      if (entity['@type'] !== 'currentStatus') continue
      this.#commandSequenceNumber = Math.max(this.#commandSequenceNumber, entity.commandSequenceNumber)
    }
    return entities
  }

  /** Begins one SELECT. Resolves when the columns are known; the result is an async iterable of rows. Throws a ServerError. */
  query<R extends Row = Row>(sql: string, options: QueryOptions = {}): Promise<RunningQuery<R>> {
    return startQuery<R>(this.#transport, sql, options)
  }

  /** The rows of a SELECT that ends: a pull query, or one with LIMIT. */
  async rows<R extends Row = Row>(sql: string, options: QueryOptions = {}): Promise<R[]> {
    return (await this.query<R>(sql, options)).all()
  }

  /** Ends a push query of any client by its id. */
  async closeQuery(queryId: string): Promise<void> {
    await this.#transport.send({ path: '/close-query', body: JSON.stringify({ queryId }) })
  }

  /** A stream of rows into a stream or table. `target`: its name; in back-quotes as it is, else in upper case. */
  inserts(target: string, options: InsertOptions = {}): InsertStream {
    return new InsertStream(this.#transport, target, options)
  }

  /**
   * The changes of a stream or table, across lost connections and restarts of the server. `source`: its name as SQL writes it. See
   * docs/client.md#subscribe for what comes twice and what does not.
   */
  subscribe<R extends Row = Row>(source: string, options: SubscribeOptions = {}): AsyncGenerator<SubscriptionEvent<R>> {
    const isTable = async (name: string) => {
      const [entity] = await this.execute(`DESCRIBE ${name};`)
      return entity?.['@type'] === 'sourceDescription' && entity.sourceDescription.type === 'TABLE'
    }
    return subscribe<R>(source, { transport: this.#transport, now: () => Date.now(), isTable }, options)
  }
}
