/** Inserts rows into a stream or table over HTTP/2, acknowledged as they are stored, at the pace of the server. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { ClientError } from './client-error.ts'
import type { Connection } from './connection.ts'

/** Most rows that are sent without an answer. */
const MAX_UNANSWERED = 32_768

interface Ack {
  readonly status: 'ok' | 'error'
  readonly seq: number
  readonly error_code?: number
  readonly message?: string
}

export interface InsertOptions {
  /** Name of a stream or table; in back-quotes as it is, else in upper case. */
  readonly target: string
  /** Overrides of configuration. */
  readonly properties?: Readonly<Record<string, string>>
  /** The partition that all rows go to. Default: by their keys. */
  readonly partition?: number | undefined
  /** Headers of all records. */
  readonly headers?: Readonly<Record<string, string>>
  /** Rows have key columns alone; each deletes the row of its key. */
  readonly tombstones?: boolean
  /** Rows that the server refuses are passed over, and told here with their number, counted from 0. Default: the first one ends it all. */
  readonly onRefused?: (seq: number, reason: string) => void
}

/** One request to /inserts-stream, open until `end` or `abort`. */
export class InsertClient {
  readonly #session: ClientHttp2Session
  readonly #stream: ClientHttp2Stream
  readonly #onRefused: InsertOptions['onRefused']
  #sent = 0
  #settled = 0
  #refused = 0
  #failure: Error | null = null
  /** Wakes the writer: rows were answered, the connection has room again, or the stream has ended. */
  #wake: () => void = () => {}
  readonly #ended: Promise<void>

  constructor(connection: Connection, { onRefused, properties = {}, ...options }: InsertOptions) {
    const { authorization } = connection
    this.#onRefused = onRefused
    this.#session = connect(connection.url)
    this.#session.once('error', (error) => this.#fail(connection.explained(error)))
    this.#stream = this.#session.request({
      ':method': 'POST',
      ':path': '/inserts-stream',
      accept: 'application/vnd.ksqlapi.delimited.v1',
      ...(authorization !== undefined && { authorization }),
    })
    this.#stream.on('error', (error) => this.#fail(connection.explained(error)))
    this.#stream.on('drain', () => this.#wake())
    this.#ended = this.#readAnswers()
    const onError = onRefused === undefined ? {} : { onError: 'CONTINUE' }
    this.#stream.write(`${JSON.stringify({ properties, acknowledge: 'CUMULATIVE', ...onError, ...options })}\n`)
  }

  /** Rows that are stored. */
  get stored(): number {
    return this.#settled - this.#refused
  }

  /** Rows, from the first on, that are stored or were refused. */
  get settled(): number {
    return this.#settled
  }

  /** Sends rows, each the text of a JSON object in one line. Resolves when more may be sent; throws a ClientError. */
  async write(rows: readonly string[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    if (rows.length === 0) return
    this.#sent += rows.length
    const hasRoom = this.#stream.write(`${rows.join('\n')}\n`)
    if (!hasRoom) await this.#until(() => !this.#stream.writableNeedDrain)
    if (this.#sent - this.#settled >= MAX_UNANSWERED) {
      await this.#until(() => this.#sent - this.#settled < MAX_UNANSWERED)
    }
  }

  /** Resolves when every row is settled. Throws a ClientError for the first that is not stored, unless refused rows are passed over. */
  async end(): Promise<void> {
    this.#stream.end()
    await this.#ended
    this.#session.close()
    if (this.#failure !== null) throw this.#failure
    if (this.#settled < this.#sent) {
      throw new ClientError(`The server answered for ${this.#settled} of ${this.#sent} rows only.`)
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

  #take({ status, seq, error_code, message = '' }: Ack): void {
    if (status === 'ok') this.#settled = seq + 1
    else if (this.#onRefused === undefined) this.#fail(new RefusedRow(seq, message, error_code))
    else {
      this.#refused++
      this.#onRefused(seq, message)
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }
}

/** The server refused a row, so that those after it were not sent. */
export class RefusedRow extends ClientError {
  /** Counted from 0. */
  readonly seq: number

  constructor(seq: number, reason: string, errorCode: number | undefined) {
    super(`Row ${seq + 1}: ${reason}`, { errorCode })
    this.seq = seq
  }
}
