/** A response body that is written piece by piece, at the pace of the client. */
import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { lineFramesOf } from './net/line-frames.ts'

/** Methods that both classes have, and whose overloads TypeScript does not join. */
type RawResponse = Pick<ServerResponse, 'once' | 'on' | 'writeHead' | 'write' | 'end' | 'destroy'> & {
  flushHeaders?: () => void
}

/** Bytes of ASCII that every client takes in one frame (RFC 9113 4.2). */
const MAX_FRAME_CHARS = 16_384

export class ResponseStream {
  readonly #raw: RawResponse
  /** The connection of an HTTP/1.1 response; null with HTTP/2, where responses share one. */
  readonly #socket: Socket | null
  /** Null with HTTP/1.1. */
  readonly #stream: ServerHttp2Stream | null
  /** Whether the connection cuts what is written into a DATA frame for each line. */
  #cutsLines = false
  #isGone = false
  /** Wakes the write that is under way. */
  #resume: () => void = () => {}

  constructor(response: ServerResponse | Http2ServerResponse) {
    const raw = response as RawResponse
    this.#raw = raw
    this.#socket = 'stream' in response ? null : response.socket
    this.#stream = 'stream' in response ? response.stream : null
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

  /** From here on each line is to be a chunk of its own, however many are written at once, if the connection can cut frames. */
  cutLines(): void {
    const frames = lineFramesOf(this.#stream?.session)
    if (frames === undefined || this.#stream?.id === undefined) return
    frames.cut(this.#stream.id, this.#stream)
    this.#cutsLines = true
  }

  /** As `write`, for texts that are each a chunk of their own: lines, once they are cut. */
  async writeLines(lines: readonly string[]): Promise<void> {
    if (!this.#cutsLines) {
      for (const line of lines) await this.write(line)
      return
    }
    let joined = ''
    for (const line of lines) {
      // A frame that Node makes ends where a line ends, unless the client's window ends before.
      if (joined.length + line.length > MAX_FRAME_CHARS && joined !== '') {
        await this.write(joined)
        joined = ''
      }
      joined += line
    }
    await this.write(joined)
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
