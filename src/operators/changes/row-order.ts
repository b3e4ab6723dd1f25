/**
 * Compares rows as their texts would order them (sort-text.ts), without making a text where the values themselves have that order. For rows that are in
 * memory: a text is for those that are found by a key.
 */
import { textCodec } from '../../state/key.ts'
import type { Column } from '../../types/schema.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { SortColumn } from './sort-text.ts'

/** Below zero: `a` comes first. Zero: they are equal in the order. */
export type RowOrder = (a: Row, b: Row) => number

/** `columns`: of the rows. */
export function rowOrder(order: readonly SortColumn[], columns: readonly Column[]): RowOrder {
  const parts = order.map(({ index, descending, nullsFirst }): RowOrder => {
    const compare = valueOrder(columns[index]!.type)
    const sign = descending ? -1 : 1
    const nullSign = nullsFirst ? -1 : 1
    return (one, other) => {
      const [a, b] = [one[index]!, other[index]!]
      if (a === null) return b === null ? 0 : nullSign
      return b === null ? -nullSign : sign * compare(a, b)
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

/** Types whose values `<` puts in the order of their texts. Not DOUBLE, which has two zeros and values that are not numbers. */
const ORDERED: ReadonlySet<SqlType['kind']> = new Set(['STRING', 'INTEGER', 'BIGINT', 'DATE', 'TIME', 'TIMESTAMP'])

function valueOrder(type: SqlType): (a: Value, b: Value) => number {
  if (ORDERED.has(type.kind)) return compareOrdered
  const { encode } = textCodec([type])
  return (a, b) => compareOrdered(encode([a]), encode([b]))
}

const compareOrdered = (a: Value, b: Value): number => (a! < b! ? -1 : a! > b! ? 1 : 0)
