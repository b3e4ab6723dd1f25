/** The stores of one task in an environment, and its checkpoints: state and positions in one transaction. */
import { assertNever } from '../../assert.ts'
import { rowBytes } from '../bytes/row-bytes.ts'
import type { IndexDeclaration, StateStore, StoreDeclaration, StoreIndex } from '../store.ts'
import type { CacheBudget } from './cache-budget.ts'
import type { DurableIndexes, DurableStore, LogChange, StoreSummary } from './durable-store.ts'
import { IndexWork } from './indexes/index-work.ts'
import type { StateEnvironment } from './lmdb-environment.ts'
import { LmdbJoinBuffer } from './lmdb-join-buffer.ts'
import { LmdbKeyValueStore } from './lmdb-key-value.ts'
import { LmdbSessionStore } from './lmdb-session.ts'
import { LmdbWindowStore } from './lmdb-window.ts'
import {
  type StateCatalog,
  type StatedWatermarks,
  type StoreRecord,
  storeShape,
  type TaskRecord,
} from './state-catalog.ts'
import { storePrefix } from './state-ids.ts'
import { StoreUsage } from './store-usage.ts'
import { WriteBatch } from './write-batch.ts'

export interface TaskStateOptions {
  readonly queryId: string
  readonly taskId: string
  readonly environment: StateEnvironment
  readonly catalog: StateCatalog
  readonly budget: CacheBudget
  readonly stores: readonly StoreDeclaration[]
  /** What was found of the task, with stores of these shapes; null: nothing. */
  readonly record: TaskRecord | null
  /** Takes what each checkpoint changes, and how the store stands then; null: there are no changelogs. */
  readonly changelog: ChangelogWriter | null
}

export interface ChangelogWriter {
  /** For the changes of one store; key and value are views that are valid during the call. */
  changes(store: string): LogChange
  /** After the changes of a store, if there were any. */
  mark(store: string, summary: StoreSummary, streamTime: number): void
}

export interface StateMark {
  readonly positions: Readonly<Record<string, number>>
  readonly streamTime: number
  readonly watermarks: StatedWatermarks
  /** By store: the state holds all of the changelog below this offset. */
  readonly changelogOffsets: ReadonlyMap<string, number>
}

export interface StateCheckpoint {
  /** Rejects if the disk is full or fails; the changes are then part of the next checkpoint. */
  write(): Promise<void>
  /** Drops it; its changes are part of the next one. No effect after `write`. */
  abandon(): void
}

interface OpenStore {
  readonly id: number
  readonly shape: string
  readonly durable: DurableStore
  readonly usage: StoreUsage
}

export class TaskState {
  readonly #options: TaskStateOptions
  readonly #stores = new Map<string, OpenStore>()
  readonly #indexes = new Map<string, DurableIndexes>()
  readonly #indexWork: IndexWork
  #isClosed = false

