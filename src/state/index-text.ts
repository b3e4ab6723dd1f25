/**
 * Entries of indexes: the indexed columns and then the row's key, as the text of key.ts. So the entries with the same first columns share a
 * prefix, and those of one column are in the order of its values.
 */
import type { SqlType } from '../types/sql-type.ts'
import type { Row, Value } from '../types/value.ts'
import { textCodec } from './key.ts'
import type { EntryRange } from './store.ts'

/** Whether values of the type have an order, which that of the entries is. */
export const isIndexable = ({ kind }: SqlType): boolean => kind !== 'ARRAY' && kind !== 'MAP' && kind !== 'STRUCT'

/** What the entries start with whose first columns have these values. */
export type EntryPrefix = (values: readonly Value[]) => string

/** `types`: of the columns in the order of the index. */
export function entryPrefix(types: readonly SqlType[]): EntryPrefix {
  const columns = types.map((type) => textCodec([type]))
  return (values) => values.map((value, i) => columns[i]!.encode([oneForm(value)])).join('')
}

/** One form for values that are equal and have several: zero and negative zero, and what is no number. */
function oneForm(value: Value): Value {
  if (value === 0) return 0
  return Number.isNaN(value) ? Number.NaN : value
}

/** Both ends belong to it; an absent one is open. */
export interface ValueRange {
  readonly from?: Value
  readonly to?: Value
}

/** Entries with these values in the first columns, and the next column in the range, in which NULL is not. Null: the next may have any value. */
export function entryRange(prefix: EntryPrefix, values: readonly Value[], next: ValueRange | null): EntryRange {
  const equal = prefix(values)
  if (next === null) return { from: equal, to: equal + BEYOND }
  const { from, to } = next
  return {
    from: from === undefined ? equal + NOT_NULL : prefix([...values, from]),
    to: to === undefined ? equal + BEYOND : prefix([...values, to]) + BEYOND,
  }
}

/** Above whatever follows a whole column. */
const BEYOND = '\uffff'
/** What a column that is not NULL starts with. */
const NOT_NULL = '1'

/** The same entries in ranges that do not overlap. */
export function disjoint(ranges: readonly EntryRange[]): EntryRange[] {
  const merged: EntryRange[] = []
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    if (range.from > range.to) continue
    const last = merged.at(-1)
    if (last === undefined || range.from > last.to) merged.push(range)
    else if (range.to > last.to) merged[merged.length - 1] = { from: last.from, to: range.to }
  }
  return merged
}

export interface EntryCodec {
  /** The entry of a row, of the values of its indexed columns and its key. */
  readonly encode: (values: readonly Value[], key: Row) => string
  /** The key of the entry's row. */
  readonly keyOf: (entry: string) => Row
}

export function entryCodec(types: readonly SqlType[], keyTypes: readonly SqlType[]): EntryCodec {
  const prefix = entryPrefix(types)
  const keys = textCodec(keyTypes)
  const whole = textCodec([...types, ...keyTypes])
  return {
    encode: (values, key) => prefix(values) + keys.encode(key),
    keyOf: (entry) => whole.decode(entry).slice(types.length),
  }
}
