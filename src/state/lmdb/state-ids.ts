/** Whom the keys of an environment belong to: all start with an id, of a store or of what the environment knows about its tasks. */
import type { KeyRangeBytes } from './write-batch.ts'

const ID_BYTES = 3

/** Records of tasks. */
export const CATALOG_ID = 0
/** Batches that are being carried out. */
export const PENDING_ID = 1
export const FIRST_STORE_ID = 2

/** What the keys of a store start with. */
export function storePrefix(id: number): Buffer {
  const prefix = Buffer.alloc(ID_BYTES)
  prefix.writeUIntBE(id, 0, ID_BYTES)
  return prefix
}

/** All keys of a store: `[from, to)`. */
export const storeKeys = (id: number): KeyRangeBytes => ({ from: storePrefix(id), to: storePrefix(id + 1) })
