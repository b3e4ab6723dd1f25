/** Values of a SQL type that functions may find hard: NULLs, extremes, texts of every family's syntax, huge texts. */
import fc from 'fast-check'
import { fromBigInt } from '../../src/types/bigint64.ts'
import { Decimal } from '../../src/types/decimal.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import { DAY_MS } from '../../src/types/time-text.ts'
import type { Value } from '../../src/types/value.ts'

export const value = (type: SqlType): fc.Arbitrary<Value> => fc.option(nonNull(type), { nil: null, freq: 8 })

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

const TEXTS = [
  ...[
    '',
    ' ',
    'a',
    'abc',
    'Hello World',
    '7',
    '-1.5',
    'true',
    'ß',
    '\ud800',
    '\u0000',
    '😀',
    '$1',
    '\\',
    '\\u0041',
    '%',
    '_',
  ],
  ...[
    '2020-02-29',
    '2020-02-29T23:59:59.999Z',
    '12:30:00',
    '10000000-01-01',
    'yyyy-MM-dd',
    "yyyy-MM-dd'T'HH:mm:ss.SSSX",
  ],
  ...[
    'HH:mm',
    'uuuu',
    'GGGG',
    'e',
    "'",
    '[',
    'n',
    'VV',
    'zzzz',
    'Europe/London',
    '+0200',
    'UTC',
    'GMT+25',
    'yyyyyyyyyyyyyyyyyyyy',
  ],
  ...[
    '(a+)+$',
    '(a|a)*b',
    '[',
    '(?<n>a)\\k<n>',
    '(?=a)',
    '\\p{Lu}+',
    '.*',
    '(',
    'a{1000000000}',
    '((a{99}){99}){99}',
    '(?i)A',
    '^$',
  ],
  ...[
    '{"a":[1,2,{"b":null}]}',
    '[1,2.5,"x",null,true]',
    '$.a[0].b',
    '$["a"]',
    '$',
    '$..',
    '{',
    '"',
    '1e400',
    '[1e99999999]',
  ],
  ...[
    'http://u:p@h:80/p%20q?a=b&c=%zz#f',
    'http://[',
    '%',
    '%zz',
    '//',
    'mailto:x',
    'hex',
    'utf8',
    'ascii',
    'base64',
    '0xABC',
    "X'00'",
  ],
  ...['ASC', 'DESC', 'BIG_ENDIAN', 'LITTLE_ENDIAN', 'km', 'MILES', ','],
]
const HUGE = ['a', ' ', '[', '{"a":', '(', '%41', '\\u0041', ',', 'ab', '9', '😀', '"', 'A1 ', "'", '.*', '$.a']

const huge = fc
  .tuple(fc.constantFrom(...HUGE), fc.integer({ min: 1000, max: 50_000 }), fc.constantFrom('', 'b', '!'))
  .map(([part, count, end]) => part.repeat(count) + end)

const text = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 10, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 10, arbitrary: fc.array(fc.constantFrom(...TEXTS), { maxLength: 5 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: huge },
)

function nonNull(type: SqlType): fc.Arbitrary<Value> {
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
        fc.constantFrom(4, 8, 16, 50_000).map((size) => new Uint8Array(size)),
      )
    case 'TIME':
      return fc.oneof(fc.constantFrom(0, DAY_MS - 1), fc.nat({ max: DAY_MS - 1 }))
    case 'DATE':
      return int
    case 'TIMESTAMP':
      return long.map(Number)
    case 'ARRAY':
      return fc.array(value(type.element), { maxLength: 6 })
    case 'MAP':
      return fc
        .array(fc.tuple(nonNull(type.key), value(type.value)), { maxLength: 5 })
        .map((entries) => new Map(entries))
    case 'STRUCT':
      return fc.tuple(...type.fields.map((field) => value(field.type))) as fc.Arbitrary<Value>
  }
}

function unscaled(precision: number): fc.Arbitrary<bigint> {
  const limit = 10n ** BigInt(precision) - 1n
  return fc.oneof(fc.constantFrom(0n, limit, -limit, 5n), fc.bigInt({ min: -limit, max: limit }))
}
