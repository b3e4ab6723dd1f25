import { expect, test } from 'vitest'
import { Decimal } from '../../../src/types/decimal.ts'
import { valueToJson } from '../../../src/types/json-text.ts'
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
} from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

const cases: [string, Value, SqlType, string][] = [
  ['NULL', null, STRING, 'null'],
  ['a BOOLEAN', true, BOOLEAN, 'true'],
  ['an INTEGER', -1, INTEGER, '-1'],
  ['every digit of a BIGINT', 9223372036854775807n, BIGINT, '9223372036854775807'],
  ['a DOUBLE in Java form', 1e10, DOUBLE, '1.0E10'],
  ['a DOUBLE that JSON has no number for', Number.NaN, DOUBLE, '"NaN"'],
  ['a DECIMAL with its scale', Decimal.parse('10.30'), decimal(4, 2), '10.30'],
  ['text with its escapes', 'a"\n', STRING, '"a\\"\\n"'],
  ['BYTES as base64', new Uint8Array([97]), BYTES, '"YQ=="'],
  ['a DATE', 10, DATE, '"1970-01-11"'],
  ['a TIME', 5000, TIME, '"00:00:05"'],
  ['a TIMESTAMP', 10, TIMESTAMP, '"1970-01-01T00:00:00.010"'],
  ['an ARRAY', [1, null], array(INTEGER), '[1,null]'],
  [
    'a MAP',
    new Map<Value, Value>([
      ['b', 1.5],
      ['1', null],
    ]),
    map(STRING, DOUBLE),
    '{"b":1.5,"1":null}',
  ],
  [
    'a STRUCT',
    ['x', null],
    struct([
      { name: 'a"b', type: STRING },
      { name: 'B', type: INTEGER },
    ]),
    '{"a\\"b":"x","B":null}',
  ],
]

test.each(cases)('%s', (_name, value, type, expected) => {
  expect(valueToJson(value, type)).toBe(expected)
})
