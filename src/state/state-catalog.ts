/**
 * What an environment holds: a record for each task with its positions, and the ids of its stores. A record is written in the transaction
 * that writes the state it belongs to. JSON, under store id 0.
 */
import type { StoreSummary } from './durable-store.ts'
import { type LmdbEnvironment, RANGE_CHUNK } from './lmdb-environment.ts'
import type { StoreDeclaration } from './store.ts'
import { WriteBatch } from './write-batch.ts'

export interface StoreRecord {
  readonly id: number
  /** What its bytes depend on (`storeShape`). */
  readonly shape: string
  readonly summary: StoreSummary
  /** The store holds all of its changelog below this offset; absent: not known, or no changelog. */
  readonly changelogOffset?: number
}

export interface TaskRecord {
  readonly queryId: string
  readonly taskId: string
  /** Next offset by `topic/partition`. */
  readonly positions: Readonly<Record<string, number>>
  readonly streamTime: number
  readonly stores: Readonly<Record<string, StoreRecord>>
  /** It is being deleted: what is left is no state. */
  readonly isDropped?: boolean
}

const ID_BYTES = 3
const CATALOG = storePrefix(0)

/** What the keys of a store start with. */
export function storePrefix(id: number): Buffer {
  const prefix = Buffer.alloc(ID_BYTES)
  prefix.writeUIntBE(id, 0, ID_BYTES)
  return prefix
}

/** Two declarations of one shape have the same bytes. */
export const storeShape = ({ kind, types, isList = false, mayGrow, retentionMs }: StoreDeclaration): string =>
  JSON.stringify({ kind, types, isList, mayGrow, ...(kind === 'joinBuffer' ? { retentionMs } : {}) })

/** Whether a store whose bytes are of `shape` can go on as the declared one. */
export function fitsShape(shape: string, declaration: StoreDeclaration): boolean {
  if (shape === storeShape(declaration)) return true
  if (declaration.mayGrow !== true) return false
  const { types } = JSON.parse(shape) as Pick<StoreDeclaration, 'types'>
  return shape === storeShape({ ...declaration, types: declaration.types.slice(0, types.length) })
}

export class StateCatalog {
  readonly #environment: LmdbEnvironment
  #nextId = 1

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment
    for (const { stores } of this.tasks()) {
      for (const { id } of Object.values(stores)) this.#nextId = Math.max(this.#nextId, id + 1)
    }
  }

  /** An id that no store has; kept only once a task's record has it. */
  newId(): number {
    return this.#nextId++
  }

  /** Of all tasks, or of those of one query. */
  tasks(queryId?: string): TaskRecord[] {
    const records: TaskRecord[] = []
    for (const { value } of this.#environment.range(CATALOG, storePrefix(1))) {
      const record = JSON.parse(value.toString()) as TaskRecord
      if (queryId === undefined || record.queryId === queryId) records.push(record)
    }
    return records
  }

  task(queryId: string, taskId: string): TaskRecord | undefined {
    const bytes = this.#environment.get(taskKey({ queryId, taskId }))
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as TaskRecord)
  }

  write(record: TaskRecord, batch: WriteBatch): void {
    batch.put(taskKey(record), Buffer.from(JSON.stringify(record)))
  }

  /** Deletes a task and its stores, in steps that leave time for others. Goes on after a crash when it is called again. */
  async purge(record: TaskRecord): Promise<void> {
    const mark = new WriteBatch()
    this.write({ ...record, isDropped: true }, mark)
    await this.#environment.write(mark)
    for (const { id } of Object.values(record.stores)) await this.#purgeStore(id)
    const end = new WriteBatch()
    end.delete(taskKey(record))
    await this.#environment.write(end)
  }

  async #purgeStore(id: number): Promise<void> {
    const environment = this.#environment
    for (;;) {
      const entries = environment.chunk(storePrefix(id), storePrefix(id + 1), PURGE_ENTRIES)
      const batch = new WriteBatch()
      for (const { key } of entries) batch.delete(key)
      if (entries.length > 0) await environment.write(batch)
      if (entries.length < PURGE_ENTRIES) return
      await nextTurn()
    }
  }
}

/** Deleted in one transaction: a few ms. */
const PURGE_ENTRIES = 16 * RANGE_CHUNK

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const taskKey = ({ queryId, taskId }: Pick<TaskRecord, 'queryId' | 'taskId'>): Buffer =>
  Buffer.concat([CATALOG, Buffer.from(`${queryId}\n${taskId}`)])
