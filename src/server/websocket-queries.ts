/**
 * Many queries over one websocket, one after the other: for clients that send short queries often, and would spend more on connections than on the queries.
 * Each message of the client is a request.
 */
import type { WebSocket } from 'ws'
import type { ServerContext } from './context.ts'
import { shuttingDown } from './lifecycle.ts'
import { answerOverWebSocket, GOING_AWAY } from './websocket-query.ts'

/** Requests of a connection that wait for their turn. With more the connection is not read, which slows the client down. */
const MAX_WAITING = 100

export class WebSocketQueries {
  readonly #context: ServerContext
  readonly #client: WebSocket
  readonly #authorization: string | undefined
  readonly #waiting: string[] = []
  #isAnswering = false

  /** Takes requests until the client leaves or the server stops. `authorization`: as in a request's header. */
  constructor(context: ServerContext, client: WebSocket, authorization: string | undefined) {
    this.#context = context
    this.#client = client
    this.#authorization = authorization
    const { stopping } = context.lifecycle
    const stop = (): void => this.#closeIfIdle()
    stopping.addEventListener('abort', stop)
    client.once('close', () => {
      stopping.removeEventListener('abort', stop)
      this.#waiting.length = 0
    })
    client.on('message', (data) => this.#take(String(data)))
  }

  #take(request: string): void {
    this.#waiting.push(request)
    if (this.#waiting.length >= MAX_WAITING) this.#client.pause()
    if (!this.#isAnswering) void this.#context.lifecycle.during(() => this.#answerAll())
  }

  /** A graceful end of the server waits for the query under way; those behind it are refused. */
  async #answerAll(): Promise<void> {
    this.#isAnswering = true
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      if (this.#client.isPaused && this.#waiting.length < MAX_WAITING) this.#client.resume()
      await answerOverWebSocket(this.#context, this.#client, { text, authorization: this.#authorization })
    }
    this.#isAnswering = false
    if (this.#context.lifecycle.isStopping) this.#closeIfIdle()
  }

  #closeIfIdle(): void {
    if (!this.#isAnswering) this.#client.close(GOING_AWAY, shuttingDown().message)
  }
}
