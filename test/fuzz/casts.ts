/** Casts between all types, and LIKE. */
import fc from 'fast-check'
import { compileLike } from '../../src/functions/like.ts'
import { castFunction } from '../../src/types/cast.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  map,
  type SqlType,
  STRING,
  struct,
  TIME,
  TIMESTAMP,
} from '../../src/types/sql-type.ts'
import type { Value } from '../../src/types/value.ts'
import { expectErrors, fuzzTarget } from './target.ts'
import { value } from './values.ts'

const PLAIN: readonly SqlType[] = [
  ...[BOOLEAN, INTEGER, BIGINT, DOUBLE, STRING, BYTES, DATE, TIME, TIMESTAMP],
  ...[decimal(4, 2), decimal(38, 0), decimal(38, 38)],
]

const plain = fc.constantFrom(...PLAIN)
const anyType: fc.Arbitrary<SqlType> = fc.oneof(
  { weight: 5, arbitrary: plain },
  { weight: 1, arbitrary: plain.map(array) },
  { weight: 1, arbitrary: fc.tuple(plain, plain).map(([key, item]) => map(key, item)) },
  { weight: 1, arbitrary: fc.tuple(plain, plain).map(([a, b]) => struct([named('A', a), named('B', b)])) },
)

function named(name: string, type: SqlType) {
  return { name, type }
}

interface Input {
  readonly from: SqlType
  readonly to: SqlType
  readonly value: Value
}

const input: fc.Arbitrary<Input> = fc
  .tuple(anyType, anyType)
  .chain(([from, to]) => value(from).map((value) => ({ from, to, value })))

export const casts = fuzzTarget('casts', input, ({ from, to, value }) => {
  expectErrors(['Error'], () => castFunction(from, to)?.(value))
})

const patterns = fc.tuple(value(STRING), value(STRING), fc.option(fc.constantFrom('\\', '%', '_', '')))

export const like = fuzzTarget('LIKE', patterns, ([text, pattern, escaping]) => {
  if (text === null || pattern === null) return
  expectErrors(['Error'], () => compileLike(pattern as string, escaping)(text as string))
})
