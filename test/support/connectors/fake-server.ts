/** An HTTP server that a test tells what to answer, and that remembers what it was sent. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface FakeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** `hang up`: the connection is closed without an answer. A promise: the answer waits for it. */
export type Told = FakeAnswer | 'hang up' | Promise<FakeAnswer>

export class FakeServer {
  readonly requests: FakeRequest[] = []
  /** Answers to the next requests, before `answer` is called. */
  readonly told: Told[] = []
  readonly #answer: (request: FakeRequest) => FakeAnswer
  #server: Server | null = null
  #port = 0

  constructor(answer: (request: FakeRequest) => FakeAnswer) {
    this.#answer = answer
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** On the same port as before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', async () => {
        const bytes = Buffer.concat(parts)
        const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString()
        const received = { method: request.method!, path: request.url!, headers: request.headers, body }
        this.requests.push(received)
        const told = this.told.shift()
        if (told === 'hang up') {
          request.socket.destroy()
          return
        }
        const { status, headers = {}, body: text = '' } = (await told) ?? this.#answer(received)
        response.writeHead(status, headers).end(text)
      })
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
