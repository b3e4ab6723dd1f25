/** The workers of this server that run the tasks of a query. */

import type { TableIndex } from '../../plan/table-index.ts'
import type { QueryAssignment, TaskAssignment, WantedChange } from '../assignment.ts'
import { addProgress, type QueryProgress } from '../query-progress.ts'
import type { OwnedSlots, SlotTerms } from '../slots.ts'
import { unlessLost, type Worker } from '../worker.ts'
import type { Workers } from './workers.ts'

export interface QueryWorkersOptions {
  readonly queryId: string
  readonly workers: Pick<Workers, 'workerOf' | 'all'>
  /** The slots whose tasks run on this server. */
  readonly slots: OwnedSlots
}

/** The tasks of a slot, at work here since it was taken. */
interface RunningSlot {
  readonly term: number
  readonly worker: Worker
  /** False: they are just being started. */
  isUp: boolean
}

export class QueryWorkers {
  readonly #options: QueryWorkersOptions
  #workers: readonly Worker[] = []
  readonly #running = new Map<number, RunningSlot>()

  constructor(options: QueryWorkersOptions) {
    this.#options = options
  }

  has(worker: Worker): boolean {
    return this.#workers.includes(worker)
  }

  /** The worker on which the tasks of a slot are at work; undefined: they are not here, or not yet. */
  workerOf(slot: number): Worker | undefined {
    const running = this.#running.get(slot)
    return running?.isUp === true ? running.worker : undefined
  }

  /** Whether the slot is owned, in `terms`, without its tasks having been started in that term. */
  isMissing(slot: number, terms: SlotTerms): boolean {
    return terms.has(slot) && this.#running.get(slot)?.term !== terms.get(slot)
  }

  progress(): QueryProgress {
    return addProgress(this.#workers.flatMap((worker) => worker.progress(this.#options.queryId) ?? []))
  }

  async setPaused(isPaused: boolean): Promise<void> {
    const { queryId } = this.#options
    await Promise.all(this.#workers.map((worker) => worker.setPaused(queryId, isPaused).catch(unlessLost)))
  }

  async setIndexes(indexes: readonly TableIndex[]): Promise<void> {
    const { queryId } = this.#options
    await Promise.all(this.#workers.map((worker) => worker.setIndexes(queryId, indexes).catch(unlessLost)))
  }

  async setWanted(changes: readonly WantedChange[]): Promise<void> {
    const { queryId } = this.#options
    await Promise.all(this.#workers.map((worker) => worker.setWanted(queryId, changes).catch(unlessLost)))
  }

  /** The workers for `tasks`; opens those that are not open yet. */
  async choose(tasks: readonly TaskAssignment[]): Promise<Map<Worker, TaskAssignment[]>> {
    const parts = new Map<Worker, TaskAssignment[]>()
    for (const task of tasks) {
      const worker = await this.#options.workers.workerOf(task.slot)
      const part = parts.get(worker)
      if (part === undefined) parts.set(worker, [task])
      else part.push(task)
    }
    return parts
  }

  /** Starts the tasks whose slots are still owned in their terms. Resolves when the tasks are up. */
  async start(
    parts: ReadonlyMap<Worker, readonly TaskAssignment[]>,
    placed: QueryAssignment,
    terms: SlotTerms,
  ): Promise<void> {
    const { slots } = this.#options
    // Nothing may be awaited before the calls of the workers, which must get starts and releases in the order in which they happen.
    const starting: Promise<void>[] = []
    for (const [worker, all] of parts) {
      const tasks = all.filter(({ slot }) => slots.isIn(slot, terms.get(slot)!))
      if (tasks.length > 0) starting.push(this.#startOn(worker, { ...placed, tasks }, terms))
    }
    this.#workers = [...new Set([...this.#workers, ...parts.keys()])]
    await Promise.all(starting)
  }

  /** Ends the tasks of the query. `purge`: with their state, also on workers that do not run them any more. */
  async stop({ purge }: { readonly purge: boolean }): Promise<void> {
    const { workers, queryId } = this.#options
    const stopping = purge ? await workers.all() : this.#workers
    this.#workers = []
    this.#running.clear()
    await Promise.all(stopping.map((worker) => worker.stop(queryId, { purge }).catch(unlessLost)))
  }

  /** Forgets the tasks of slots that have gone; the workers end them. */
  dropSlots(slots: readonly number[]): void {
    for (const slot of slots) this.#running.delete(slot)
  }

  /** Forgets the tasks of a worker that has died. */
  drop(worker: Worker): void {
    this.#workers = this.#workers.filter((other) => other !== worker)
    for (const [slot, running] of this.#running) if (running.worker === worker) this.#running.delete(slot)
  }

  async #startOn(worker: Worker, part: QueryAssignment, terms: SlotTerms): Promise<void> {
    const started = new Map<number, RunningSlot>()
    for (const { slot } of part.tasks) started.set(slot, { term: terms.get(slot)!, worker, isUp: false })
    for (const [slot, running] of started) this.#running.set(slot, running)
    await worker.start(part)
    for (const running of started.values()) running.isUp = true
  }
}
