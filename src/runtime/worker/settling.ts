/** Waits until a worker has nothing left to do: its tasks have read everything there is, and all that they wrote is committed. */
import type { Broker } from '../../broker/broker.ts'
import type { WorkerQuery } from './worker-query.ts'

export interface SettlingOptions {
  readonly broker: Broker
  readonly queries: () => readonly WorkerQuery[]
  /** Whether no transaction is open, and none is being committed or aborted. */
  readonly isTransactionIdle: () => boolean
  readonly commitAll: () => Promise<void>
}

export class Settling {
  readonly #options: SettlingOptions
  #waiters: (() => void)[] = []

  constructor(options: SettlingOptions) {
    this.#options = options
  }

  /** True: nothing was left to do from the start. Input that keeps coming keeps it waiting. */
  async settle(): Promise<boolean> {
    for (let isQuiet = true; ; isQuiet = false) {
      if (this.#isCaughtUp()) {
        await this.#learnEnds()
        if (this.#isCaughtUp() && this.#isCommitted()) return isQuiet
        await this.#options.commitAll()
      }
      if (!this.#isCommitted() || !this.#isCaughtUp()) await this.#nextRound()
    }
  }

  /** Must be called at the end of each round. */
  endRound(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }

  #nextRound(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  get #atWork(): readonly WorkerQuery[] {
    return this.#options.queries().filter((query) => !query.isEnded && !query.isPaused)
  }

  #isCaughtUp(): boolean {
    return this.#atWork.every(({ tasks }) => tasks.every(({ inputs }) => inputs.every(({ isCaughtUp }) => isCaughtUp)))
  }

  #isCommitted(): boolean {
    return this.#options.isTransactionIdle() && this.#atWork.every(({ isIdle }) => isIdle)
  }

  /** Reads the ends of all partitions: fetches report them only when records come. */
  async #learnEnds(): Promise<void> {
    const inputs = this.#options.queries().flatMap(({ tasks }) => tasks.flatMap((task) => task.inputs))
    for (const topic of new Set(inputs.map((input) => input.topic))) {
      const ends = await this.#options.broker.endOffsets(topic, { readCommitted: true })
      for (const input of inputs) {
        const end = input.topic === topic ? ends[input.partition]?.offset : undefined
        if (end !== undefined) input.endOffset = Math.max(input.endOffset, end)
      }
    }
  }
}
