/** Many push queries over HTTP/2, counted by rows; one of them may stop reading. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'

/** Streams of one connection. */
const STREAMS_PER_SESSION = 100

export class PushClients {
  readonly #url: string
  readonly #sessions: ClientHttp2Session[] = []
  readonly clients: PushClient[] = []

  constructor(url: string) {
    this.#url = url
  }

  /** Opens `count` queries, each with the SQL for its number; resolves when each has its header. */
  async open(count: number, sql: (i: number) => string): Promise<void> {
    for (let from = 0; from < count; from += STREAMS_PER_SESSION) {
      const session = this.#connect()
      const opened = Array.from({ length: Math.min(STREAMS_PER_SESSION, count - from) }, (_, i) =>
        this.#query(session, sql(from + i)),
      )
      await Promise.all(opened.map(({ started }) => started))
    }
  }

  /** One more, on a connection of its own. */
  async openAlone(sql: string): Promise<PushClient> {
    const client = this.#query(this.#connect(), sql)
    await client.started
    return client
  }

  close(): void {
    for (const session of this.#sessions) session.destroy()
  }

  #connect(): ClientHttp2Session {
    const session = connect(this.#url)
    session.on('error', () => {})
    this.#sessions.push(session)
    return session
  }

  #query(session: ClientHttp2Session, sql: string): PushClient {
    const stream = session.request({ ':method': 'POST', ':path': '/query-stream', 'content-type': 'application/json' })
    stream.end(JSON.stringify({ sql, properties: { 'auto.offset.reset': 'latest' } }))
    const client = new PushClient(stream)
    this.clients.push(client)
    return client
  }
}

export class PushClient {
  /** Rejects if the server refuses the query. */
  readonly started: Promise<void>
  rows = 0
  hasEnded = false
  /** The last text that came. */
  last = ''
  readonly #stream: ClientHttp2Stream

  constructor(stream: ClientHttp2Stream) {
    this.#stream = stream
    this.started = new Promise((resolve, reject) => {
      stream.once('response', (headers) =>
        headers[':status'] === 200 ? resolve() : reject(new Error(`The server answered ${headers[':status']}`)),
      )
      stream.once('error', reject)
    })
    this.started.catch(() => {})
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    stream.on('close', () => {
      this.hasEnded = true
    })
  }

  /** Reads no more: the connection's window fills up. */
  stall(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  /** Every line after the header is a row or the error that ended the query. */
  #take(chunk: Buffer): void {
    for (const byte of chunk) if (byte === 0x0a) this.rows++
    this.last = chunk.toString()
  }
}
