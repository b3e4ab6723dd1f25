/** Waits until a worker has nothing left to do: its tasks have read everything there is, and all that they wrote is committed. */
import type { Broker } from '../../broker/broker.ts'
import type { Timer } from '../../clock.ts'
import type { SettleScope } from '../worker.ts'
import type { WorkerQuery } from './worker-query.ts'

export interface SettlingOptions {
  readonly broker: Broker
  readonly queries: () => readonly WorkerQuery[]
  /** Whether no transaction is open, and none is being committed or aborted. */
  readonly isTransactionIdle: () => boolean
  readonly commitAll: () => Promise<void>
  readonly timer: Timer
}

export class Settling {
  readonly #options: SettlingOptions
  #waiters: (() => void)[] = []

  constructor(options: SettlingOptions) {
    this.#options = options
  }

  /** As `Worker.settle`. Input that keeps coming keeps it waiting. */
  async settle(scope: SettleScope | null): Promise<boolean> {
    const { timer, commitAll } = this.#options
    const until = timer.elapsed() + (scope?.waitMs ?? Number.POSITIVE_INFINITY)
    for (let isQuiet = true; timer.elapsed() <= until; isQuiet = false) {
      const queries = this.#atWork(scope)
      if (isCaughtUp(queries)) {
        await this.#learnEnds(queries)
        if (isCaughtUp(queries) && this.#isCommitted(queries)) return isQuiet
        await commitAll()
      }
      if (!this.#isCommitted(queries) || !isCaughtUp(queries)) await this.#nextRound(until)
    }
    return false
  }

  /** Must be called at the end of each round. */
  endRound(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }

  #nextRound(until: number): Promise<void> {
    const { timer } = this.#options
    return new Promise((resolve) => {
      if (until === Number.POSITIVE_INFINITY) {
        this.#waiters.push(resolve)
        return
      }
      const timeout = timer.after(Math.max(0, until - timer.elapsed()), resolve)
      this.#waiters.push(() => {
        timeout.cancel()
        resolve()
      })
    })
  }

  #atWork(scope: SettleScope | null): readonly WorkerQuery[] {
    const isMeant = ({ assignment }: WorkerQuery) => scope === null || scope.queryIds.includes(assignment.plan.queryId)
    return this.#options.queries().filter((query) => !query.isEnded && !query.isPaused && isMeant(query))
  }

  #isCommitted(queries: readonly WorkerQuery[]): boolean {
    return this.#options.isTransactionIdle() && queries.every(({ isIdle }) => isIdle)
  }

  /** Reads the ends of all partitions: fetches report them only when records come. */
  async #learnEnds(queries: readonly WorkerQuery[]): Promise<void> {
    const inputs = queries.flatMap(({ tasks }) => tasks.flatMap((task) => task.inputs))
    for (const topic of new Set(inputs.map((input) => input.topic))) {
      const ends = await this.#options.broker.endOffsets(topic, { readCommitted: true })
      for (const input of inputs) {
        const end = input.topic === topic ? ends[input.partition]?.offset : undefined
        if (end !== undefined) input.endOffset = Math.max(input.endOffset, end)
      }
    }
  }
}

const isCaughtUp = (queries: readonly WorkerQuery[]): boolean =>
  queries.every(({ tasks }) => tasks.every(({ inputs }) => inputs.every((input) => input.isCaughtUp)))
