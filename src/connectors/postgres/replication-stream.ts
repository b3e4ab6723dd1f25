/**
 * A connection to PostgreSQL in replication mode: the messages of a slot, and what is reported back. Source: PostgreSQL documentation,
 * "Streaming Replication Protocol". The server keeps its log up to the place that was confirmed last, so nothing is confirmed before it is
 * stored; and something is confirmed now and then, also when no row of the table changes, so that the log does not grow.
 */
import type { Client } from 'pg'
import { type Scheduled, sleep, type Timer } from '../../clock.ts'
import type { Lsn } from './lsn.ts'
import { formatLsn } from './lsn.ts'
import { type ClientContext, connectPostgres, quoted } from './postgres-client.ts'
import { SESSION } from './session.ts'

/** `data`: a message of the output plugin and its place. `alive`: the server has nothing to send before this place. */
export type Frame =
  | { readonly kind: 'data'; readonly lsn: Lsn; readonly bytes: Buffer }
  | { readonly kind: 'alive'; readonly lsn: Lsn }

/** What `pg` has for replication and its types do not say. */
interface CopyConnection {
  on(event: 'copyData', call: (message: { readonly chunk: Buffer }) => void): void
  sendCopyFromChunk(chunk: Buffer): void
  readonly stream: { pause(): void; resume(): void }
}

export interface ReplicationContext extends ClientContext {
  readonly timer: Timer
  /** Time between two reports, ms. The server ends a connection that has not reported for `wal_sender_timeout`. */
  readonly reportMs: number
}

export interface ReplicationStart {
  readonly slot: string
  readonly publication: string
  /** Transactions that were committed before this place are left out. */
  readonly from: Lsn
}

/** The socket is read no further while so many bytes wait. */
const MOST_WAITING_BYTES = 16 << 20

const XLOG_DATA = 0x77
const KEEPALIVE = 0x6b

/** A connection that takes commands of the replication protocol. */
export const connectReplication = (context: ClientContext): Promise<Client> =>
  connectPostgres(context, { replication: 'database', options: SESSION, query_timeout: 0 })

export class ReplicationStream {
  readonly #client: Client
  readonly #connection: CopyConnection
  readonly #timer: Timer
  readonly #signal: AbortSignal
  readonly #reports: Scheduled
  #waiting: Frame[] = []
  #waitingBytes = 0
  #isPaused = false
  #wake: () => void = () => {}
  #failure: Error | null = null
  #confirmed: Lsn

  static async open(context: ReplicationContext, { slot, publication, from }: ReplicationStart) {
    const client = await connectReplication(context)
    const stream = new ReplicationStream(client, context, from)
    const options = `proto_version '1', publication_names '${quoted(publication).replaceAll("'", "''")}'`
    // Its answer comes when the stream ends.
    client
      .query(`START_REPLICATION SLOT ${quoted(slot)} LOGICAL ${formatLsn(from)} (${options})`)
      .then(() => new Error('PostgreSQL has ended the replication.'))
      .catch((error: Error) => error)
      .then((error) => stream.#fail(error))
    client.on('end', () => stream.#fail(new Error('The connection was closed.')))
    return stream
  }

  private constructor(client: Client, { timer, reportMs, signal }: ReplicationContext, from: Lsn) {
    this.#client = client
    this.#connection = (client as unknown as { readonly connection: CopyConnection }).connection
    this.#timer = timer
    this.#signal = signal
    this.#confirmed = from
    this.#connection.on('copyData', ({ chunk }) => this.#receive(chunk))
    this.#reports = timer.every(reportMs, () => this.#report({ wantsAnswer: true }), { background: true })
  }

  /** What has come; waits for at most so long if nothing has. Rejects when the connection is broken and all that came was given. */
  async next(waitMs: number): Promise<readonly Frame[]> {
    if (this.#waiting.length === 0 && this.#failure === null) await this.#wait(waitMs)
    const frames = this.#waiting
    if (frames.length === 0 && this.#failure !== null) throw this.#failure
    this.#waiting = []
    this.#waitingBytes = 0
    if (this.#isPaused) this.#connection.stream.resume()
    this.#isPaused = false
    return frames
  }

  /** All before this place is stored: the server may forget it. */
  confirm(lsn: Lsn): void {
    if (lsn <= this.#confirmed) return
    this.#confirmed = lsn
    this.#report({ wantsAnswer: false })
  }

  async close(): Promise<void> {
    this.#reports.cancel()
    await this.#client.end().catch(() => {})
  }

  #receive(chunk: Buffer): void {
    const kind = chunk[0]
    if (kind === XLOG_DATA) {
      // Behind the place come the end of the log and the server's clock. The parser of pg writes what comes next over the bytes of a message
      // that it has given (`Parser.mergeBuffer` of pg-protocol), so that a message which waits is copied.
      this.#add({ kind: 'data', lsn: chunk.readBigUInt64BE(1), bytes: Buffer.from(chunk.subarray(25)) })
    } else if (kind === KEEPALIVE) {
      this.#add({ kind: 'alive', lsn: chunk.readBigUInt64BE(1) })
      if (chunk[17] === 1) this.#report({ wantsAnswer: false })
    }
  }

  #add(frame: Frame): void {
    this.#waiting.push(frame)
    this.#waitingBytes += frame.kind === 'data' ? frame.bytes.length : 0
    if (this.#waitingBytes >= MOST_WAITING_BYTES && !this.#isPaused) {
      this.#isPaused = true
      this.#connection.stream.pause()
    }
    this.#wake()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#reports.cancel()
    this.#wake()
  }

  /** A status update: what was written, flushed and applied, each as the place behind it; the time, which the server only shows; a flag. */
  #report({ wantsAnswer }: { readonly wantsAnswer: boolean }): void {
    if (this.#failure !== null) return
    const message = Buffer.alloc(34)
    message.write('r', 0)
    for (const at of [1, 9, 17]) message.writeBigUInt64BE(this.#confirmed, at)
    message[33] = wantsAnswer ? 1 : 0
    this.#connection.sendCopyFromChunk(message)
  }

  async #wait(ms: number): Promise<void> {
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    await sleep(this.#timer, ms, { signal: AbortSignal.any([woken.signal, this.#signal]) })
    this.#wake = () => {}
  }
}
