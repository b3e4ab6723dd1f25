/**
 * State on disk: LMDB environments, one per slot, and changelog topics where they are enabled. A task continues from its local state, which
 * has its own positions; if that is gone, or behind offsets committed elsewhere, changelogs bring it up to date; without those it is rebuilt
 * from the query's inputs.
 */
import type { Broker } from '../../broker/broker.ts'
import type { Clock, Timer } from '../../clock.ts'
import { CacheBudget } from '../../state/lmdb/cache-budget.ts'
import { MARK_KEY, markValue } from '../../state/lmdb/changelog.ts'
import { LmdbEnvironment, type OpenEnvironment } from '../../state/lmdb/lmdb-environment.ts'
import { fitsShape, type TaskRecord } from '../../state/lmdb/state-catalog.ts'
import type { StoreUsage } from '../../state/lmdb/store-usage.ts'
import { type ChangelogWriter, TaskState } from '../../state/lmdb/task-state.ts'
import type { IndexDeclaration, StateStore, StoreDeclaration, StoreIndex, StoreSpec } from '../../state/store.ts'
import type { RestoreCounts } from '../query-progress.ts'
import { ChangelogPositions } from './changelog-positions.ts'
import { memoryStores } from './memory-stores.ts'
import { type RestoreProgress, restoreChangelogs } from './restore-changelogs.ts'
import { Restores } from './restores.ts'
import { type SlotEnvironment, SlotEnvironments } from './slot-environments.ts'
import { Standbys } from './standbys.ts'
import type {
  Checkpoint,
  CheckpointMark,
  OpenStores,
  Positions,
  RestoredState,
  StoreProvider,
  TaskStores,
} from './task-stores.ts'

export interface DurableStoresOptions {
  /** Holds all state of the server; workers that share it have different slots. */
  readonly directory: string
  /** Bound on the memory of this worker's caches, bytes; an estimate. */
  readonly cacheBytes: number
  /** Bound on the file pages that the process maps and has in memory, bytes. Default: 8 MiB. */
  readonly mappedBytes?: number
  /** Default: LMDB. */
  readonly openEnvironment?: OpenEnvironment
  /** Where changelogs are; null: none are written, and the disk alone keeps the state. */
  readonly changelogs: Broker | null
  readonly clock: Clock
  readonly timer: Timer
  /** See `Pace`. Default: never. */
  readonly isAwaited?: () => boolean
  readonly onWarning: (message: string) => void
  readonly onRestore?: (progress: RestoreProgress) => void
}

/** Pages that are mapped again come from the system's cache: eight times as many mapped bytes made nothing faster. */
const DEFAULT_MAPPED_BYTES = 8 * 1024 * 1024

export function durableStores(options: DurableStoresOptions): StoreProvider {
  return new DurableStores(options)
}

class DurableStores implements StoreProvider {
  readonly standbys: Standbys | null
  readonly #options: DurableStoresOptions
  readonly #slots: SlotEnvironments
  readonly #budget: CacheBudget
  readonly #memory = memoryStores()
  readonly #restores = new Restores()

