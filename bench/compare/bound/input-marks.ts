/** The marks by which a run is measured (measure.ts), from reports on how much of the input has been read. */
export class InputMarks {
  readonly #total: number
  #read = 0
  #lastAt = 0

  /** `total`: records of input. */
  constructor(total: number) {
    this.#total = total
  }

  /**
   * `records` more were read by the time `at` (epoch ms): the marks that this sets, as lines. `HALF` is the time of the last report with less
   * than half, or of the first report if there is none: a mark that came too late would show too high a rate.
   */
  note(records: number, at: number): string[] {
    const lines: string[] = []
    const before = this.#read
    this.#read += records
    if (before === 0) lines.push(`FIRST ${at}`)
    if (before < this.#total / 2 && this.#read >= this.#total / 2)
      lines.push(`HALF ${before === 0 ? at : this.#lastAt}`)
    if (before < this.#total && this.#read >= this.#total) lines.push(`LAST ${at}`)
    this.#lastAt = at
    return lines
  }
}
