/**
 * The local state of a task as it is made of the records of its changelogs, for a restore and for a standby: which store each topic
 * belongs to, the changes that were read and are not written yet, and the task's record for the offsets that were reached.
 */
import {
  type ChangelogMark,
  type ChangelogRecord,
  expiredKeys,
  readMark,
  restoreEntry,
} from '../../state/lmdb/changelog.ts'
import type { StoreSummary } from '../../state/lmdb/durable-store.ts'
import { droppedIndexes } from '../../state/lmdb/index-record.ts'
import { type StateCatalog, type StoreRecord, storeShape, type TaskRecord } from '../../state/lmdb/state-catalog.ts'
import { storePrefix } from '../../state/lmdb/state-ids.ts'
import { type KeyRangeBytes, WriteBatch } from '../../state/lmdb/write-batch.ts'
import type { StoreDeclaration } from '../../state/store.ts'
import { changelogTopic } from '../topic-names.ts'

/** A task whose stores have changelogs. */
export interface CopiedTask {
  readonly queryId: string
  readonly taskId: string
  readonly partition: number
  readonly applicationId: string
  readonly stores: readonly StoreDeclaration[]
}

interface CopiedStore {
  readonly declaration: StoreDeclaration
  readonly id: number
  /** What its keys start with. */
  readonly prefix: Buffer
}

export class ChangelogCopy {
  readonly #task: CopiedTask
  readonly #record: TaskRecord | null
  readonly #stores = new Map<string, CopiedStore>()
  readonly #marks = new Map<string, ChangelogMark>()
  #batch = new WriteBatch()

  /** `record`: the state that the changes are added to; null: there is none. */
  constructor(task: CopiedTask, record: TaskRecord | null, catalog: Pick<StateCatalog, 'newId'>) {
    this.#task = task
    this.#record = record
    for (const declaration of task.stores) {
      const id = record?.stores[declaration.name]?.id ?? catalog.newId()
      this.#stores.set(changelogTopic(task.applicationId, declaration.name), {
        declaration,
        id,
        prefix: storePrefix(id),
      })
    }
  }

  /** The changelogs, each with the offset below which the state had all of it; 0: it had nothing. */
  get topics(): { readonly topic: string; readonly known: number }[] {
    return [...this.#stores].map(([topic, { declaration }]) => ({
      topic,
      known: this.#record?.stores[declaration.name]?.changelogOffset ?? 0,
    }))
  }

  /** Bytes of the changes that wait to be taken. */
  get byteLength(): number {
    return this.#batch.byteLength
  }

  add(topic: string, record: ChangelogRecord): void {
    const { declaration, prefix } = this.#stores.get(topic)!
    const mark = readMark(record)
    if (mark === null) restoreEntry(declaration, prefix, record, this.#batch)
    else this.#marks.set(declaration.name, mark)
  }

  /** The changes since the last call, without those that have expired by now: see `expired`. */
  takeEntries(): WriteBatch {
    const batch = this.#batch
    this.#batch = new WriteBatch()
    return batch
  }

  /** The changes since the last call, and at last the deletes of what has expired by now. */
  takeChanges(): WriteBatch {
    const batch = this.takeEntries()
    for (const { from, to } of this.expired()) batch.deleteRange(from, to)
    return batch
  }

  /**
   * The keys of what has expired by the newest marks, of each store that has such. They need not be deleted before a later change: it is never
   * of one of these, since a store takes no rows before the time that its mark tells.
   */
  expired(): KeyRangeBytes[] {
    return [...this.#stores.values()].flatMap(({ declaration, prefix }) => {
      const mark = this.#marks.get(declaration.name)
      return mark === undefined ? [] : (expiredKeys(declaration, prefix, mark.summary) ?? [])
    })
  }

  /** Takes the memory of changes that are written, for the next ones. */
  recycle(batch: WriteBatch): void {
    if (this.#batch.size > 0) return
    batch.bytes.position = 0
    this.#batch = new WriteBatch(batch.bytes)
  }

  /** The task's record for a state with all of each changelog below its offset in `offsets`. */
  recordAt(
    offsets: ReadonlyMap<string, number>,
    facts: Pick<TaskRecord, 'positions' | 'isDropped' | 'isStandby'>,
  ): TaskRecord {
    const { queryId, taskId } = this.#task
    const stores: Record<string, StoreRecord> = {}
    for (const [topic, { declaration, id }] of this.#stores) {
      const changelogOffset = offsets.get(topic) ?? 0
      const summary = this.#summary(declaration)
      // Changelogs have the rows alone: indexes are built again from these.
      const indexes = droppedIndexes(this.#record?.stores[declaration.name] ?? {})
      stores[declaration.name] = {
        id,
        shape: storeShape(declaration),
        summary,
        changelogOffset,
        ...(indexes.length > 0 && { indexes }),
      }
    }
    const times = [...this.#marks.values()].map(({ streamTime }) => streamTime)
    const streamTime = Math.max(this.#record?.streamTime ?? -1, ...times)
    return { queryId, taskId, streamTime, stores, ...facts }
  }

  #summary({ name }: StoreDeclaration): StoreSummary {
    return this.#marks.get(name)?.summary ?? this.#record?.stores[name]?.summary ?? { count: 0 }
  }
}
