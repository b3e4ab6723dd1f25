/**
 * A standby: a copy of a task's state that follows the changelogs of the server where the task runs. Each step is written together with
 * the offsets that it reaches, so that the copy is whole at any time: after a crash it continues there, a pull query can read it, and a
 * task that moves here has only the rest to read. Source: Kafka Streams' StandbyTask.
 */
import type { FetchedPartition, PartitionOffset, TopicPartitionOffset } from '../../broker/broker.ts'
import type { RecordBatchCursor } from '../../broker/record-batch-cursor.ts'
import { Mutex } from '../../mutex.ts'
import type { CacheBudget } from '../../state/lmdb/cache-budget.ts'
import { fitsShape, type TaskRecord } from '../../state/lmdb/state-catalog.ts'
import { TaskState } from '../../state/lmdb/task-state.ts'
import { WriteBatch } from '../../state/lmdb/write-batch.ts'
import type { StateStore, StoreIndex, StoreSpec } from '../../state/store.ts'
import type { StoreLag } from '../store-lag.ts'
import { ChangelogCopy, type CopiedTask } from './changelog-copy.ts'
import { readRecords } from './changelog-reader.ts'
import type { SlotEnvironment } from './slot-environments.ts'

export interface StandbyRequest extends CopiedTask {
  readonly slot: number
}

/** Stores that a pull query reads at one moment. */
export interface ReadableStores {
  store(spec: StoreSpec): StateStore
  /** Null: the store has none of that name that could be read. */
  index(spec: StoreSpec, name: string): StoreIndex | null
  close(): void
}

/** What a task's record says of a copy. */
const STANDBY = { positions: {}, isStandby: true } as const

export class StandbyTask {
  readonly request: StandbyRequest
  /** Whether it follows nothing any more. */
  isHalted = false
  readonly #slot: SlotEnvironment
  readonly #budget: CacheBudget
  /** Next offset to read, and the end, by changelog. */
  readonly #offsets = new Map<string, number>()
  readonly #ends = new Map<string, number>()
  readonly #turns = new Mutex()

  /** Opens the copy where it was left, also a state that a task has left; one that does not fit is deleted first. */
  static async open(request: StandbyRequest, slot: SlotEnvironment, budget: CacheBudget): Promise<StandbyTask> {
    const { queryId, taskId, stores } = request
    const { catalog } = slot
    await catalog.recover(queryId, taskId)
    const found = catalog.task(queryId, taskId)
    const fits = (record: TaskRecord): boolean =>
      record.isDropped !== true &&
      stores.every((store) => {
        const stored = record.stores[store.name]
        return stored?.changelogOffset !== undefined && fitsShape(stored.shape, store)
      })
    const isThere = found !== undefined && fits(found)
    if (found !== undefined && !isThere) await catalog.purge(found)
    const standby = new StandbyTask(request, slot, budget)
    // So that a pull query finds a table without rows.
    if (!isThere) await catalog.write(standby.#copy().recordAt(new Map(), STANDBY), new WriteBatch())
    return standby
  }

  private constructor(request: StandbyRequest, slot: SlotEnvironment, budget: CacheBudget) {
    this.request = request
    this.#slot = slot
    this.#budget = budget
    for (const { topic, known } of this.#copy().topics) this.#offsets.set(topic, known)
  }

  /** Where to read each changelog. */
  get positions(): TopicPartitionOffset[] {
    const { partition } = this.request
    return [...this.#offsets].map(([topic, offset]) => ({ topic, partition, offset }))
  }

  get lags(): StoreLag[] {
    const { queryId, taskId, partition, slot, stores } = this.request
    return [...this.#offsets].map(([topic, offset], index) => ({
      queryId,
      taskId,
      store: stores[index]!.name,
      partition,
      slot,
      offset,
      endOffset: this.#ends.get(topic) ?? null,
    }))
  }

  /** Adds what was fetched of a changelog. Rejects with an error of the disk; the copy is then as it was. */
  add(fetched: FetchedPartition, cursor: RecordBatchCursor): Promise<void> {
    return this.#turns.run(async () => {
      const { topic, fetchOffset, nextOffset, highWatermark } = fetched
      this.#ends.set(topic, highWatermark)
      if (this.isHalted || fetchOffset !== this.#offsets.get(topic) || nextOffset === fetchOffset) return
      const copy = this.#copy()
      readRecords(fetched, cursor, (_, record) => copy.add(topic, record))
      const offsets = new Map(this.#offsets).set(topic, nextOffset)
      const record = copy.recordAt(offsets, STANDBY)
      await this.#slot.catalog.write(record, copy.takeChanges())
      this.#offsets.set(topic, nextOffset)
    })
  }

  /** Takes the end of a changelog, which may be that of another task. */
  noteEnd(topic: string, ends: readonly PartitionOffset[]): void {
    const end = ends[this.request.partition]
    if (end !== undefined && this.#offsets.has(topic)) this.#ends.set(topic, end.offset)
  }

  /** The changelog has nothing before `offset` any more. */
  skipTo(topic: string, offset: number): void {
    this.#offsets.set(topic, offset)
  }

  /** Nothing is written any more once it has resolved; the copy can still be read. */
  async halt(): Promise<void> {
    this.isHalted = true
    await this.#turns.idle()
  }

  /** Deletes what there is: the changelogs are others than those that it was made of. */
  async purge(): Promise<void> {
    await this.halt()
    const record = this.#record
    if (record !== undefined) await this.#slot.catalog.purge(record)
  }

  /**
   * The copy as it is now. Opened for one read: caches would not learn what is added later. Throws an Error if there is nothing to read.
   */
  read(): ReadableStores {
    const record = this.#record
    const { queryId, taskId, stores } = this.request
    if (record === undefined || record.isDropped === true)
      throw new Error(`There is no copy of task ${taskId} of query ${queryId} to be read yet.`)
    const opened: TaskState[] = []
    return {
      store: ({ name }) => {
        const declarations = stores.filter((store) => store.name === name)
        const state = new TaskState({
          queryId,
          taskId,
          ...this.#slot,
          budget: this.#budget,
          stores: declarations,
          record,
          changelog: null,
        })
        opened.push(state)
        return state.store(name)!
      },
      // Changelogs have no entries of indexes.
      index: () => null,
      close: () => {
        for (const state of opened) state.close()
      },
    }
  }

  get #record(): TaskRecord | undefined {
    return this.#slot.catalog.task(this.request.queryId, this.request.taskId)
  }

  #copy(): ChangelogCopy {
    return new ChangelogCopy(this.request, this.#record ?? null, this.#slot.catalog)
  }
}
