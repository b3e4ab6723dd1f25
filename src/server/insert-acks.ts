/** Answers to inserted rows: a line each, or elements of an array. Source: rest.md 5. */
import { errorAnswer } from './error-answer.ts'
import { DELIMITED, JSON_TYPE } from './media-types.ts'
import type { ResponseStream } from './response-stream.ts'

export class AckWriter {
  readonly #response: ResponseStream
  readonly #isArray: boolean
  readonly #sums: boolean
  #written = 0
  /** Answer to the row that ended the request; it leaves last. */
  #failure: string | null = null
  /** What leaves together when the write under way is done: rows come faster than single answers could be written. */
  #waiting = ''
  #next: Promise<void> | null = null
  #last: Promise<void> = Promise.resolve()

  /** `sums`: rows that are stored together are acknowledged by one answer, with their number and the last one's. */
  constructor(response: ResponseStream, contentType: string, { sums = false }: { readonly sums?: boolean } = {}) {
    this.#response = response
    this.#sums = sums
    this.#isArray = contentType === JSON_TYPE
    response.open(200, { 'content-type': this.#isArray ? JSON_TYPE : DELIMITED })
  }

  /** True once a row has failed or the client has left: no further row is taken. */
  get isOver(): boolean {
    return this.#failure !== null || this.#response.isGone
  }

  /**
   * Resolves when the answers have left. `seqs`: ascending, at least one. Rows that were under way when another one failed are answered,
   * too.
   */
  stored(seqs: readonly number[]): Promise<void> {
    if (this.#sums) return this.#write(`{"status":"ok","seq":${seqs.at(-1)},"rows":${seqs.length}}`)
    let left = Promise.resolve()
    for (const seq of seqs) left = this.#write(`{"status":"ok","seq":${seq}}`)
    return left
  }

  /** The first failure is told, when all other rows that were taken have been answered. */
  failed(seq: number, error: unknown): void {
    if (this.#failure !== null) return
    const { error_code, message } = errorAnswer(error).body
    this.#failure = JSON.stringify({ status: 'error', seq, error_code, message })
  }

  async end(): Promise<void> {
    if (this.#failure !== null) void this.#write(this.#failure)
    await this.#last
    if (this.#isArray) await this.#response.write(this.#written === 0 ? '[]' : ']')
    this.#response.end()
  }

  #write(answer: string): Promise<void> {
    this.#waiting += this.#isArray ? `${this.#written === 0 ? '[' : ','}${answer}` : `${answer}\n`
    this.#written++
    if (this.#next !== null) return this.#next
    this.#next = this.#last.then(() => this.#flush())
    this.#last = this.#next
    return this.#next
  }

  #flush(): Promise<void> {
    const text = this.#waiting
    this.#waiting = ''
    this.#next = null
    return this.#response.write(text)
  }
}
