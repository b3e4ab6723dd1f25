/** Websockets: /ws/query for the rows of one query, a frame each, and /ws/queries for one query after the other. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'
import type { Scheduled, Timer } from '../clock.ts'
import type { ServerContext } from './context.ts'
import { errorAnswer } from './error-answer.ts'
import { type Access, checkAccess } from './guards.ts'
import { STATUS_CODES } from './net/node-http.ts'
import { WebSocketQueries } from './websocket-queries.ts'
import { sendOverWebSocket, type WebSocketRequest } from './websocket-query.ts'

const ONE_QUERY = '/ws/query'
const QUERIES = '/ws/queries'

const PING_INTERVAL_MS = 30_000

/** Whether a request is for a websocket; other requests to upgrade are answered as if they named no protocol. */
export function asksForWebSocket({ headers, url }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && [ONE_QUERY, QUERIES].includes(urlOf(url).pathname)
}

const urlOf = (url: string | undefined): URL => new URL(url ?? '', BASE)

/** A base, so that a path can be read as a URL. */
const BASE = 'http://server'

export class WebSocketEndpoint {
  readonly #context: ServerContext
  readonly #access: Access
  readonly #maxAgeMs: number
  /** Loaded with the first client, so that a server without websockets does not hold it in memory. */
  #server: Promise<WebSocketServer> | null = null
  readonly #open = new Set<WebSocket>()

  constructor(context: ServerContext, access: Access, maxAgeMs: number) {
    this.#context = context
    this.#access = access
    this.#maxAgeMs = maxAgeMs
  }

  async accept(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { pathname, searchParams: parameters } = urlOf(request.url)
    const token = parameters.get('access_token')
    const authorization = token === null ? request.headers.authorization : `Basic ${token}`
    try {
      this.#check(request, pathname, authorization)
    } catch (error) {
      return refuse(socket, error)
    }
    this.#server ??= loadServer(this.#context.maxBodyBytes)
    const server = await this.#server
    server.handleUpgrade(request, socket, head, (client) => {
      this.#hold(client)
      if (pathname === QUERIES) new WebSocketQueries(this.#context, client, authorization)
      else this.#answer(client, { text: parameters.get('request'), authorization })
    })
  }

  /** Drops the clients that have not closed their connections; their queries have ended by then. */
  closeAll(): void {
    for (const client of this.#open) client.terminate()
  }

  #check({ headers }: IncomingMessage, path: string, authorization: string | undefined): void {
    checkAccess(this.#access, {
      path,
      ...(headers.origin === undefined ? {} : { origin: headers.origin }),
      ...(headers.host === undefined ? {} : { host: headers.host }),
      ...(authorization === undefined ? {} : { authorization }),
    })
    this.#context.lifecycle.checkReady()
  }

  #hold(client: WebSocket): void {
    this.#open.add(client)
    const { timer, counts } = this.#context
    counts.connections.websocket++
    const life = timer.after(this.#maxAgeMs, () => client.close(1000, 'This connection has reached its maximum age.'))
    const pulse = startPulse(client, timer)
    client.on('error', () => client.terminate())
    client.once('close', () => {
      life.cancel()
      pulse.cancel()
      this.#open.delete(client)
      counts.connections.websocket--
    })
  }

  #answer(client: WebSocket, request: WebSocketRequest): void {
    void this.#context.lifecycle.during(() => sendOverWebSocket(this.#context, client, request))
  }
}

async function loadServer(maxPayload: number): Promise<WebSocketServer> {
  const { WebSocketServer } = await import('ws')
  return new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload })
}

/** Cuts a client that does not answer pings: it is gone, even if its connection never closed. */
function startPulse(client: WebSocket, timer: Timer): Scheduled {
  let isAlive = true
  client.on('pong', () => {
    isAlive = true
  })
  return timer.every(PING_INTERVAL_MS, () => {
    if (!isAlive) return client.terminate()
    isAlive = false
    client.ping()
  })
}

/** Before the handshake a refusal is an ordinary HTTP answer. */
function refuse(socket: Socket, error: unknown): void {
  const { status, body } = errorAnswer(error)
  const text = JSON.stringify(body)
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      '',
      text,
    ].join('\r\n'),
  )
}
