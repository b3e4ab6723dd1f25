import { expect, test } from 'vitest'
import {
  type Bindings,
  formatPattern,
  parseParameter,
  parseTypePattern,
  resolvePattern,
} from '../../../src/functions/type-text.ts'
import { formatType, INTEGER, type SqlType, STRING } from '../../../src/types/sql-type.ts'

const bindings: Bindings = new Map<string, SqlType>([
  ['T', INTEGER],
  ['K', STRING],
])

test.each([
  ['INT', 'INT', 'INTEGER'],
  ['long', 'BIGINT', 'BIGINT'],
  ['STRING', 'VARCHAR', 'STRING'],
  ['ARRAY<T>', 'ARRAY<T>', 'ARRAY<INTEGER>'],
  ['MAP<K, ARRAY<T>>', 'MAP<K, ARRAY<T>>', 'MAP<STRING, ARRAY<INTEGER>>'],
  ['STRUCT<K STRING, `v` T>', 'STRUCT<K VARCHAR, v T>', 'STRUCT<`K` STRING, `v` INTEGER>'],
  ['DECIMAL(30, 10)', 'DECIMAL', 'DECIMAL(30, 10)'],
])('%s shows as %s and stands for %s', (text, shown, type) => {
  const pattern = parseTypePattern(text)
  expect(formatPattern(pattern)).toBe(shown)
  expect(formatType(resolvePattern(pattern, bindings)!)).toBe(type)
})

test.each(['DECIMAL', 'R', 'ARRAY<R>', 'LAMBDA(T) => BOOLEAN', 'INTERVALUNIT', 'ANY'])(
  '%s alone is no type',
  (text) => {
    expect(resolvePattern(parseTypePattern(text), bindings)).toBeNull()
  },
)

test('dots make a parameter variadic', () => {
  expect(parseParameter({ name: 'x', type: 'STRING...', description: '' })).toEqual({
    pattern: parseTypePattern('STRING'),
    variadic: true,
  })
})

test.each(['', 'FOO', 'ARRAY', 'ARRAY<>', 'MAP<K', 'INT INT', 'LAMBDA(T)', 'ARRAY<T>>', 'a?'])(
  '%j is refused',
  (text) => {
    expect(() => parseTypePattern(text)).toThrow(`Not a type: ${text}`)
  },
)
