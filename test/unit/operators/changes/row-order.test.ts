import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowOrder } from '../../../../src/operators/changes/row-order.ts'
import { sortTexts } from '../../../../src/operators/changes/sort-text.ts'
import { BIGINT, BOOLEAN, BYTES, DOUBLE, INTEGER, type SqlType, STRING } from '../../../../src/types/sql-type.ts'
import type { Row, Value } from '../../../../src/types/value.ts'

const SMALL = fc.integer({ min: -2, max: 2 })
const COLUMNS: readonly { readonly type: SqlType; readonly values: fc.Arbitrary<Value> }[] = [
  { type: INTEGER, values: fc.oneof(SMALL, fc.integer()) },
  { type: BIGINT, values: fc.oneof(SMALL, fc.maxSafeInteger(), fc.constantFrom(2n ** 53n, -(2n ** 60n))) },
  { type: DOUBLE, values: fc.oneof(SMALL, fc.double(), fc.constantFrom(-0, 0, Number.NaN)) },
  { type: BOOLEAN, values: fc.boolean() },
  { type: STRING, values: fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('', '\u0000', 'a\u0006', 'a\uffff')) },
  { type: BYTES, values: fc.uint8Array({ maxLength: 2 }) },
]

const sign = (difference: number): number => Math.sign(difference) + 0

describe('rowOrder', () => {
  it('orders rows of all types as their texts do', () => {
    const row: fc.Arbitrary<Row> = fc.tuple(...COLUMNS.map(({ values }) => fc.option(values, { nil: null })))
    const order = fc.array(
      fc.record({ index: fc.nat(COLUMNS.length - 1), descending: fc.boolean(), nullsFirst: fc.boolean() }),
      { minLength: 1, maxLength: 3 },
    )
    const columns = COLUMNS.map(({ type }, i) => ({ name: `C${i}`, type }))
    fc.assert(
      fc.property(row, row, order, (a, b, sorted) => {
        const textOf = sortTexts(sorted, columns)
        const expected = textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0
        expect(sign(rowOrder(sorted, columns)(a, b))).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })
})
