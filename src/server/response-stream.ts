/** A response body that is written piece by piece, at the pace of the client. */
import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { Socket } from 'node:net'

/** Methods that both classes have, and whose overloads TypeScript does not join. */
type RawResponse = Pick<ServerResponse, 'once' | 'on' | 'writeHead' | 'write' | 'end' | 'destroy'> & {
  flushHeaders?: () => void
}

export class ResponseStream {
  readonly #raw: RawResponse
  /** The connection of an HTTP/1.1 response; null with HTTP/2, where responses share one. */
  readonly #socket: Socket | null
  #isGone = false
  /** Wakes the write that is under way. */
  #resume: () => void = () => {}

  constructor(response: ServerResponse | Http2ServerResponse) {
    const raw = response as RawResponse
    this.#raw = raw
    this.#socket = 'stream' in response ? null : response.socket
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

  /**
   * Sends a response that is there in full and small, where HTTP/1.1 allows it by one call of the system. `separate`: each text is a chunk of
   * its own; otherwise they are one body with its length. Resolves when the connection has taken it, or when the client is gone.
   */
  async whole(
    status: number,
    headers: Readonly<Record<string, string>>,
    texts: readonly string[],
    { separate }: { readonly separate: boolean },
  ): Promise<void> {
    if (this.#isGone) return
    if (!separate) {
      const body = texts.join('')
      this.#raw.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) })
      this.end(body)
      return
    }
    if (this.#socket === null) {
      this.open(status, headers)
      for (const text of texts) await this.write(text)
      this.end()
      return
    }
    this.#socket.cork()
    this.#raw.writeHead(status, { ...headers })
    for (const text of texts) if (text !== '') this.#raw.write(text, 'utf8')
    this.#raw.end()
    this.#socket.uncork()
  }

  /** Cuts the connection, or with HTTP/2 the stream, of a client that does not read. */
  destroy(): void {
    if (!this.#isGone) this.#raw.destroy()
  }

  end(text = ''): void {
    if (!this.#isGone) this.#raw.end(text)
  }
}