  constructor(options: TaskStateOptions) {
    this.#options = options
    this.#indexWork = new IndexWork({
      catalog: options.catalog,
      record: options.record,
      indexes: this.#indexes,
    })
    for (const declaration of options.stores) this.#open(declaration)
  }

  /** Undefined if the task has none of that name. */
  store(name: string): StateStore | undefined {
    return this.#stores.get(name)?.durable.store
  }

  /** As `store`. */
  usage(name: string): StoreUsage | undefined {
    return this.#stores.get(name)?.usage
  }

  /** Makes these the indexes of a key-value store; they are built in the background. No effect on stores of other kinds. */
  setIndexes(name: string, declarations: readonly IndexDeclaration[]): void {
    this.#indexes.get(name)?.declare(declarations)
    this.#indexWork.begin()
  }

  /** Null: the store has none of that name, or it is still being built. */
  index(store: string, name: string): StoreIndex | null {
    return this.#indexes.get(store)?.find(name) ?? null
  }

  /** Whether each index of the store is ready, by its name. */
  indexProgress(store: string): ReadonlyMap<string, boolean> {
    return this.#indexes.get(store)?.progress() ?? new Map()
  }

  /** Takes the state as it stands. One at a time: the last one is written or abandoned. */
  checkpoint(mark: StateMark): StateCheckpoint {
    const { catalog, budget } = this.#options
    const indexes = this.#indexes
    const batch = WriteBatch.next()
    const staged = [...this.#stores].map(([name, { durable }]) => this.#stage(name, durable, batch, mark))
    const record = this.#record(mark)
    const indexWork = this.#indexWork
    const endCheckpoint = indexWork.beginCheckpoint()
    let isSettled = false
    const abandon = (): void => {
      if (!isSettled && !this.#isClosed) for (const one of staged) one.abandoned()
      isSettled = true
      endCheckpoint('abandoned')
    }
    return {
      async write() {
        if (isSettled) return
        try {
          await catalog.write(record, batch)
        } catch (error) {
          for (const one of indexes.values()) one.restart()
          endCheckpoint('failed')
          abandon()
          throw error
        }
        isSettled = true
        batch.recycle()
        for (const one of staged) one.written()
        endCheckpoint(record)
        budget.makeRoom()
      },
      abandon,
    }
  }

  /** Gives up what no checkpoint took. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#indexWork.close()
    for (const { durable } of this.#stores.values()) durable.close()
  }

  #open(declaration: StoreDeclaration): void {
    const { name } = declaration
    if (this.#stores.has(name)) return
    const { environment, budget, catalog, record } = this.#options
    const found = record?.stores[name]
    const id = found?.id ?? catalog.newId()
    const usage = new StoreUsage()
    const space = { environment, budget, usage, rows: rowBytes(declaration), prefix: storePrefix(id) }
    const indexes = { found: found?.indexes ?? [], newId: () => catalog.newId() }
    const durable = openStore(declaration, space, { summary: found?.summary ?? null, indexes })
    this.#stores.set(name, { id, shape: storeShape(declaration), durable, usage })
    if (durable.indexes !== undefined) this.#indexes.set(name, durable.indexes)
  }

  #stage(name: string, durable: DurableStore, batch: WriteBatch, { streamTime }: StateMark) {
    const { changelog } = this.#options
    const before = batch.size
    const staged = durable.stage(batch, changelog?.changes(name) ?? null)
    if (changelog !== null && batch.size > before) changelog.mark(name, durable.summary(), streamTime)
    return staged
  }

  #record({ positions, streamTime, watermarks, changelogOffsets }: StateMark): TaskRecord {
    const { queryId, taskId } = this.#options
    const stores: Record<string, StoreRecord> = {}
    for (const [name, { id, shape, durable }] of this.#stores) {
      const offset = changelogOffsets.get(name)
      const changelogOffset = offset === undefined ? {} : { changelogOffset: offset }
      const indexes = durable.indexes?.records() ?? []
      stores[name] = {
        id,
        shape,
        summary: durable.summary(),
        ...changelogOffset,
        ...(indexes.length > 0 && { indexes }),
      }
    }
    return { queryId, taskId, positions, streamTime, watermarks, stores }
  }
}

function openStore(
  declaration: StoreDeclaration,
  space: ConstructorParameters<typeof LmdbKeyValueStore>[0],
  {
    summary,
    indexes,
  }: { readonly summary: StoreSummary | null; readonly indexes: ConstructorParameters<typeof LmdbKeyValueStore>[2] },
): DurableStore {
  switch (declaration.kind) {
    case 'keyValue':
      return new LmdbKeyValueStore(space, summary, indexes)
    case 'window':
      return new LmdbWindowStore(space, summary)
    case 'session':
      return new LmdbSessionStore(space, summary)
    case 'joinBuffer':
      return new LmdbJoinBuffer(space, summary, declaration)
    default:
      return assertNever(declaration.kind)
  }
}
