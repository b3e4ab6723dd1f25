/**
 * Brings the local state of a task up to its changelogs: a state that lags behind the committed offsets from where it stands, a lost one
 * from the start. The changelogs match the committed offsets: exactly under exactly-once; otherwise they may be ahead by a commit that was
 * interrupted, and the records of that commit then count twice. Source: Kafka Streams' StoreChangelogReader.
 */
import type { Broker } from '../../broker/broker.ts'
import { type ChangelogMark, readMark, restoreEntry } from '../../state/lmdb/changelog.ts'
import type { StoreSummary } from '../../state/lmdb/durable-store.ts'
import { PART_CHANGES } from '../../state/lmdb/pending-batch.ts'
import { type StoreRecord, storeShape, type TaskRecord } from '../../state/lmdb/state-catalog.ts'
import { storePrefix } from '../../state/lmdb/state-ids.ts'
import { WriteBatch } from '../../state/lmdb/write-batch.ts'
import type { StoreDeclaration } from '../../state/store.ts'
import { changelogTopic } from '../topic-names.ts'
import { type ChangelogPart, readChangelogs } from './changelog-reader.ts'
import type { SlotEnvironment } from './slot-environments.ts'
import type { Positions } from './task-stores.ts'

/** A report on the restore of a task. */
export interface RestoreProgress {
  readonly queryId: string
  readonly taskId: string
  readonly recordsDone: number
  /** Offsets to go through, at least as many as there are records. */
  readonly recordsTotal: number
  readonly isDone: boolean
}

export interface RestoreOptions {
  readonly broker: Broker
  readonly slot: SlotEnvironment
  readonly queryId: string
  readonly taskId: string
  readonly partition: number
  readonly applicationId: string
  readonly stores: readonly StoreDeclaration[]
  readonly committed: Positions
  readonly onProgress: (progress: RestoreProgress) => void
  readonly signal: AbortSignal
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
  if (total === 0 && record === null) return null
  return restore.run(parts, total)
}

class Restore {
  readonly #options: RestoreOptions
  readonly #record: TaskRecord | null
  readonly #stores = new Map<string, { readonly declaration: StoreDeclaration; readonly id: number }>()
  readonly #marks = new Map<string, ChangelogMark>()
  #batch = new WriteBatch()
  #done = 0

  constructor(options: RestoreOptions, record: TaskRecord | null) {
    this.#options = options
    this.#record = record
    for (const declaration of options.stores) {
      const topic = changelogTopic(options.applicationId, declaration.name)
      const id = record?.stores[declaration.name]?.id ?? options.slot.catalog.newId()
      this.#stores.set(topic, { declaration, id })
    }
  }

  async parts(): Promise<ChangelogPart[]> {
    const { broker, partition } = this.#options
    return Promise.all(
      [...this.#stores].map(async ([topic, { declaration }]) => {
        const starts = await broker.startOffsets(topic)
        // What a former owner left open must end first: records of later owners that are committed lie behind it.
        const ends = await broker.endOffsets(topic)
        const start = starts[partition]?.offset ?? 0
        const known = this.#record?.stores[declaration.name]?.changelogOffset ?? 0
        return { topic, partition, offset: Math.max(start, known), endOffset: ends[partition]?.offset ?? 0 }
      }),
    )
  }

  async run(parts: readonly ChangelogPart[], total: number): Promise<TaskRecord> {
    const { broker, slot } = this.#options
    // An incomplete state is no state: after a crash it is deleted and restored again.
    if (this.#record === null) await this.#write(this.#recordAt(parts, { isDropped: true }))
    this.#tell(total, false)
    await readChangelogs(broker, parts, {
      signal: this.#options.signal,
      onRecord: (topic, { key, value }) => this.#take(topic, key, value),
      onBatch: async () => {
        this.#tell(total, false)
        if (this.#batch.size >= PART_CHANGES) await this.#flush()
      },
    })
    await this.#flush()
    const record = this.#recordAt(parts, {})
    await this.#write(record)
    this.#tell(total, true)
    return slot.catalog.task(record.queryId, record.taskId) ?? record
  }

  #take(topic: string, key: Buffer, value: Buffer | null): void {
    this.#done++
    const { declaration, id } = this.#stores.get(topic)!
    const mark = readMark(key, value)
    if (mark !== null) this.#marks.set(declaration.name, mark)
    else restoreEntry(declaration, storePrefix(id), { key, value }, this.#batch)
  }

  async #flush(): Promise<void> {
    const batch = this.#batch
    this.#batch = new WriteBatch()
    for (const part of batch.parts(PART_CHANGES))
      if (!('from' in part)) await this.#options.slot.environment.write(part)
  }

  async #write(record: TaskRecord): Promise<void> {
    await this.#options.slot.catalog.write(record, new WriteBatch())
  }

  #recordAt(parts: readonly ChangelogPart[], extra: { readonly isDropped?: boolean }): TaskRecord {
    const { queryId, taskId, committed } = this.#options
    const stores: Record<string, StoreRecord> = {}
    for (const [topic, { declaration, id }] of this.#stores) {
      const changelogOffset = parts.find((part) => part.topic === topic)!.endOffset
      stores[declaration.name] = {
        id,
        shape: storeShape(declaration),
        summary: this.#summary(declaration),
        changelogOffset,
      }
    }
    const times = [...this.#marks.values()].map(({ streamTime }) => streamTime)
    const streamTime = Math.max(this.#record?.streamTime ?? -1, ...times)
    return { queryId, taskId, positions: Object.fromEntries(committed), streamTime, stores, ...extra }
  }

  #summary({ name }: StoreDeclaration): StoreSummary {
    return this.#marks.get(name)?.summary ?? this.#record?.stores[name]?.summary ?? { count: 0 }
  }

  #tell(recordsTotal: number, isDone: boolean): void {
    const { queryId, taskId, onProgress } = this.#options
    onProgress({ queryId, taskId, recordsDone: this.#done, recordsTotal, isDone })
  }
}
