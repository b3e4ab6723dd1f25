/** Output batches of one partition, given out in step with the input: a job cannot write what it has not read. */
export class PacedBatches {
  readonly #batches: readonly Buffer[]
  readonly #inputRecords: number
  readonly #totalBytes: number
  #next = 0
  #bytes = 0

  /** `inputRecords`: how many records of input the output was made of. */
  constructor(batches: readonly Buffer[], inputRecords: number) {
    this.#batches = batches
    this.#inputRecords = inputRecords
    this.#totalBytes = batches.reduce((sum, { length }) => sum + length, 0)
  }

  /** The batches that follow those given out so far, up to the share of the output's bytes that `read` is of the input; all at its end. */
  due(read: number): readonly Buffer[] {
    const from = this.#next
    if (read >= this.#inputRecords) this.#next = this.#batches.length
    const limit = (this.#totalBytes * read) / this.#inputRecords
    while (this.#next < this.#batches.length && this.#bytes + this.#batches[this.#next]!.length <= limit) {
      this.#bytes += this.#batches[this.#next]!.length
      this.#next++
    }
    return this.#batches.slice(from, this.#next)
  }
}
