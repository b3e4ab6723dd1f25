/** Answers to inserted rows: a line each, or elements of an array. */
import { errorAnswer } from './error-answer.ts'
import { DELIMITED, JSON_TYPE } from './media-types.ts'
import type { ResponseStream } from './response-stream.ts'

/** Takes the results of the rows of one request, by their sequence numbers, and sends them to the client. */
export interface InsertAcks {
  /** True once no further row is to be taken. */
  readonly isOver: boolean
  /** Resolves when the answers have left. `seqs`: ascending, at least one. */
  stored(seqs: readonly number[]): Promise<void>
  failed(seq: number, error: unknown): void
  /** Resolves when the last answer has left. */
  end(): Promise<void>
}

/** An answer per row, in the order in which rows are stored. */
export class AckWriter implements InsertAcks {
  readonly #response: ResponseStream
  readonly #isArray: boolean
  #written = 0
  /** Answer to the row that ended the request; it leaves last. */
  #failure: string | null = null
  #last: Promise<void> = Promise.resolve()

  constructor(response: ResponseStream, contentType: string) {
    this.#response = response
    this.#isArray = contentType === JSON_TYPE
    if (!this.#isArray) response.cutLines()
    response.open(200, { 'content-type': this.#isArray ? JSON_TYPE : DELIMITED })
  }

  /** True once a row has failed or the client has left: no further row is taken. */
  get isOver(): boolean {
    return this.#failure !== null || this.#response.isGone
  }

  /** Rows that were under way when another one failed are answered, too. */
  stored(seqs: readonly number[]): Promise<void> {
    return this.#write(seqs.map((seq) => `{"status":"ok","seq":${seq}}`))
  }

  /** Keeps the first failure, which is the last answer: the other rows that were taken are answered before it. */
  failed(seq: number, error: unknown): void {
    if (this.#failure !== null) return
    const { error_code, message } = errorAnswer(error).body
    this.#failure = JSON.stringify({ status: 'error', seq, error_code, message })
  }

  async end(): Promise<void> {
    if (this.#failure !== null) void this.#write([this.#failure])
    await this.#last
    if (this.#isArray) await this.#response.write(this.#written === 0 ? '[]' : ']')
    this.#response.end()
  }

  /** Each answer is a frame of its own, because clients parse frame by frame. */
  #write(answers: readonly string[]): Promise<void> {
    const isFirst = this.#written === 0
    this.#written += answers.length
    const texts = this.#isArray
      ? answers.map((answer, i) => `${isFirst && i === 0 ? '[' : ','}${answer}`)
      : answers.map((answer) => `${answer}\n`)
    this.#last = this.#last.then(() => this.#response.writeLines(texts))
    return this.#last
  }
}
