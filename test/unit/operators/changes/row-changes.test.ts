import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rowEquality, rowTexts } from '../../../../src/operators/changes/row-changes.ts'
import { Decimal } from '../../../../src/types/decimal.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimal,
  INTEGER,
  type SqlType,
  STRING,
} from '../../../../src/types/sql-type.ts'
import type { Row, Value } from '../../../../src/types/value.ts'

/** Few values of each type, so that equal ones are frequent; each call makes another object. */
const COLUMNS: readonly { readonly type: SqlType; readonly values: readonly (() => Value)[] }[] = [
  { type: INTEGER, values: [() => 0, () => 1] },
  { type: BIGINT, values: [() => 0, () => 2n ** 53n, () => -(2n ** 60n)] },
  { type: DOUBLE, values: [() => 0, () => -0, () => Number.NaN, () => 0.5] },
  { type: BOOLEAN, values: [() => false, () => true] },
  { type: STRING, values: [() => '', () => 'a'] },
  { type: BYTES, values: [() => Uint8Array.of(1), () => Uint8Array.of(2)] },
  { type: decimal(4, 2), values: [() => Decimal.parse('1.50'), () => Decimal.parse('2.00')] },
  { type: array(DOUBLE), values: [() => [0], () => [-0], () => []] },
]

/** NULL, or which of its values a column has. */
const CHOICES = fc.tuple(...COLUMNS.map(({ values }) => fc.option(fc.nat(values.length - 1), { nil: null })))

const rowOf = (choices: readonly (number | null)[]): Row =>
  choices.map((choice, i) => (choice === null ? null : COLUMNS[i]!.values[choice]!()))

it('rows are equal exactly if their texts are', () => {
  const textOf = rowTexts({ value: COLUMNS.map(({ type }, i) => ({ name: `C${i}`, type })) })
  const areEqual = rowEquality(textOf)
  fc.assert(
    fc.property(CHOICES, CHOICES, fc.nat(COLUMNS.length - 1), (choices, others, at) => {
      const row = rowOf(choices)
      const differsInOne = rowOf(choices.with(at, others[at]!))
      for (const other of [row, rowOf(choices), differsInOne, rowOf(others)]) {
        expect(areEqual(row, other)).toBe(textOf(row) === textOf(other))
        expect(areEqual(other, row)).toBe(textOf(row) === textOf(other))
      }
    }),
    { numRuns: 500 },
  )
})
