/** Order of rows by some of their columns, as ORDER BY names them. */
import type { Comparator } from './compare.ts'
import type { Row } from './value.ts'

export interface ComparedColumn {
  readonly index: number
  readonly descending: boolean
  readonly nullsFirst: boolean
  /** Ascending order of its values that are not NULL. */
  readonly compare: Comparator
}

/** Below zero: `a` comes first. Zero: they are equal in the columns. */
export type RowComparator = (a: Row, b: Row) => number

/** By the first column, then the next ones. */
export function rowComparator(columns: readonly ComparedColumn[]): RowComparator {
  const parts = columns.map(({ index, descending, nullsFirst, compare }): RowComparator => {
    const ofNull = nullsFirst ? -1 : 1
    return (one, other) => {
      const a = one[index] ?? null
      const b = other[index] ?? null
      if (a === null) return b === null ? 0 : ofNull
      if (b === null) return -ofNull
      return descending ? compare(b, a) : compare(a, b)
    }
  })
  return (a, b) => {
    for (const part of parts) {
      const difference = part(a, b)
      if (difference !== 0) return difference
    }
    return 0
  }
}
