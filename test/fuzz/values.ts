/** Values of a SQL type that functions may find hard: NULLs, extremes, and the texts of texts.ts. */
import fc from 'fast-check'
import { fromBigInt } from '../../src/types/bigint64.ts'
import { Decimal } from '../../src/types/decimal.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import { DAY_MS } from '../../src/types/time-text.ts'
import type { Value } from '../../src/types/value.ts'
import { anyText } from './texts.ts'

/** `text`: what a STRING is, inside of other types too. */
export const value = (type: SqlType, text: fc.Arbitrary<string> = anyText): fc.Arbitrary<Value> =>
  fc.option(nonNull(type, text), { nil: null, freq: 8 })

const MAX_INT = 2 ** 31 - 1
const int = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 5, 100, MAX_INT, -MAX_INT - 1, 1_000_000),
  fc.integer({ min: -20, max: 20 }),
  fc.integer(),
)
const MAX_LONG = 2n ** 63n - 1n
const long = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, MAX_LONG, -MAX_LONG - 1n, 2n ** 53n).map(fromBigInt),
  fc.bigInt({ min: -MAX_LONG - 1n, max: MAX_LONG }).map(fromBigInt),
  fc.integer(),
)

function nonNull(type: SqlType, text: fc.Arbitrary<string>): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'BOOLEAN':
      return fc.boolean()
    case 'INTEGER':
      return int
    case 'BIGINT':
      return long
    case 'DOUBLE':
      return fc.oneof(fc.double(), fc.integer({ min: -10, max: 10 }), fc.constantFrom(-0, 0.5, 1.5, 2 ** 63, 1e308))
    case 'DECIMAL':
      return unscaled(type.precision).map((digits) => new Decimal(digits, type.scale))
    case 'STRING':
      return text
    case 'BYTES':
      return fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc.constantFrom(4, 4, 8, 8, 16, 16, 50_000).map((size) => new Uint8Array(size)),
      )
    case 'TIME':
      return fc.oneof(fc.constantFrom(0, DAY_MS - 1), fc.nat({ max: DAY_MS - 1 }))
    case 'DATE':
      return int
    case 'TIMESTAMP':
      return long.map(Number)
    case 'ARRAY':
      return fc.array(value(type.element, text), { maxLength: 6 })
    case 'MAP':
      return fc
        .array(fc.tuple(nonNull(type.key, text), value(type.value, text)), { maxLength: 5 })
        .map((entries) => new Map(entries))
    case 'STRUCT':
      return fc.tuple(...type.fields.map((field) => value(field.type, text))) as fc.Arbitrary<Value>
  }
}

function unscaled(precision: number): fc.Arbitrary<bigint> {
  const limit = 10n ** BigInt(precision) - 1n
  return fc.oneof(fc.constantFrom(0n, limit, -limit, 5n), fc.bigInt({ min: -limit, max: limit }))
}
