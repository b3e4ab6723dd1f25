/** A response body that is written piece by piece, at the pace of the client. */
import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'

/** Methods that both classes have, and whose overloads TypeScript does not join. */
type RawResponse = Pick<ServerResponse, 'once' | 'on' | 'writeHead' | 'write' | 'end' | 'destroy'> & {
  flushHeaders?: () => void
}

export class ResponseStream {
  readonly #raw: RawResponse
  #isGone = false
  /** Wakes the write that is under way. */
  #resume: () => void = () => {}

  constructor(response: ServerResponse | Http2ServerResponse) {
    const raw = response as RawResponse
    this.#raw = raw
    raw.once('close', () => {
      this.#isGone = true
      this.#resume()
    })
    raw.on('error', () => this.#resume())
  }

  /** True once the client has left or the response has ended. */
  get isGone(): boolean {
    return this.#isGone
  }

  onGone(listener: () => void): void {
    if (this.#isGone) listener()
    else this.#raw.once('close', listener)
  }

  /** Sends status and headers at once, so that a client knows of its query before the first row. */
  open(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#isGone) return
    this.#raw.writeHead(status, { ...headers })
    this.#raw.flushHeaders?.()
  }

  /**
   * Resolves when the connection has taken the text (with HTTP/2: when the client's window let it through), or when the client is gone.
   * The next write must wait for it: Node joins writes that wait into one chunk, and clients parse chunk by chunk. One at a time.
   */
  write(text: string): Promise<void> {
    if (this.#isGone || text === '') return Promise.resolve()
    return new Promise((resolve) => {
      this.#resume = resolve
      this.#raw.write(text, 'utf8', () => resolve())
    })
  }

  /** Cuts the connection, or with HTTP/2 the stream, of a client that does not read. */
  destroy(): void {
    if (!this.#isGone) this.#raw.destroy()
  }

  end(text = ''): void {
    if (!this.#isGone) this.#raw.end(text)
  }
}
