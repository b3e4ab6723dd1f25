/** Rows into a stream or table, over HTTP/2: acknowledged one by one, at the pace of the server. Source: rest.md 5. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { ClientError } from './client-error.ts'
import type { Connection } from './connection.ts'

/** Rows on their way without an answer. */
const MAX_UNANSWERED = 4096

interface Ack {
  readonly status: 'ok' | 'error'
  readonly seq: number
  readonly error_code?: number
  readonly message?: string
}

export interface InsertTarget {
  readonly target: string
  readonly properties: Readonly<Record<string, string>>
  readonly accept: string
}

export class InsertStream {
  readonly #session: ClientHttp2Session
  readonly #stream: ClientHttp2Stream
  #sent = 0
  #stored = 0
  #failure: Error | null = null
  /** Wakes the writer: a row was answered, the connection has room again, or the stream has ended. */
  #wake: () => void = () => {}
  readonly #ended: Promise<void>

  constructor(connection: Connection, { target, properties, accept }: InsertTarget) {
    const { authorization } = connection
    this.#session = connect(connection.url)
    this.#session.once('error', (error) => this.#fail(connection.explained(error)))
    this.#stream = this.#session.request({
      ':method': 'POST',
      ':path': '/inserts-stream',
      accept,
      ...(authorization !== undefined && { authorization }),
    })
    this.#stream.on('drain', () => this.#wake())
    this.#ended = this.#readAnswers()
    this.#stream.write(`${JSON.stringify({ target, properties })}\n`)
  }

  /** Rows that the server has stored. */
  get stored(): number {
    return this.#stored
  }

  /** Sends a row, given as the text of a JSON object in one line. Resolves when the next one may be sent; throws a ClientError. */
  async write(row: string): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    this.#sent++
    const hasRoom = this.#stream.write(`${row}\n`)
    if (!hasRoom) await this.#until(() => !this.#stream.writableNeedDrain)
    if (this.#sent - this.#stored >= MAX_UNANSWERED) await this.#until(() => this.#sent - this.#stored < MAX_UNANSWERED)
  }

  /** Resolves when every row is stored. Throws a ClientError for the first that is not. */
  async end(): Promise<void> {
    this.#stream.end()
    await this.#ended
    this.#session.close()
    if (this.#failure !== null) throw this.#failure
    if (this.#stored < this.#sent) {
      throw new ClientError(`The server answered for ${this.#stored} of ${this.#sent} rows only.`)
    }
  }

  /** Gives up what is not answered yet; nothing after `end`. */
  abort(): void {
    this.#session.destroy()
  }

  async #until(holds: () => boolean): Promise<void> {
    while (this.#failure === null && !holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failure !== null) throw this.#failure
  }

  async #readAnswers(): Promise<void> {
    let status = 200
    let rest = ''
    this.#stream.once('response', (headers) => {
      status = Number(headers[':status'])
    })
    this.#stream.setEncoding('utf8')
    try {
      for await (const text of this.#stream) {
        const lines = (rest + (text as string)).split('\n')
        rest = lines.pop() ?? ''
        if (status < 400) for (const line of lines) this.#take(JSON.parse(line) as Ack)
        else rest = [...lines, rest].join('\n')
        this.#wake()
      }
    } catch (error) {
      this.#fail(new ClientError('The connection to the server was lost.', { cause: error }))
    }
    if (status >= 400) this.#fail(ClientError.fromAnswer(status, rest))
    this.#wake()
  }

  #take({ status, seq, error_code, message }: Ack): void {
    if (status === 'ok') this.#stored++
    else this.#fail(new ClientError(`Row ${seq + 1}: ${message}`, { errorCode: error_code }))
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }
}
