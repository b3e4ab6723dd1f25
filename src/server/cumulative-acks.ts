/**
 * Answers to inserted rows for clients that count rows: `{"status":"ok","seq":n}` means that each row up to n is stored, or was refused by
 * an answer of its own. One answer covers all rows stored since the last one, so that many rows cost little.
 */
import { errorAnswer } from './error-answer.ts'
import type { InsertAcks } from './insert-acks.ts'
import { DELIMITED } from './media-types.ts'
import type { ResponseStream } from './response-stream.ts'

export interface CumulativeAcksOptions {
  /** A row that fails is refused, and reading continues; otherwise the request ends there, once all rows before it are stored. */
  readonly continues: boolean
}

export class CumulativeAcks implements InsertAcks {
  readonly #response: ResponseStream
  readonly #continues: boolean
  /** Every row below is settled. */
  #next = 0
  /** Rows above `#next` that are settled already. */
  readonly #ahead = new Set<number>()
  /** `#next` when the last answer was written. */
  #told = 0
  /** The row that ended the request, and its answer. */
  #failure: { readonly seq: number; readonly answer: string } | null = null
  /** Refusals that leave with the next answer. */
  #refusals = ''
  #writing: Promise<void> | null = null

  constructor(response: ResponseStream, { continues }: CumulativeAcksOptions) {
    this.#response = response
    this.#continues = continues
    response.open(200, { 'content-type': DELIMITED })
  }

  get isOver(): boolean {
    return this.#failure !== null || this.#response.isGone
  }

  stored(seqs: readonly number[]): Promise<void> {
    for (const seq of seqs) this.#settle(seq)
    return this.#write()
  }

  failed(seq: number, error: unknown): void {
    const { error_code, message } = errorAnswer(error).body
    const answer = `${JSON.stringify({ status: 'error', seq, error_code, message })}\n`
    if (!this.#continues) {
      if (this.#failure === null || seq < this.#failure.seq) this.#failure = { seq, answer }
      return
    }
    this.#refusals += answer
    this.#settle(seq)
    void this.#write()
  }

  async end(): Promise<void> {
    await this.#write()
    this.#response.end(this.#failure?.answer)
  }

  #settle(seq: number): void {
    this.#ahead.add(seq)
    while (this.#ahead.delete(this.#next)) this.#next++
  }

  /** One answer is on its way at a time; rows that are settled meanwhile belong to the next. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null
    })
    return this.#writing
  }

  async #writeAll(): Promise<void> {
    // Rows that are stored in this turn of the event loop share an answer.
    await Promise.resolve()
    while (this.#refusals !== '' || this.#told < this.#next) {
      const refusals = this.#refusals
      this.#refusals = ''
      const acknowledged = this.#told < this.#next ? `{"status":"ok","seq":${this.#next - 1}}\n` : ''
      this.#told = this.#next
      await this.#response.write(refusals + acknowledged)
    }
  }
}
