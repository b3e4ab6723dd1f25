import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sortTexts } from '../../../../src/operators/changes/sort-text.ts'
import { BIGINT, BOOLEAN, DOUBLE, INTEGER, type SqlType, STRING } from '../../../../src/types/sql-type.ts'
import type { Value } from '../../../../src/types/value.ts'

const ODD_TEXTS = fc.constantFrom('', 'a', 'ab', '\u0000', '\u0006a', '\uffff')
const COLUMNS: readonly { readonly type: SqlType; readonly values: fc.Arbitrary<Value> }[] = [
  { type: INTEGER, values: fc.integer() },
  { type: BIGINT, values: fc.maxSafeInteger() },
  { type: DOUBLE, values: fc.double({ noNaN: true }).map((value) => value + 0) },
  { type: BOOLEAN, values: fc.boolean() },
  { type: STRING, values: fc.oneof(fc.string({ maxLength: 4 }), ODD_TEXTS) },
]

const compare = (a: Value, b: Value): number => (a! < b! ? -1 : a! > b! ? 1 : 0)

/** As SQL orders two values of a column. */
function expectedOrder(a: Value, b: Value, descending: boolean, nullsFirst: boolean): number {
  if (a === null && b === null) return 0
  if (a === null) return nullsFirst ? -1 : 1
  if (b === null) return nullsFirst ? 1 : -1
  return descending ? compare(b, a) : compare(a, b)
}

describe('sortTexts', () => {
  it.each(COLUMNS)('orders values of $type.kind, up and down, with NULL at either end', ({ type, values }) => {
    const value = fc.option(values, { nil: null })
    fc.assert(
      fc.property(value, value, fc.boolean(), fc.boolean(), (a, b, descending, nullsFirst) => {
        const textOf = sortTexts([{ index: 0, descending, nullsFirst }], [{ name: 'A', type }])
        expect(compare(textOf([a]), textOf([b]))).toBe(expectedOrder(a, b, descending, nullsFirst))
      }),
    )
  })

  it('orders by the next column where the first is equal', () => {
    const textOf = sortTexts(
      [
        { index: 0, descending: true, nullsFirst: true },
        { index: 1, descending: false, nullsFirst: false },
      ],
      [
        { name: 'A', type: STRING },
        { name: 'B', type: INTEGER },
      ],
    )
    const rows: [Value, Value][] = [
      ['a', 1],
      ['ab', 2],
      ['b', 9],
      ['b', -1],
      [null, 5],
      ['b', null],
    ]
    expect(rows.toSorted((x, y) => compare(textOf(x), textOf(y)))).toEqual([
      [null, 5],
      ['b', -1],
      ['b', 9],
      ['b', null],
      ['ab', 2],
      ['a', 1],
    ])
  })
})
