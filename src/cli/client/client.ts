/** A client of the HTTP API, usable without the command line. */
import type { IncomingMessage } from 'node:http'
import { StringDecoder } from 'node:string_decoder'
import type { Entity } from '../../engine/describe/entities.ts'
import { type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import { ClientError } from './client-error.ts'
import { Connection, type Credentials, readText } from './connection.ts'
import { InsertClient, type InsertOptions } from './insert-client.ts'
import { JsonElements } from './json-elements.ts'

const KSQL_JSON = 'application/vnd.ksql.v1+json'

export interface RequestOptions {
  /** Configuration overrides. */
  readonly properties?: Readonly<Record<string, string>>
  /** Values of `${name}`. */
  readonly variables?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

export interface ExecuteOptions extends RequestOptions {
  /** Statements wait until this command has been executed; -1: they do not wait. */
  readonly commandSequenceNumber?: number
}

/** The first element of a query's answer. */
export interface Header {
  readonly queryId: string | null
  /** `` `K` STRING KEY, `N` BIGINT``. */
  readonly schema: string
}

/** The elements of a query's answer: one header, rows and remarks between them, perhaps a message. `text`: the element's JSON. */
export type QueryElement =
  | { readonly kind: 'header'; readonly header: Header; readonly text: string }
  | { readonly kind: 'row'; readonly columns: readonly JsonValue[]; readonly tombstone: boolean; readonly text: string }
  | { readonly kind: 'finalMessage' | 'notice'; readonly message: string; readonly text: string }

/** The answer of GET /info. */
export interface ServerInfo {
  /** The version of ksqlDB that the server is, or, where `millraceVersion` is present, follows. */
  readonly version: string
  readonly millraceVersion?: string
  readonly kafkaClusterId: string
  readonly ksqlServiceId: string
  readonly serverStatus: string
}

/** A client of one server, with one user's credentials. */
export class Client {
  readonly #connection: Connection

  /** Throws a ClientError if `url` is not the address of a server. Connects with the first request. */
  constructor(url: string, credentials: Credentials = {}) {
    this.#connection = new Connection(url, credentials)
  }

  get url(): string {
    return this.#connection.url.href.replace(/\/$/, '')
  }

  async info(signal?: AbortSignal): Promise<ServerInfo> {
    const answer = await this.#connection.send({ method: 'GET', path: '/info', accept: KSQL_JSON, signal })
    return (JSON.parse(await readText(answer)) as { KsqlServerInfo: ServerInfo }).KsqlServerInfo
  }

  /** The server's metrics in the text format of Prometheus. */
  async metrics(signal?: AbortSignal): Promise<string> {
    return readText(await this.#connection.send({ method: 'GET', path: '/metrics', accept: '*/*', signal }))
  }

  /** What the server tells its console, which is no part of the API: `path` is the one below `/console/api/`. Throws a ClientError. */
  async consoleData(path: string, signal?: AbortSignal): Promise<unknown> {
    const options = { method: 'GET', path: `/console/api/${path}`, accept: 'application/json', signal } as const
    return JSON.parse(await readText(await this.#connection.send(options)))
  }

  /** Runs statements; resolves to one entity for each that has an answer. Throws a ClientError. */
  async execute(sql: string, options: ExecuteOptions = {}): Promise<Entity[]> {
    const { properties = {}, variables = {}, commandSequenceNumber = -1, signal } = options
    const answer = await this.#connection.send({
      method: 'POST',
      path: '/ksql',
      accept: KSQL_JSON,
      body: JSON.stringify({
        ksql: sql,
        streamsProperties: properties,
        sessionVariables: variables,
        commandSequenceNumber,
      }),
      signal,
    })
    return JSON.parse(await readText(answer)) as Entity[]
  }

  /**
   * The elements of one SELECT as they arrive. Leaving the loop or aborting `signal` ends the query. Throws a ClientError, also between rows
   * if the query fails.
   */
  async *query(sql: string, options: RequestOptions = {}): AsyncGenerator<QueryElement> {
    const elements = new JsonElements()
    for await (const text of this.#texts(sql, options)) {
      for (const element of elements.push(text)) yield readElement(element)
    }
  }

  /** The lines of one PRINT as they arrive; ends as `query` does. */
  async *print(sql: string, options: RequestOptions = {}): AsyncGenerator<string> {
    let rest = ''
    for await (const text of this.#texts(sql, options)) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest !== '') yield rest
  }

  /** Ends any client's push query. */
  async closeQuery(queryId: string): Promise<void> {
    const body = JSON.stringify({ queryId })
    await readText(await this.#connection.send({ method: 'POST', path: '/close-query', accept: KSQL_JSON, body }))
  }

  /** A stream of rows into a stream or table. */
  insert(options: InsertOptions): InsertClient {
    return new InsertClient(this.#connection, options)
  }

  async *#texts(sql: string, { properties = {}, variables = {}, signal }: RequestOptions): AsyncGenerator<string> {
    const body = JSON.stringify({
      ksql: sql,
      streamsProperties: properties,
      sessionVariables: variables,
      requestProperties: { 'request.millrace.notices': true },
    })
    const answer = await this.#connection.send({ method: 'POST', path: '/query', accept: KSQL_JSON, body, signal })
    const decoder = new StringDecoder('utf8')
    try {
      for await (const chunk of answer) yield decoder.write(chunk as Buffer)
    } catch (error) {
      throw cutShort(answer, error as Error)
    } finally {
      // Node neither reuses nor closes the connection of an answer that is left before its end, and it would keep the process alive.
      if (!answer.readableEnded) answer.socket.destroy()
    }
  }
}

function readElement(text: string): QueryElement {
  const element = parseJsonValue(text) as ReadonlyMap<string, JsonValue>
  const row = element.get('row')
  if (row instanceof Map) {
    const columns = row.get('columns') as readonly JsonValue[]
    return { kind: 'row', columns, tombstone: row.get('tombstone') === true, text }
  }
  const { header, finalMessage, notice, errorMessage } = JSON.parse(text) as {
    header?: Header
    finalMessage?: string
    notice?: { message: string }
    errorMessage?: unknown
  }
  if (header !== undefined) return { kind: 'header', header, text }
  if (notice !== undefined) return { kind: 'notice', message: notice.message, text }
  if (finalMessage !== undefined) return { kind: 'finalMessage', message: finalMessage, text }
  throw errorMessage === undefined ? new ClientError(`Unknown answer: ${text}`) : ClientError.fromBody(errorMessage)
}

function cutShort(answer: IncomingMessage, error: Error): Error {
  if (error.name === 'AbortError' || answer.complete) return error
  return new ClientError('The server ended the connection in the middle of the answer.', { cause: error })
}
