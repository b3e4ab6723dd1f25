import { describe, expect, it } from 'vitest'
import { jsonFunctions } from '../../../src/functions/scalar/json.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
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
import { invoke } from './invoke.ts'

const DOCUMENT =
  '{"log": {"cloud": "gcp", "n": [1.50, {"user id": 2}, null]}, "@type": "UDF", "a:b": 12345678901234567890}'

const CASES: [signature: string, args: unknown[], result: unknown][] = [
  ['EXTRACTJSONFIELD(STRING, STRING)', [DOCUMENT, '$.log.cloud'], 'gcp'],
  ['EXTRACTJSONFIELD(STRING, STRING)', [DOCUMENT, '$.log.n[0]'], '1.50'],
  ['EXTRACTJSONFIELD(STRING, STRING)', [DOCUMENT, '$.log.n[1]["user id"]'], '2'],
  ['EXTRACTJSONFIELD(STRING, STRING)', [DOCUMENT, '$["log"].n'], '[1.50,{"user id":2},null]'],
  ['EXTRACTJSONFIELD(STRING, STRING)', [DOCUMENT, '$.@type'], 'UDF'],
  ['EXTRACTJSONFIELD(STRING, STRING)', [DOCUMENT, '$.a:b'], '12345678901234567890'],
  ['EXTRACTJSONFIELD(STRING, STRING)', [DOCUMENT, '$.log.n[3]'], null],
  ['EXTRACTJSONFIELD(STRING, STRING)', [DOCUMENT, '$.log.cloud.x'], null],
  ['EXTRACTJSONFIELD(STRING, STRING)', ['{"v": 1e2, "w": -0.5e-3}', '$'], '{"v":100,"w":-0.0005}'],
  ['EXTRACTJSONFIELD(STRING, STRING)', ['{"v": 1}}', '$.v'], '1'],
  ['EXTRACTJSONFIELD(STRING, STRING)', ['', '$.v'], null],
  ['EXTRACTJSONFIELD(STRING, STRING)', [null, '$.v'], null],
  ['IS_JSON_STRING(STRING)', ['[1, 2]'], true],
  ['IS_JSON_STRING(STRING)', ['abc'], false],
  ['IS_JSON_STRING(STRING)', ['1x'], false],
  ['IS_JSON_STRING(STRING)', [' '], false],
  ['IS_JSON_STRING(STRING)', [null], false],
  ['JSON_ARRAY_LENGTH(STRING)', ['[1, [2], null]'], 3],
  ['JSON_ARRAY_LENGTH(STRING)', ['{}'], null],
  ['JSON_ARRAY_LENGTH(STRING)', [''], null],
  ['JSON_ARRAY_LENGTH(STRING)', [null], null],
  ['JSON_CONCAT(STRING...)', ['{"b": 1, "a": 1}', '{"b": {"x": 1.0}}'], '{"b":{"x":1.0},"a":1}'],
  ['JSON_CONCAT(STRING...)', ['[1, [2]]', '{"a": 1}', 'null'], '[1,[2],{"a":1},null]'],
  ['JSON_CONCAT(STRING...)', ['1', ''], null],
  ['JSON_CONCAT(STRING...)', ['1', null], null],
  ['JSON_CONCAT(STRING...)', [], null],
  ['JSON_ITEMS(STRING)', ['["a", 1.0, {"x": null}]'], ['"a"', '1.0', '{"x":null}']],
  ['JSON_ITEMS(STRING)', ['[]'], []],
  ['JSON_ITEMS(STRING)', [null], null],
  ['JSON_KEYS(STRING)', ['{"b": 1, "2": 2, "a": 3}'], ['b', '2', 'a']],
  ['JSON_KEYS(STRING)', ['[]'], null],
  ['JSON_KEYS(STRING)', [null], null],
  [
    'JSON_RECORDS(STRING)',
    ['{"a": "x", "b": [1, "y"]}'],
    new Map([
      ['a', 'x'],
      ['b', '[1,"y"]'],
    ]),
  ],
  ['JSON_RECORDS(STRING)', ['1'], null],
  ['JSON_RECORDS(STRING)', [null], null],
]

describe('JSON functions', () => {
  it.each(CASES)('%s of %j', (signature, args, result) => {
    expect(invoke(jsonFunctions, signature, args)).toEqual(result)
  })

  it.each([
    ['EXTRACTJSONFIELD(STRING, STRING)', ['{}', 'log'], "Invalid JSON path: 'log'"],
    ['EXTRACTJSONFIELD(STRING, STRING)', ['{}', '$.'], "Invalid JSON path: '$.'"],
    ['EXTRACTJSONFIELD(STRING, STRING)', ['{"a"', '$.a'], 'Invalid JSON format:{"a"'],
    ['EXTRACTJSONFIELD(STRING, STRING)', ['1e99999', '$'], 'too many digits'],
    ['JSON_ARRAY_LENGTH(STRING)', ['['], 'Invalid JSON format:['],
    ['JSON_ITEMS(STRING)', ['{}'], 'Not a JSON array'],
  ] as [string, unknown[], string][])('%s of %j is an error', (signature, args, message) => {
    expect(() => invoke(jsonFunctions, signature, args)).toThrow(message)
  })

  it.each<[json: string | null, value: unknown, type: SqlType, result: boolean]>([
    ['["Red", "Pink"]', 'Pink', STRING, true],
    ['["1"]', 1, INTEGER, false],
    ['[1, 2]', 2, INTEGER, true],
    ['[9223372036854775807]', 9223372036854775807n, BIGINT, true],
    ['[2.0]', 2, INTEGER, false],
    ['[2.0]', 2, DOUBLE, true],
    ['[2]', 2, DOUBLE, false],
    ['[true]', true, BOOLEAN, true],
    ['[null]', null, STRING, true],
    ['[[1]]', 1, INTEGER, false],
    ['{"a": 1}', 1, INTEGER, false],
    ['[1', 1, INTEGER, false],
    [null, 1, INTEGER, false],
  ])('JSON_ARRAY_CONTAINS of %j and %s', (json, value, type, result) => {
    expect(invoke(jsonFunctions, 'JSON_ARRAY_CONTAINS(STRING, T)', [json, value], { types: [STRING, type] })).toBe(
      result,
    )
  })

  it.each<[value: unknown, type: SqlType, json: string]>([
    ['a"b', STRING, '"a\\"b"'],
    [null, STRING, 'null'],
    [9223372036854775807n, BIGINT, '9223372036854775807'],
    [1, DOUBLE, '1.0'],
    [new Decimal(100n, 2), decimal(4, 2), '1.00'],
    [Uint8Array.of(1, 2), BYTES, '"AQI="'],
    [60_220_000, TIME, '"16:43:40"'],
    [10, TIMESTAMP, '"1970-01-01T00:00:00.010"'],
    [[1, null], array(INTEGER), '[1,null]'],
    [
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
      map(STRING, INTEGER),
      '{"a":2,"b":1}',
    ],
    [
      [1, ['x']],
      struct([
        { name: 'Z', type: INTEGER },
        { name: 'A', type: array(STRING) },
      ]),
      '{"A":["x"],"Z":1}',
    ],
  ])('TO_JSON_STRING of %s', (value, type, json) => {
    expect(invoke(jsonFunctions, 'TO_JSON_STRING(T)', [value], { types: [type] })).toBe(json)
  })
})
