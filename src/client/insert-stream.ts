/**
 * Rows on their way into a stream or table. While a batch is with the server, rows gather for the next one: a slow caller gets each row stored
 * at once, a fast one large batches, in the order of the rows in either case.
 */
import { ConnectionError, MillraceError, ServerError } from './millrace-error.ts'
import { type InsertRow, rowText } from './row-text.ts'
import { DELIMITED, type Transport } from './transport.ts'

export interface InsertOptions {
  /** Settings for the rows, as by SET. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>
  /** The partition that all rows go to. Default: by their keys. */
  readonly partition?: number
  /** Headers of all records. */
  readonly headers?: Readonly<Record<string, string>>
  /** Rows have key columns alone; each deletes the row of its key. */
  readonly tombstones?: boolean
}

/** Bounds of a batch, and of what waits. */
const BATCH_ROWS = 2000
const BATCH_CHARS = 1_000_000
const MAX_PENDING = 20_000

interface PendingRow {
  readonly text: string
  readonly stored: () => void
  readonly failed: (error: Error) => void
}

interface Acknowledgement {
  readonly status: 'ok' | 'error'
  readonly seq: number
  readonly error_code?: number
  readonly message?: string
}

export class InsertStream {
  readonly #transport: Transport
  readonly #head: string
  readonly #waiting: PendingRow[] = []
  #underWay = 0
  #sending: Promise<void> | null = null
  #isClosed = false

  constructor(transport: Transport, target: string, options: InsertOptions) {
    this.#transport = transport
    this.#head = JSON.stringify({ target, ...options, acknowledge: 'CUMULATIVE', onError: 'CONTINUE' })
  }

  /** Rows that have no answer yet. */
  get pending(): number {
    return this.#waiting.length + this.#underWay
  }

  /**
   * Resolves when the row is stored. Rejects with a ServerError if the server refuses it, which concerns no other row, and with a
   * ConnectionError if there was no answer: then the row may be stored or not. At most 20,000 rows may be pending.
   */
  insert(row: InsertRow): Promise<void> {
    if (this.#isClosed) return Promise.reject(new MillraceError('This insert stream is closed.'))
    if (this.pending >= MAX_PENDING) {
      return Promise.reject(new MillraceError(`${MAX_PENDING} rows are not stored yet. Wait for insert() to resolve.`))
    }
    const text = rowText(row)
    const answered = new Promise<void>((stored, failed) => this.#waiting.push({ text, stored, failed }))
    this.#send()
    return answered
  }

  /**
   * Inserts all rows, as fast as the server stores them. Resolves to their number. Rejects with the first failure; rows after it that were
   * under way may be stored.
   */
  async insertAll(rows: Iterable<InsertRow> | AsyncIterable<InsertRow>): Promise<number> {
    let count = 0
    let failure: unknown
    const answered = new Set<Promise<void>>()
    for await (const row of rows) {
      if (failure !== undefined) throw failure
      const answer = this.insert(row)
        .catch((error: unknown) => {
          failure ??= error
        })
        .finally(() => answered.delete(answer))
      answered.add(answer)
      count++
      while (this.pending >= BATCH_ROWS * 2) await Promise.race(answered)
    }
    await Promise.all(answered)
    if (failure !== undefined) throw failure
    return count
  }

  /** Takes no more rows; resolves when those before have been answered. */
  async close(): Promise<void> {
    this.#isClosed = true
    while (this.#sending !== null) await this.#sending
  }

  #send(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null
      if (this.#waiting.length > 0) this.#send()
    })
  }

  async #sendAll(): Promise<void> {
    // Rows that are inserted in this turn of the event loop share a batch.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch()
      this.#underWay = batch.length
      await this.#sendBatch(batch)
      this.#underWay = 0
    }
  }

  #nextBatch(): readonly PendingRow[] {
    let chars = 0
    let rows = 0
    while (rows < this.#waiting.length && rows < BATCH_ROWS && (rows === 0 || chars < BATCH_CHARS)) {
      chars += this.#waiting[rows]!.text.length
      rows++
    }
    return this.#waiting.splice(0, rows)
  }

  /** Settles every row of the batch. */
  async #sendBatch(batch: readonly PendingRow[]): Promise<void> {
    let settled = 0
    const refused = new Set<number>()
    try {
      const body = [this.#head, ...batch.map(({ text }) => text), ''].join('\n')
      const answer = await this.#transport.send({
        path: '/inserts-stream',
        body,
        contentType: DELIMITED,
        accept: DELIMITED,
      })
      for await (const line of this.#transport.lines(answer)) {
        const { status, seq, message = '', error_code } = JSON.parse(line) as Acknowledgement
        if (status === 'error') {
          refused.add(seq)
          batch[seq]?.failed(new ServerError({ message, ...(error_code === undefined ? {} : { error_code }) }, null))
        } else for (; settled <= seq; settled++) if (!refused.has(settled)) batch[settled]?.stored()
      }
      if (settled < batch.length) throw new ConnectionError('The server ended its answer before all rows had one.')
    } catch (error) {
      for (const [seq, row] of batch.entries()) if (seq >= settled && !refused.has(seq)) row.failed(error as Error)
    }
  }
}
