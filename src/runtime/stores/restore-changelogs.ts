/**
 * Brings the local state of a task up to its changelogs: a state that lags behind the committed offsets from where it stands, a lost one
 * from the start. The changelogs match the committed offsets: exactly under exactly-once; otherwise they may be ahead by a commit that was
 * interrupted, and the records of that commit then count twice. Source: Kafka Streams' StoreChangelogReader.
 */
import type { Broker } from '../../broker/broker.ts'
import { deleteRange, nextTurn, writeInParts } from '../../state/lmdb/pending-batch.ts'
import { openRunFile, type RunFile } from '../../state/lmdb/runs/run-file.ts'
import { SortedRuns } from '../../state/lmdb/runs/sorted-runs.ts'
import type { TaskRecord } from '../../state/lmdb/state-catalog.ts'
import { WriteBatch } from '../../state/lmdb/write-batch.ts'
import { ChangelogCopy, type CopiedTask } from './changelog-copy.ts'
import { type ChangelogPart, readChangelogs } from './changelog-reader.ts'
import type { SlotEnvironment } from './slot-environments.ts'
import type { Positions } from './task-stores.ts'

/**
 * Changes that the restores of a thread gather in memory in all. Keys come in any order, and LMDB writes each page that a transaction touches:
 * sorted, many changes share a page, and of the changes of one key the last is left. What is more goes to the disk as sorted runs, and is
 * merged at the end, which touches each page once (docs/performance.md#start-and-recovery).
 */
const GATHERED_BYTES = 32 << 20
/** Sorted changes in one transaction. */
const PART_LIMITS = { changes: 16_384, bytes: 8 << 20 }

/** Restores of this thread that are under way. */
let underWay = 0

/** A report on the restore of a task. */
export interface RestoreProgress {
  readonly queryId: string
  readonly taskId: string
  /** A record that was read and put aside counts as half of one. */
  readonly recordsDone: number
  /** Offsets to go through, at least as many as there are records. */
  readonly recordsTotal: number
  readonly isDone: boolean
}

/** What a restore needs of the broker. */
type ChangelogBroker = Pick<Broker, 'startOffsets' | 'endOffsets' | 'fetcher'>

export interface RestoreOptions extends CopiedTask {
  readonly broker: ChangelogBroker
  readonly slot: SlotEnvironment
  readonly committed: Positions
  readonly onProgress: (progress: RestoreProgress) => void
  readonly signal: AbortSignal
  /** Opens a file for sorted runs in the directory of an environment. Default: on the disk. */
  readonly openRuns?: (directory: string) => RunFile
  /** Bytes of changes to gather in memory. Default: 32 MiB, shared by the restores of the thread. */
  readonly gatheredBytes?: number
}

/**
 * The task's record after it was brought up to the committed offsets, null if there is nothing in its changelogs. `record`
 * describes the local state, with offsets of its changelogs; null: there is none. Rejects with a BrokerError or an error of the disk.
 */
export async function restoreChangelogs(
  options: RestoreOptions,
  record: TaskRecord | null,
): Promise<TaskRecord | null> {
  const restore = new Restore(options, record)
  const parts = await restore.parts()
  const total = parts.reduce((sum, { offset, endOffset }) => sum + Math.max(0, endOffset - offset), 0)
  if (total > 0 || (record !== null && !isNothing(record))) return restore.run(parts, total)
  if (record !== null) await options.slot.catalog.purge(record)
  return null
}

/** Whether the changelogs that it copies are empty. */
const isNothing = ({ isStandby, stores }: TaskRecord): boolean =>
  isStandby === true && Object.values(stores).every(({ changelogOffset = 0 }) => changelogOffset === 0)

class Restore {
  readonly #options: RestoreOptions
  readonly #record: TaskRecord | null
  readonly #copy: ChangelogCopy
  readonly #runs: SortedRuns
  #read = 0

