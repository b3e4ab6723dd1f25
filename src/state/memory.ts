/** Stores that live in memory: for tests and for queries whose state ends with them. */
import { assertNever } from '../assert.ts'
import { MemoryJoinBuffer } from './memory/memory-join-buffer.ts'
import { MemoryKeyValueStore } from './memory/memory-key-value.ts'
import { MemorySessionStore } from './memory/memory-session.ts'
import { MemoryWindowStore } from './memory/memory-window.ts'
import type { StateStore, StoreSpec } from './store.ts'

/** An empty store of that kind. */
export function memoryStore<Kind extends StateStore['kind']>(
  spec: StoreSpec & { readonly kind: Kind },
): Extract<StateStore, { kind: Kind }>
export function memoryStore(spec: StoreSpec): StateStore {
  switch (spec.kind) {
    case 'keyValue':
      return new MemoryKeyValueStore()
    case 'window':
      return new MemoryWindowStore()
    case 'session':
      return new MemorySessionStore()
    case 'joinBuffer':
      return new MemoryJoinBuffer(spec.retentionMs)
    default:
      return assertNever(spec.kind)
  }
}

/** Opens stores by name: an empty one where `stores` holds none of that name yet. */
export function memoryStoresIn(stores: Map<string, StateStore>): (spec: StoreSpec) => StateStore {
  return (spec) => {
    const existing = stores.get(spec.name)
    if (existing !== undefined) return existing
    const store: StateStore = memoryStore(spec)
    stores.set(spec.name, store)
    return store
  }
}
