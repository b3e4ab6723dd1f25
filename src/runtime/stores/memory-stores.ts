/** State in memory alone: tasks rebuild it from their inputs after a restart. For tests, and for push queries. */
import { memoryStore } from '../../state/memory.ts'
import type { IndexDeclaration, StateStore, StoreSpec } from '../../state/store.ts'
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
  /** Names of indexes by store, of which none has entries: what is in memory is small enough to be read whole. */
  readonly #indexes = new Map<string, readonly string[]>()

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
    if (this.store(spec).kind !== 'keyValue') return
    this.#indexes.set(
      spec.name,
      indexes.map(({ name }) => name),
    )
  }

  index(): null {
    return null
  }

  indexProgress({ name }: StoreSpec): ReadonlyMap<string, boolean> {
    return new Map(this.#indexes.get(name)?.map((index) => [index, true]))
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
