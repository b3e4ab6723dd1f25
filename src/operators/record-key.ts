/** Keys of records as stores hold them: the key columns and, where the key is windowed, the bounds that tell windows apart. */
import { keyCodec } from '../state/key.ts'
import type { StoreKey } from '../state/store.ts'
import type { StreamRecord, Window } from '../types/record.ts'
import { BIGINT } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'
import type { StepSchema } from './step.ts'

export type KeyedRecord = StreamRecord & { readonly key: Row }

/** A single NULL key column is the same as no key. */
export const hasKey = (record: StreamRecord): record is KeyedRecord =>
  record.key !== null && (record.key.length !== 1 || record.key[0] !== null)

export interface RecordKeys {
  readonly encode: (key: Row, window: Window | null) => StoreKey
  readonly decode: (key: StoreKey) => { readonly key: Row; readonly window: Window | null }
}

/** How stores hold the keys of records that leave a step with this schema. Time windows of one start are the same window, whatever their end. */
export function recordKeys({ key, window }: StepSchema): RecordKeys {
  const types = key.map(({ type }) => type)
  if (window === null) {
    const codec = keyCodec(types)
    return { encode: codec.encode, decode: (stored) => ({ key: codec.decode(stored), window: null }) }
  }
  const { sizeMs } = window
  const codec = keyCodec(sizeMs === null ? [...types, BIGINT, BIGINT] : [...types, BIGINT])
  return {
    encode: (row, bounds) => codec.encode([...row, bounds!.start, bounds!.end]),
    decode(stored) {
      const columns = codec.decode(stored)
      const start = columns[types.length] as number
      const end = sizeMs === null ? (columns[types.length + 1] as number) : start + sizeMs
      return { key: columns.slice(0, types.length), window: { start, end } }
    },
  }
}
