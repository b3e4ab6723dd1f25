import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FORMATS } from '../../../src/serde/index.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import { doubleToText } from '../../../src/types/double-text.ts'
import { jsonWriter } from '../../../src/types/json-text.ts'
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
} from '../../../src/types/sql-type.ts'
import type { Row, Value } from '../../../src/types/value.ts'
import { schemaAndRows } from '../../contract/format-samples.ts'
import { columns, rowWriter, type Setup } from './serde.ts'

const format = FORMATS.JSON
const write = (types: Readonly<Record<string, SqlType>>, row: Row, more: Partial<Setup> = {}): string | null =>
  rowWriter({ format, columns: columns(types), ...more })(row)?.toString() ?? null
const written = (type: SqlType, value: Value) => write({ F: type }, [value])?.slice(5, -1)

test.each<[SqlType, Value, string]>([
  [BOOLEAN, true, 'true'],
  [INTEGER, -2147483648, '-2147483648'],
  [BIGINT, 9007199254740991, '9007199254740991'],
  [BIGINT, 9007199254740993n, '9007199254740993'],
  [DOUBLE, 1, '1.0'],
  [DOUBLE, -0, '-0.0'],
  [DOUBLE, 0.1, '0.1'],
  [DOUBLE, 12.34, '12.34'],
  [DOUBLE, 1e7, '1.0E7'],
  [DOUBLE, 0.0001, '1.0E-4'],
  [DOUBLE, Number.NaN, '"NaN"'],
  [decimal(4, 2), new Decimal(1030n, 2), '10.30'],
  [STRING, 'a "b" \\ \n\u0001é😀/', '"a \\"b\\" \\\\ \\n\\u0001é😀/"'],
  [BYTES, new Uint8Array([33]), '"IQ=="'],
  [TIME, 5, '5'],
  [array(DOUBLE), [1, null, 0.5], '[1.0,null,0.5]'],
  [array(STRING), ['a', null], '["a",null]'],
  [
    map(STRING, decimal(2, 1)),
    new Map<Value, Value>([
      ['k', new Decimal(5n, 1)],
      ['n', null],
    ]),
    '{"k":0.5,"n":null}',
  ],
  [
    struct([
      { name: 'X', type: INTEGER },
      { name: 'y', type: DOUBLE },
    ]),
    [1, 2],
    '{"X":1,"y":2.0}',
  ],
  [struct([{ name: 'X', type: INTEGER }]), [null], '{"X":null}'],
])('%j writes %o', (type, value, text) => {
  expect(written(type, value)).toBe(text)
  expect(written(type, null)).toBe('null')
})

test('DOUBLE has the text that Java gives it', () => {
  const values = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer().map((n) => n / 1000),
    fc.integer(),
  )
  fc.assert(
    fc.property(values, (value) => {
      expect(written(DOUBLE, value)).toBe(doubleToText(value))
    }),
  )
})