  constructor(options: RestoreOptions, record: TaskRecord | null) {
    this.#options = options
    this.#record = record
    this.#copy = new ChangelogCopy(options, record, options.slot.catalog)
    const { slot, openRuns = openRunFile } = options
    this.#runs = new SortedRuns(() => openRuns(slot.environment.directory))
  }

  async parts(): Promise<ChangelogPart[]> {
    const { broker, partition } = this.#options
    return Promise.all(
      this.#copy.topics.map(async ({ topic, known }) => {
        const starts = await broker.startOffsets(topic)
        // What a former owner left open must end first: records of later owners that are committed lie behind it.
        const ends = await broker.endOffsets(topic)
        const start = starts[partition]?.offset ?? 0
        return { topic, partition, offset: Math.max(start, known), endOffset: ends[partition]?.offset ?? 0 }
      }),
    )
  }

  async run(parts: readonly ChangelogPart[], total: number): Promise<TaskRecord> {
    const { broker, slot } = this.#options
    // An incomplete state is no state: after a crash it is deleted and restored again.
    if (this.#record === null) await this.#write(this.#recordAt(parts, { isDropped: true }))
    this.#tell(total, false)
    underWay++
    try {
      await this.#copyAll(broker, parts, total)
    } finally {
      underWay--
      this.#runs.close()
    }
    const record = this.#recordAt(parts, {})
    await this.#write(record)
    this.#tell(total, true)
    return slot.catalog.task(record.queryId, record.taskId) ?? record
  }

  async #copyAll(broker: ChangelogBroker, parts: readonly ChangelogPart[], total: number): Promise<void> {
    const { signal, gatheredBytes = GATHERED_BYTES } = this.#options
    await readChangelogs(broker, parts, {
      signal,
      onRecord: (topic, record) => {
        this.#read++
        this.#copy.add(topic, record)
      },
      onBatch: async () => {
        this.#tell(total, false)
        if (this.#copy.byteLength >= gatheredBytes / Math.max(1, underWay)) await this.#spill()
      },
    })
    if (this.#runs.isEmpty) await this.#writeGathered()
    else {
      await this.#spill()
      await this.#merge(() => this.#tell(total, false))
      for (const range of this.#copy.expired()) await deleteRange(this.#options.slot.environment, range)
    }
  }

  /** Puts what was gathered aside, as a sorted run. */
  async #spill(): Promise<void> {
    const batch = this.#copy.takeEntries()
    batch.sort()
    this.#runs.add(batch, this.#copy.expired())
    this.#copy.recycle(batch)
    if (this.#runs.isFull) await this.#merge()
  }

  /** Writes what was put aside, without what has expired since. `onPart` is called after each transaction. */
  async #merge(onPart: () => void = () => {}): Promise<void> {
    const { slot, signal } = this.#options
    for (const batch of this.#runs.take(PART_LIMITS, this.#copy.expired())) {
      signal.throwIfAborted()
      await slot.environment.write(batch)
      onPart()
      await nextTurn()
    }
  }

  async #writeGathered(): Promise<void> {
    const batch = this.#copy.takeChanges()
    batch.sort()
    await writeInParts(this.#options.slot.environment, batch, { partChanges: PART_LIMITS.changes })
    this.#copy.recycle(batch)
  }

  async #write(record: TaskRecord): Promise<void> {
    await this.#options.slot.catalog.write(record, new WriteBatch())
  }

  #recordAt(parts: readonly ChangelogPart[], facts: Pick<TaskRecord, 'isDropped'>): TaskRecord {
    const offsets = new Map(parts.map(({ topic, endOffset }) => [topic, endOffset]))
    return this.#copy.recordAt(offsets, { positions: Object.fromEntries(this.#options.committed), ...facts })
  }

  #tell(recordsTotal: number, isDone: boolean): void {
    const { queryId, taskId, onProgress } = this.#options
    const recordsDone = isDone ? this.#read : Math.floor((this.#read / 2) * (1 + this.#runs.shareTaken))
    onProgress({ queryId, taskId, recordsDone, recordsTotal, isDone })
  }
}
