/** The HTTP servers behind the ports: one for HTTP/1.1, one for HTTP/2, and every connection that they hold. */
import type { Server as Http1Server, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  constants,
  createServer as createHttp2,
  type Http2Server,
  type Http2ServerRequest,
  type ServerHttp2Session,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Timer } from '../clock.ts'
import { awaitFirstRequest } from './net/first-request.ts'
import { asksForHttp2, upgradeToHttp2 } from './net/h2c-upgrade.ts'
import { beginsWithInserts, LineFramedSocket, noteLineFrames } from './net/line-frames.ts'
import { createServer as createHttp1 } from './net/node-http.ts'
import type { Protocols } from './net/shared-port.ts'
import type { OpenConnections } from './request-metrics.ts'
import { asksForWebSocket, type WebSocketEndpoint } from './websocket.ts'

/** The websocket's request travels in its URL. */
const MAX_HEADER_BYTES = 128 * 1024
/** A client may hold many push queries over one connection. */
const MAX_STREAMS = 10_000

export interface ConnectionTimeouts {
  /** Time to send the head of a request. */
  readonly headMs: number
  /** Time to send all of a request. */
  readonly requestMs: number
  /** Time that a connection without requests under way stays open. */
  readonly idleMs: number
}

export interface ConnectionOptions {
  readonly timeouts: ConnectionTimeouts
  readonly timer: Timer
  /** Counts that are kept up to date. */
  readonly open: OpenConnections
}

export class Connections implements Protocols {
  readonly #http1: Http1Server
  readonly #http2: Http2Server
  /** A session that has closed waits for its client to close the connection, which one that does not read never does. */
  readonly #http2Sockets = new Set<Socket>()
  /** Those that have sent no request yet. */
  readonly #beginning = new Set<Socket>()
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #timer: Timer
  /** The connection whose session is being made. */
  #opening: Socket | LineFramedSocket | null = null

  constructor(app: FastifyInstance, websocket: WebSocketEndpoint, { timeouts, timer, open }: ConnectionOptions) {
    this.#timer = timer
    const route: RequestListener = (request, response) => app.routing(request, response)
    this.#http1 = createHttp1(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: timeouts.headMs,
        requestTimeout: timeouts.requestMs,
        keepAliveTimeout: timeouts.idleMs,
        shouldUpgradeCallback: (request) => asksForWebSocket(request) || asksForHttp2(request),
      },
      route,
    )
    watchConnections(this.#http1)
    this.#http1.on('connection', (socket) => countWhileOpen(open, 'http1', socket))
    this.#http1.on('upgrade', (request, socket, head) => {
      const connection = socket as Socket
      connection.on('error', () => connection.destroy())
      const done = asksForWebSocket(request)
        ? websocket.accept(request, connection, head)
        : upgradeToHttp2(request, connection, this.#upgraded)
      done.catch(() => connection.destroy())
    })
    this.#http2 = createHttp2(
      { settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES } },
      (request, response) => {
        request.stream.once('finish', () => drain(request, timer))
        // Fastify takes requests of Node's compatibility API as they are.
        route(request as unknown as IncomingMessage, response as unknown as ServerResponse)
      },
    )
    this.#http2.on('session', (session) => {
      if (this.#opening instanceof LineFramedSocket) noteLineFrames(session, this.#opening)
      this.#hold(session, timeouts.idleMs)
      countWhileOpen(open, 'http2', session)
    })
  }

  readonly http1 = (socket: Socket): void => {
    this.#http1.emit('connection', socket)
  }

  readonly http2 = (socket: Socket): void => {
    this.#beginning.add(socket)
    socket.once('close', () => this.#beginning.delete(socket))
    awaitFirstRequest(socket, this.#timer, (bytes) => {
      this.#beginning.delete(socket)
      this.#open(socket, { insertsRows: beginsWithInserts(bytes) })
    })
  }

  /** The request that asked for the upgrade is the first one. */
  readonly #upgraded = (socket: Socket): void => this.#open(socket, { insertsRows: false })

  #open(socket: Socket, { insertsRows }: { readonly insertsRows: boolean }): void {
    this.#http2Sockets.add(socket)
    socket.once('close', () => this.#http2Sockets.delete(socket))
    this.#opening = insertsRows ? new LineFramedSocket(socket, this.#timer) : socket
    // The session is made before this returns.
    this.#http2.emit('connection', this.#opening)
    this.#opening = null
  }

  /** Ends connections; those with requests under way end when these have been answered. */
  closeIdle(): void {
    for (const socket of this.#beginning) socket.destroy()
    this.#http1.close()
    this.#http1.closeIdleConnections()
    for (const session of this.#sessions) session.close()
  }

  closeAll(): void {
    this.#http1.closeAllConnections()
    for (const session of this.#sessions) session.destroy()
    for (const socket of [...this.#beginning, ...this.#http2Sockets]) socket.destroy()
  }

  #hold(session: ServerHttp2Session, idleMs: number): void {
    this.#sessions.add(session)
    session.once('close', () => this.#sessions.delete(session))
    session.on('error', () => session.destroy())
    session.setTimeout(idleMs, () => session.close())
  }
}

function countWhileOpen(
  open: OpenConnections,
  protocol: keyof OpenConnections,
  connection: { once(event: 'close', call: () => void): unknown },
): void {
  open[protocol]++
  connection.once('close', () => open[protocol]--)
}

/** How long a client that has its answer may continue to send the body of its request. */
const DRAIN_MS = 5000

/**
 * Reads and discards what a client still sends when its answer has left. Clients take a stream that is reset for a failure, even if the
 * answer was complete (RFC 9113 8.1); only one that does not stop sending is reset, long after END_STREAM.
 */
function drain(request: Http2ServerRequest, timer: Timer): void {
  const { stream } = request
  if (stream.readableEnded || stream.destroyed) return
  request.resume()
  const reset = timer.after(DRAIN_MS, () => stream.close(constants.NGHTTP2_NO_ERROR), { background: true })
  stream.once('close', () => reset.cancel())
}

/**
 * Makes a server that never listens watch over its connections: their timeouts, and which of them are idle. Node starts this when a server
 * begins to listen.
 */
function watchConnections(server: Http1Server): void {
  server.emit('listening')
}
