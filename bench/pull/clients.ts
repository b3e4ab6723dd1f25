/** Clients that keep their connections: HTTP/1.1 and websockets over a few of them, HTTP/2 over one. */
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:http2'
import { WebSocket } from 'ws'
import type { PullQuery } from './queries.ts'

export interface Client {
  /** The body of the answer. Rejects unless the status is 200. */
  post(path: string, body: object): Promise<string>
  close(): void
}

export interface QueryClient {
  /** The whole answer to a pull query. Rejects unless it was answered. */
  query(sql: string): Promise<string>
  close(): void
}

export const VIA = ['http1', 'http2', 'websocket'] as const
/** How a client reaches the server. */
export type Via = (typeof VIA)[number]

/** Clients by their protocol. HTTP/2 needs one connection. */
const CLIENTS: Readonly<Record<Via, (url: string, connections: number) => QueryClient>> = {
  http1: (url, connections) => queriesOver(http1Client(url, connections)),
  http2: (url) => queriesOver(http2Client(url)),
  websocket: webSocketClient,
}

export const openClient = (via: Via, url: string, connections: number): QueryClient => CLIENTS[via](url, connections)

export const queriesOver = ({ post, close }: Client): QueryClient => ({
  query: (sql) => post('/query-stream', { sql, properties: {} }),
  close,
})

/** The answer to the query. Rejects if it does not have the rows. */
export async function askQuery(client: QueryClient, { sql, found }: PullQuery): Promise<string> {
  const answer = await client.query(sql)
  if (!found.every((value) => answer.includes(value))) throw new Error(answer)
  return answer
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json' }

export function http1Client(url: string, maxSockets = 4): Client {
  const agent = new Agent({ keepAlive: true, maxSockets })
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const sent = request(`${url}${path}`, { method: 'POST', agent, headers: HEADERS })
        sent.on('error', reject)
        sent.on('response', (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
          })
          response.on('error', reject)
          response.on('end', () => {
            if (response.statusCode === 200) resolve(text)
            else reject(new Error(text))
          })
        })
        sent.end(JSON.stringify(body))
      }),
    close: () => agent.destroy(),
  }
}

function http2Client(url: string): Client {
  const session = connect(url)
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ':method': 'POST', ':path': path, ...HEADERS })
        let status = 0
        let text = ''
        stream.setEncoding('utf8')
        stream.on('response', (headers) => {
          status = Number(headers[':status'])
        })
        stream.on('data', (chunk: string) => {
          text += chunk
        })
        stream.on('error', reject)
        stream.on('end', () => {
          if (status === 200) resolve(text)
          else reject(new Error(text))
        })
        stream.end(JSON.stringify(body))
      }),
    close: () => session.destroy(),
  }
}

/** Sends each query over the connection that has the fewest under way. */
function webSocketClient(url: string, connections: number): QueryClient {
  const open = Array.from({ length: connections }, () => new QueryConnection(url))
  return {
    query: (sql) => open.reduce((best, next) => (next.underWay < best.underWay ? next : best)).query(sql),
    close() {
      for (const connection of open) connection.close()
    },
  }
}

/** A websocket whose queries are answered in the order in which they were sent. */
class QueryConnection {
  readonly #socket: WebSocket
  readonly #opened: Promise<unknown>
  readonly #waiting: PromiseWithResolvers<string>[] = []
  #frames = ''

  constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/ws/queries`, { perMessageDeflate: false })
    this.#opened = once(this.#socket, 'open')
    this.#socket.on('message', (data) => this.#take(String(data)))
    this.#socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('The websocket was closed'))
    })
  }

  get underWay(): number {
    return this.#waiting.length
  }

  async query(sql: string): Promise<string> {
    const answer = Promise.withResolvers<string>()
    this.#waiting.push(answer)
    if (this.#socket.readyState !== this.#socket.OPEN) await this.#opened
    this.#socket.send(JSON.stringify({ ksql: sql }))
    return answer.promise
  }

  close(): void {
    this.#socket.terminate()
  }

  #take(frame: string): void {
    this.#frames += frame
    if (!frame.startsWith('{"error"')) return
    const { resolve, reject } = this.#waiting.shift()!
    if (frame === '{"error":"done"}') resolve(this.#frames)
    else reject(new Error(frame))
    this.#frames = ''
  }
}

/**
 * Inserts rows over /inserts-stream. Resolves when all are acknowledged; rejects if one is refused. `acknowledge`: `CUMULATIVE`, where an answer
 * stands for all rows up to its number; otherwise each row has its own.
 */
export async function insertRows(
  url: string,
  target: string,
  rows: readonly object[],
  { acknowledge }: { readonly acknowledge?: 'CUMULATIVE' } = {},
): Promise<void> {
  const session = connect(url)
  const stream = session.request({ ':method': 'POST', ':path': '/inserts-stream' })
  stream.setEncoding('utf8')
  stream.end([{ target, acknowledge }, ...rows].map((line) => `${JSON.stringify(line)}\n`).join(''))
  let answer = ''
  for await (const text of stream) answer += String(text)
  session.close()
  const answers = answer.trim().split('\n')
  const isOk = answers.every((line) => line.includes('"ok"'))
  const isComplete =
    acknowledge === 'CUMULATIVE'
      ? answers.at(-1)!.includes(`"seq":${rows.length - 1}}`)
      : answers.length === rows.length
  if (!isOk || !isComplete) throw new Error(answer.slice(-1000))
}