test('every value is written as it would be alone, whatever is beside it', () => {
  const kinds = [
    'BOOLEAN',
    'INTEGER',
    'BIGINT',
    'DOUBLE',
    'DECIMAL',
    'STRING',
    'BYTES',
    'ARRAY',
    'MAP',
    'STRUCT',
  ] as const
  fc.assert(
    fc.property(schemaAndRows({ kinds, maxColumns: 6 }), ({ columns, rows }) => {
      const writeRow = rowWriter({ format, columns })
      const exact = jsonWriter(struct(columns))
      for (const row of rows) {
        const text = exact(row)
        // Such names of one map may be put into the order of numbers.
        if (!/[{,]"\d+":/.test(text)) expect(writeRow(row)?.toString()).toBe(text)
      }
    }),
    { numRuns: 1000 },
  )
})

test.each<[string, SqlType, Value, string]>([
  [
    'a whole number in an array of structs',
    array(struct([{ name: 'X', type: DOUBLE }])),
    [[0.5], null, [1]],
    '[{"X":0.5},null,{"X":1.0}]',
  ],
  [
    'a large number in a map of arrays',
    map(STRING, array(BIGINT)),
    new Map([['k', [1, 2n ** 60n]]]),
    '{"k":[1,1152921504606846976]}',
  ],
  ['bytes in an array', array(BYTES), [new Uint8Array([33]), null], '["IQ==",null]'],
  ['a key that objects treat otherwise', map(STRING, INTEGER), new Map([['__proto__', 1]]), '{"__proto__":1}'],
])('%s', (_, type, value, text) => {
  expect(written(type, value)).toBe(text)
})

describe('objects', () => {
  test('have all columns in schema order, by the names that the schema has', () => {
    expect(write({ B: INTEGER, a: STRING, 'x"y': BOOLEAN }, [1, null, true])).toBe('{"B":1,"a":null,"x\\"y":true}')
  })

  test('keep their order for names that are numbers or `__proto__`', () => {
    expect(write({ A: INTEGER, 2: INTEGER, 1: INTEGER, ['__proto__']: INTEGER }, [1, 2, 3, 4])).toContain('"A":')
    const named = [
      { name: 'A', type: INTEGER },
      { name: '2', type: INTEGER },
      { name: '1', type: INTEGER },
      { name: '__proto__', type: INTEGER },
    ]
    const text = rowWriter({ format, columns: named })([1, 2, 3, 4])!.toString()
    expect(text).toBe('{"A":1,"2":2,"1":3,"__proto__":4}')
    expect(written(struct(named), [1, 2, 3, 4])).toBe(text)
  })

  test('of no columns are empty', () => {
    expect(write({}, [])).toBe('{}')
  })

  test('of many columns are whole', () => {
    const types = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`C${i}`, i % 2 === 0 ? INTEGER : STRING]))
    const row = Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? i : `v${i}`))
    expect(JSON.parse(write(types, row)!)).toEqual(Object.fromEntries(row.map((value, i) => [`C${i}`, value])))
  })

  test('take their columns from where the row has them', () => {
    const writer = format.writer({
      side: 'VALUE',
      topic: 't',
      spec: { format: 'JSON', unwrapped: false },
      columns: columns({ A: INTEGER, B: DOUBLE }),
      sources: [2, 0],
    })
    const out = { buffer: Buffer.alloc(100), position: 3, reserve: () => {} }
    expect(writer.write([2, null, 1], out)).toBe(true)
    expect(out.buffer.toString('utf8', 3, out.position)).toBe('{"A":1,"B":2.0}')
  })
})

describe('unwrapped', () => {
  test('a single column is its bare value, and NULL a null payload', () => {
    expect(write({ A: INTEGER }, [1], { unwrapped: true })).toBe('1')
    expect(write({ A: array(INTEGER) }, [[1, 2]], { unwrapped: true })).toBe('[1,2]')
    expect(write({ A: INTEGER }, [null], { unwrapped: true })).toBeNull()
  })
})

test('keys have the bytes that Jackson writes', () => {
  expect(write({ A: STRING }, ['\u001f\\u001f\n'], { unwrapped: true, side: 'KEY' })).toBe('"\\u001F\\\\u001f\\n"')
  expect(write({ A: STRING, B: STRING }, ['\u001e', 'é'], { side: 'KEY' })).toBe('{"A":"\\u001E","B":"é"}')
})

test('a NULL key in a map shows as the text null', () => {
  expect(written(map(STRING, INTEGER), new Map([[null, 1]]))).toBe('{"null":1}')
})

test('maps need STRING keys', () => {
  const refusal = (type: SqlType) => format.refusal(columns({ F: type }), { format: 'JSON', unwrapped: false }, 'VALUE')
  expect(refusal(struct([{ name: 'X', type: array(map(INTEGER, INTEGER)) }]))).toBe(
    'JSON only supports MAP types with STRING keys',
  )
  expect(refusal(map(STRING, map(STRING, BYTES)))).toBeNull()
})
