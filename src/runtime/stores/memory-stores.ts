/** State in memory alone: tasks rebuild it from their inputs after a restart. For tests, and for push queries. */
import { memoryStore } from '../../state/memory.ts'
import type {
  EntryRange,
  IndexDeclaration,
  KeyValueStore,
  StateStore,
  StoreIndex,
  StoreSpec,
} from '../../state/store.ts'
import { NOTHING_RESTORED } from '../query-progress.ts'
import type { Checkpoint, StoreProvider, TaskStores } from './task-stores.ts'

const NOTHING: Checkpoint = { write: async () => {}, abandon: () => {} }

export function memoryStores(): StoreProvider {
  return {
    open: async ({ stores }) => new MemoryTaskStores(stores),
    needsCommit: () => false,
    isFull: () => false,
    damagedSlots: () => [],
    restores: () => NOTHING_RESTORED,
    standbys: null,
    purge: async () => {},
    close: async () => {},
  }
}

class MemoryTaskStores implements TaskStores {
  readonly restored = null
  readonly isLost = false
  readonly isDurable: boolean
  readonly #stores = new Map<string, StateStore>()
  readonly #indexes = new Map<string, ReadonlyMap<string, StoreIndex>>()

  constructor(specs: readonly StoreSpec[]) {
    this.isDurable = specs.length === 0
    for (const spec of specs) this.#stores.set(spec.name, memoryStore(spec) as StateStore)
  }

  store(spec: StoreSpec): StateStore {
    const store = this.#stores.get(spec.name)
    if (store === undefined) throw new Error(`Store ${spec.name} was not declared when the task was opened`)
    return store
  }

  setIndexes(spec: StoreSpec, indexes: readonly IndexDeclaration[]): void {
    const store = this.store(spec)
    if (store.kind !== 'keyValue') return
    this.#indexes.set(spec.name, new Map(indexes.map((index) => [index.name, scanned(index, store)])))
  }

  index({ name: store }: StoreSpec, name: string): StoreIndex | null {
    return this.#indexes.get(store)?.get(name) ?? null
  }

  indexProgress({ name }: StoreSpec): ReadonlyMap<string, boolean> {
    return new Map([...(this.#indexes.get(name)?.keys() ?? [])].map((index) => [index, true]))
  }

  usage(): null {
    return null
  }

  checkpoint(): Checkpoint {
    return NOTHING
  }

  async close(): Promise<void> {
    this.#stores.clear()
  }
}

/** An index without entries: what is in memory is small enough to be read whole. */
const scanned = ({ entryOf }: IndexDeclaration, store: KeyValueStore): StoreIndex => ({
  *rows(ranges: readonly EntryRange[]) {
    for (const [key, stored] of store.entries()) {
      const entry = entryOf(key, stored)
      if (entry !== null && ranges.some(({ from, to }) => entry >= from && entry <= to)) yield [key, stored]
    }
  },
})
