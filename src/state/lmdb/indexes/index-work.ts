/**
 * What is done for a task's indexes in the background, in steps between which other work of the thread has its turn: new ones are built, the
 * entries of dropped ones deleted. The task's record names an index before it has entries, and until it has none, so that its id is not
 * given to another after a crash.
 */
import type { DurableIndexes } from '../durable-store.ts'
import { nextTurn } from '../pending-batch.ts'
import type { StateCatalog, StoreRecord, TaskRecord } from '../state-catalog.ts'
import { WriteBatch } from '../write-batch.ts'

export interface IndexWorkOptions {
  readonly catalog: Pick<StateCatalog, 'write'>
  /** The record of the last checkpoint; null: there was none, and nothing is stored. */
  readonly record: TaskRecord | null
  /** The indexes of each store that can have some, by its name. */
  readonly indexes: ReadonlyMap<string, DurableIndexes>
}

export class IndexWork {
  readonly #options: IndexWorkOptions
  #record: TaskRecord | null
  #checkpoint: Promise<void> | null = null
  #isAtWork = false
  /** Whether a checkpoint has failed: it may be written in part, and only the next one may write the task's record. */
  #isHalted = false
  #isClosed = false

  constructor(options: IndexWorkOptions) {
    this.#options = options
    this.#record = options.record
  }

  /** A checkpoint is under way, until the result is called with how it has ended: as this record, as one that failed, or unwritten. */
  beginCheckpoint(): (end: TaskRecord | 'failed' | 'abandoned') => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#checkpoint = promise
    return (end) => {
      if (this.#checkpoint !== promise) return
      this.#checkpoint = null
      if (end !== 'abandoned') this.#isHalted = end === 'failed'
      if (typeof end !== 'string') this.#record = end
      resolve()
      this.begin()
    }
  }

  /** Continues in the background, if there is anything to do. What a failing disk has ended continues after the next checkpoint. */
  begin(): void {
    if (this.#isAtWork || this.#isHalted || this.#isClosed || !this.#hasWork()) return
    this.#isAtWork = true
    this.#work()
      .catch(() => {})
      .finally(() => {
        this.#isAtWork = false
      })
  }

  close(): void {
    this.#isClosed = true
  }

  async #work(): Promise<void> {
    for (;;) {
      await nextTurn()
      while (this.#checkpoint !== null && !this.#isClosed) await this.#checkpoint
      if (this.#isClosed || this.#isHalted) return
      const described = this.#describe()
      if (described !== null) {
        await this.#write(described)
        continue
      }
      const working = this.#all.find((indexes) => indexes.hasWork)
      if (working === undefined) return
      await working.step()
    }
  }

  #hasWork(): boolean {
    return this.#describe() !== null || this.#all.some((indexes) => indexes.hasWork)
  }

  get #all(): DurableIndexes[] {
    return [...this.#options.indexes.values()]
  }

  async #write(described: TaskRecord): Promise<void> {
    const former = this.#record
    // At once: a checkpoint that begins meanwhile is written later, and its record stays.
    this.#record = described
    try {
      await this.#options.catalog.write(described, new WriteBatch())
    } catch (error) {
      if (this.#record === described) this.#record = former
      throw error
    }
  }

  /** The record of the last checkpoint with the indexes as they are now; null: it says so already, or there is none. */
  #describe(): TaskRecord | null {
    const record = this.#record
    if (record === null) return null
    const all = this.#options.indexes
    let isChanged = false
    const stores: Record<string, StoreRecord> = {}
    for (const [name, { indexes: known = [], ...store }] of Object.entries(record.stores)) {
      const indexes = all.get(name)?.records() ?? []
      isChanged ||= JSON.stringify(indexes) !== JSON.stringify(known)
      stores[name] = { ...store, ...(indexes.length > 0 && { indexes }) }
    }
    return isChanged ? { ...record, stores } : null
  }
}