  constructor(options: DurableStoresOptions) {
    this.#options = options
    this.#slots = new SlotEnvironments({
      ...options,
      isAwaited: options.isAwaited ?? (() => false),
      mappedBytes: options.mappedBytes ?? DEFAULT_MAPPED_BYTES,
      openEnvironment: options.openEnvironment ?? LmdbEnvironment.open,
    })
    this.#budget = new CacheBudget(options.cacheBytes)
    const { changelogs: broker } = options
    this.standbys =
      broker === null ? null : new Standbys({ ...options, broker, slots: this.#slots, budget: this.#budget })
  }

  needsCommit(): boolean {
    return this.#budget.needsCommit
  }

  isFull(): boolean {
    return this.#budget.isFull
  }

  async open(request: OpenStores): Promise<TaskStores> {
    if (request.isTransient || request.stores.length === 0) return this.#memory.open(request)
    const slot = await this.#slots.of(request.slot)
    const declarations = request.stores
    const record = await this.#restored(request, slot, declarations)
    const broker = this.#options.changelogs
    const changelogs = broker === null ? null : new ChangelogPositions(broker, request, this.#options.clock)
    if (record !== null) changelogs?.begin(record)
    else await changelogs?.beginNew()
    const state = new TaskState({
      queryId: request.queryId,
      taskId: request.taskId,
      ...slot,
      budget: this.#budget,
      stores: declarations,
      record,
      changelog: broker === null ? null : this.#changelogWriter(request),
    })
    const isLost = record === null && broker === null && !request.isNew
    if (isLost && !this.#slots.isReplaced(request.slot)) this.#options.onWarning(describeLoss(request))
    return new DurableTaskStores(state, record, { changelogs, isLost })
  }

  damagedSlots(): number[] {
    return this.#slots.damaged()
  }

  restores(queryId: string): RestoreCounts {
    return this.#restores.of(queryId)
  }

  async purge(queryId: string): Promise<void> {
    this.#restores.forget(queryId)
    for (const { catalog } of this.#slots.all()) {
      for (const record of catalog.tasks(queryId)) await catalog.purge(record)
    }
  }

  async close(): Promise<void> {
    await this.standbys?.close()
    await this.#slots.close()
  }

  /** The record of the task's local state once that is up to date; null: there is no state, and nothing is left of an old one. */
  async #restored(
    request: OpenStores,
    slot: SlotEnvironment,
    stores: readonly StoreDeclaration[],
  ): Promise<TaskRecord | null> {
    const { catalog } = slot
    const { queryId, taskId, committed } = request
    await catalog.recover(queryId, taskId)
    const found = catalog.task(queryId, taskId) ?? null
    const broker = this.#options.changelogs
    const isUpToDate = broker === null || (found !== null && found.isStandby !== true && !isBehind(found, committed))
    if (found !== null && fits(found, stores) && isUpToDate) return found
    const base = found !== null && fits(found, stores) && hasChangelogOffsets(found) ? found : null
    if (found !== null && base === null) await catalog.purge(found)
    if (broker === null) return null
    const onProgress = (progress: RestoreProgress): void => {
      this.#restores.note(progress)
      this.#options.onRestore?.(progress)
    }
    try {
      return await restoreChangelogs({ ...request, broker, slot, stores, onProgress }, base)
    } finally {
      this.#restores.end(queryId, taskId)
    }
  }

  /** Writes with the time of the wall clock, by which the topic's retention is measured: event time may be anything. */
  #changelogWriter({ changelog }: OpenStores): ChangelogWriter {
    const { clock } = this.#options
    return {
      changes: (store) => (key, value) => changelog(store, key, value, clock.now()),
      mark: (store, summary, streamTime) => changelog(store, MARK_KEY, markValue({ summary, streamTime }), clock.now()),
    }
  }
}

const describeLoss = ({ queryId, taskId }: OpenStores): string =>
  `The state of query ${queryId}, task ${taskId}, is missing. It is built again from the query's topics.`

/** Whether all stores exist, with bytes that can be read. */
function fits(record: TaskRecord, stores: readonly StoreDeclaration[]): boolean {
  if (record.isDropped === true) return false
  return stores.every((store) => {
    const stored = record.stores[store.name]
    return stored !== undefined && fitsShape(stored.shape, store)
  })
}

const hasChangelogOffsets = (record: TaskRecord): boolean =>
  Object.values(record.stores).every(({ changelogOffset }) => changelogOffset !== undefined)

/** Whether committed offsets are ahead of the local state: another server has committed, or a crash came right after a commit. */
function isBehind({ positions }: TaskRecord, committed: Positions): boolean {
  for (const [input, offset] of committed) if ((positions[input] ?? 0) < offset) return true
  return false
}

class DurableTaskStores implements TaskStores {
  readonly restored: RestoredState | null
  readonly isDurable = true
  readonly isLost: boolean
  readonly #state: TaskState
  readonly #changelogs: ChangelogPositions | null

  constructor(
    state: TaskState,
    record: TaskRecord | null,
    { changelogs, isLost }: { readonly changelogs: ChangelogPositions | null; readonly isLost: boolean },
  ) {
    this.#state = state
    this.#changelogs = changelogs
    this.isLost = isLost
    this.restored = record === null ? null : restoredState(record)
  }

  store({ name }: StoreSpec): StateStore {
    const store = this.#state.store(name)
    if (store === undefined) throw new Error(`Store ${name} was not declared when the task was opened`)
    return store
  }

  setIndexes({ name }: StoreSpec, indexes: readonly IndexDeclaration[]): void {
    this.#state.setIndexes(name, indexes)
  }

  index({ name: store }: StoreSpec, name: string): StoreIndex | null {
    return this.#state.index(store, name)
  }

  indexProgress({ name }: StoreSpec): ReadonlyMap<string, boolean> {
    return this.#state.indexProgress(name)
  }

  usage({ name }: StoreSpec): StoreUsage | null {
    return this.#state.usage(name) ?? null
  }

  checkpoint({ positions, streamTime, watermarks }: CheckpointMark): Checkpoint {
    const checkpoint = this.#state.checkpoint({
      positions: Object.fromEntries(positions),
      streamTime,
      watermarks,
      changelogOffsets: this.#changelogs?.offsets ?? NO_OFFSETS,
    })
    return {
      write: async () => {
        await checkpoint.write()
        this.#changelogs?.refresh()
      },
      abandon: () => checkpoint.abandon(),
    }
  }

  async close(): Promise<void> {
    this.#state.close()
  }
}

const restoredState = ({ positions, streamTime, watermarks = {} }: TaskRecord): RestoredState => ({
  positions: new Map(Object.entries(positions)),
  streamTime,
  watermarks,
})

const NO_OFFSETS: ReadonlyMap<string, number> = new Map()
