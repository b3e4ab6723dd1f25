/** Runs work one piece at a time, in the order of the calls. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve()

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => {})
    return result
  }

  /** Resolves when the work of all calls so far has ended, whether or not it failed. */
  async idle(): Promise<void> {
    await this.#last
  }
}
