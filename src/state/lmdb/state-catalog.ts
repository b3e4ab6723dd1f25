/**
 * What an environment holds: a record for each task with its positions, and the ids of its stores. A record is written in the transaction
 * that writes the state it belongs to. JSON, under store id 0.
 */

import type { StoreDeclaration } from '../store.ts'
import type { StoreSummary } from './durable-store.ts'
import type { IndexRecord } from './index-record.ts'
import type { StateEnvironment } from './lmdb-environment.ts'
import { deleteRange, dropPending, isLarge, recoverPending, writeLarge } from './pending-batch.ts'
import { CATALOG_ID, FIRST_STORE_ID, storeKeys, storePrefix } from './state-ids.ts'
import { WriteBatch } from './write-batch.ts'

export interface StoreRecord {
  readonly id: number
  /** What its bytes depend on (`storeShape`). */
  readonly shape: string
  readonly summary: StoreSummary
  /** The store holds all of its changelog below this offset; absent: not known, or no changelog. */
  readonly changelogOffset?: number
  /** Absent: it has none. */
  readonly indexes?: readonly IndexRecord[]
}

/** The ids of a store and of its indexes. */
const idsOf = ({ id, indexes = [] }: StoreRecord): number[] => [id, ...indexes.map((index) => index.id)]

export interface TaskRecord {
  readonly queryId: string
  readonly taskId: string
  /** Next offset by `topic/partition`. */
  readonly positions: Readonly<Record<string, number>>
  /** The latest time of its records, epoch ms; -1: unknown. */
  readonly streamTime: number
  /** Watermarks that were stated to the task, by the step that reads them; absent: not known, or none. */
  readonly watermarks?: StatedWatermarks
  readonly stores: Readonly<Record<string, StoreRecord>>
  /** It is being deleted: what is left is no state. */
  readonly isDropped?: boolean
  /** It follows the changelogs, and belongs to no positions: a task continues with it once it has been read to their end. */
  readonly isStandby?: boolean
}

/** By task upstream: its time in epoch ms; null: it has stated nothing. */
export type StatedWatermarks = Readonly<Record<string, readonly (number | 'idle' | null)[]>>

const CATALOG = storePrefix(CATALOG_ID)

/** Two declarations of one shape have the same bytes. */
export const storeShape = ({ kind, types, isList = false, mayGrow, retentionMs, fetchMs }: StoreDeclaration): string =>
  JSON.stringify({ kind, types, isList, mayGrow, ...(kind === 'joinBuffer' ? { retentionMs, fetchMs } : {}) })

/** Whether a store whose bytes are of `shape` can be continued as the declared one. */
export function fitsShape(shape: string, declaration: StoreDeclaration): boolean {
  if (shape === storeShape(declaration)) return true
  if (declaration.mayGrow !== true) return false
  const { types } = JSON.parse(shape) as Pick<StoreDeclaration, 'types'>
  return shape === storeShape({ ...declaration, types: declaration.types.slice(0, types.length) })
}

export class StateCatalog {
  readonly #environment: StateEnvironment
  #nextId = FIRST_STORE_ID
  /** Tasks of which a large batch may be carried out in part. */
  readonly #unfinished = new Set<string>()

  constructor(environment: StateEnvironment) {
    this.#environment = environment
    for (const { stores } of this.tasks()) {
      for (const id of Object.values(stores).flatMap(idsOf)) this.#nextId = Math.max(this.#nextId, id + 1)
    }
  }

  /** An id that no store has; kept only once a task's record has it. */
  newId(): number {
    return this.#nextId++
  }

  /** The records of all tasks, or of one query's. */
  tasks(queryId?: string): TaskRecord[] {
    const records: TaskRecord[] = []
    for (const { value } of this.#environment.range(CATALOG, storePrefix(CATALOG_ID + 1))) {
      const record = this.#decode(value)
      if (queryId === undefined || record.queryId === queryId) records.push(record)
    }
    return records
  }

  task(queryId: string, taskId: string): TaskRecord | undefined {
    const bytes = this.#environment.get(taskKey({ queryId, taskId }))
    return bytes === undefined ? undefined : this.#decode(bytes)
  }

  /**
   * Resolves when a task's changes are stored, and the record that describes its state with them. Rejects with what the disk says; some
   * of the changes may be stored then, and the next ones have to include them all.
   */
  async write(record: TaskRecord, changes: WriteBatch): Promise<void> {
    const name = taskName(record)
    const isParted = isLarge(changes, this.#environment)
    const head = isParted ? new WriteBatch() : changes
    head.put(taskKey(record), Buffer.from(JSON.stringify(record)))
    if (isParted) {
      this.#unfinished.add(name)
      await writeLarge(this.#environment, name, head, changes)
      this.#unfinished.delete(name)
      return
    }
    if (this.#unfinished.has(name)) dropPending(name, head)
    await this.#environment.write(head)
    this.#unfinished.delete(name)
  }

  /** Before a task's record is read: finishes what a crash has left half done. */
  async recover(queryId: string, taskId: string): Promise<void> {
    await recoverPending(this.#environment, taskName({ queryId, taskId }))
  }

  /** Deletes a task and its stores, in steps that leave time for others. Goes on after a crash when it is called again. */
  async purge(record: TaskRecord): Promise<void> {
    const mark = new WriteBatch()
    dropPending(taskName(record), mark)
    await this.write({ ...record, isDropped: true }, mark)
    for (const id of Object.values(record.stores).flatMap(idsOf)) await deleteRange(this.#environment, storeKeys(id))
    const end = new WriteBatch()
    end.delete(taskKey(record))
    await this.#environment.write(end)
  }

  #decode(bytes: Buffer): TaskRecord {
    try {
      return JSON.parse(bytes.toString()) as TaskRecord
    } catch (error) {
      throw this.#environment.damaged(error as Error)
    }
  }
}

const taskName = ({ queryId, taskId }: Pick<TaskRecord, 'queryId' | 'taskId'>): string => `${queryId}\n${taskId}`

const taskKey = (task: Pick<TaskRecord, 'queryId' | 'taskId'>): Buffer =>
  Buffer.concat([CATALOG, Buffer.from(taskName(task))])
