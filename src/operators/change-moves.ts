/**
 * Changes of a table under keys that follow from their rows. A change whose key changes becomes a delete under the old key (`value` null, `oldValue`
 * the old row) and an insert under the new one (`oldValue` null), in this order; it stays one change if the key stays the same.
 */
import { textCodec } from '../state/key.ts'
import type { Process } from '../types/record.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'

export interface KeyMoves {
  /** Types of the key's columns. */
  readonly types: readonly SqlType[]
  /** The key of a row; null: the row is left out. */
  readonly keyOf: (row: Row) => Row | null
  /** The same for rows that were there before: it reports no errors, which were reported when the row came. */
  readonly oldKeyOf: (row: Row) => Row | null
}

/** Gives changes their keys and emits them. Source: Kafka Streams' KTableRepartitionMap, KIP-904. */
export function movingChanges({ types, keyOf, oldKeyOf }: KeyMoves, emit: Process): Process {
  const { encode } = textCodec(types)
  return ({ value, oldValue, timestamp, headers }) => {
    const to = value === null ? null : keyOf(value)
    const from = oldValue === null ? null : oldKeyOf(oldValue)
    if (to !== null && from !== null && (areIdentical(from, to) || encode(from) === encode(to))) {
      emit({ key: to, window: null, value, oldValue, timestamp, headers })
      return
    }
    if (from !== null) emit({ key: from, window: null, value: null, oldValue, timestamp, headers })
    if (to !== null) emit({ key: to, window: null, value, oldValue: null, timestamp, headers })
  }
}

/** Whether the values of the keys are the same ones, which is told without making texts. */
function areIdentical(a: Row, b: Row): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}
