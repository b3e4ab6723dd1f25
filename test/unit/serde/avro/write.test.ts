import { describe, expect, test } from 'vitest'
import { avro } from '../../../../src/serde/avro.ts'
import type { FormatSpec } from '../../../../src/serde/format.ts'
import { Decimal } from '../../../../src/types/decimal.ts'
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
} from '../../../../src/types/sql-type.ts'
import type { Value } from '../../../../src/types/value.ts'
import { columns, rowWriter } from '../serde.ts'
import { record, setup, writeAvsc, writeHex, written } from './avro.ts'

const dec = (text: string) => Decimal.parse(text)
const field = (name: string, type: unknown, value?: unknown) => ({
  name,
  type,
  ...(value === undefined ? {} : { default: value }),
})
const recordOf = (...fields: readonly object[]) => ({ type: 'record', name: 'R', fields })
const entries = (key: unknown, ...more: object[]) => ({
  type: 'array',
  items: { type: 'record', name: 'E', fields: [field('key', key), ...more, field('value', ['null', 'int'])] },
})
const decimalBytes = (precision: number, scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision, scale })

test.each<[SqlType, unknown, Value, unknown]>([
  [BOOLEAN, 'boolean', true, true],
  [INTEGER, 'int', -(2 ** 31), -(2 ** 31)],
  [INTEGER, 'long', -5, -5n],
  [INTEGER, 'double', 5, 5],
  [BIGINT, 'int', 5, 5],
  [BIGINT, 'long', -(2n ** 63n), -(2n ** 63n)],
  [DOUBLE, 'double', 0.1, 0.1],
  [DOUBLE, 'float', 0.1, Math.fround(0.1)],
  [STRING, 'string', '', ''],
  [STRING, 'string', 'é', 'é'],
  [STRING, 'string', 'a\ud800b', 'a\ufffdb'],
  [STRING, { type: 'enum', name: 'E', symbols: ['X', 'Y'] }, 'Y', 'Y'],
  [BYTES, 'bytes', new Uint8Array([1, 255]), Buffer.from([1, 255])],
  [BYTES, { type: 'fixed', name: 'F', size: 2 }, new Uint8Array([1, 255]), Buffer.from([1, 255])],
  [DATE, { type: 'int', logicalType: 'date' }, -3, -3],
  [TIME, { type: 'int', logicalType: 'time-millis' }, 5, 5],
  [TIME, { type: 'long', logicalType: 'time-micros' }, 5, 5_000n],
  [TIMESTAMP, { type: 'long', logicalType: 'timestamp-millis' }, 1_700_000_000_000, 1_700_000_000_000n],
  [TIMESTAMP, { type: 'long', logicalType: 'timestamp-micros' }, 1_700_000_000_000, 1_700_000_000_000_000n],
  [decimal(6, 2), decimalBytes(6, 2), dec('1.27'), Buffer.from([0x7f])],
  [decimal(6, 2), decimalBytes(6, 2), dec('1.28'), Buffer.from([0, 0x80])],
  [decimal(6, 2), decimalBytes(6, 2), dec('-1.28'), Buffer.from([0x80])],
  [decimal(6, 2), decimalBytes(6, 2), dec('-1.29'), Buffer.from([0xff, 0x7f])],
  [decimal(6, 2), decimalBytes(6, 2), dec('0.00'), Buffer.from([0])],
  [decimal(6, 2), decimalBytes(9, 3), dec('1.00'), Buffer.from('03e8', 'hex')],
  [decimal(6, 2), decimalBytes(4, 1), dec('1.50'), Buffer.from([15])],
  [
    decimal(38, 0),
    decimalBytes(38, 0),
    dec('-99999999999999999999999999999999999999'),
    Buffer.from('b4c4b357a5793b85f675ddc000000001', 'hex'),
  ],
  [
    decimal(6, 2),
    { ...decimalBytes(6, 2), type: 'fixed', name: 'F', size: 4 },
    dec('-1.28'),
    Buffer.from('ffffff80', 'hex'),
  ],
  [array(INTEGER), { type: 'array', items: ['null', 'int'] }, [1, null], [1, null]],
  [array(INTEGER), { type: 'array', items: 'int' }, [], []],
  [map(STRING, INTEGER), { type: 'map', values: 'int' }, new Map([['a', 1]]), { a: 1 }],
  [
    map(STRING, INTEGER),
    entries(['null', 'string']),
    new Map([
      ['a', 1],
      [null, null],
    ]),
    [
      { key: 'a', value: 1 },
      { key: null, value: null },
    ],
  ],
  [
    map(STRING, INTEGER),
    entries('long', field('x', 'string', 'y')),
    new Map([['-5', 1]]),
    [{ key: -5n, x: 'y', value: 1 }],
  ],
  [
    struct([
      { name: 'B', type: STRING },
      { name: 'A', type: INTEGER },
    ]),
    { ...record({ a: 'int', b: 'string' }), name: 'S' },
    ['b', 1],
    { a: 1, b: 'b' },
  ],
])('%j as %j: %s', (type, schema, value, expected) => {
  const fields = record({ v: schema })
  expect(writeAvsc(setup({ V: type }, fields), fields, [value])).toEqual({ v: expected })
  const nullable = record({ v: ['null', schema] })
  expect(writeAvsc(setup({ V: type }, nullable), nullable, [value])).toEqual({ v: expected })
  expect(writeAvsc(setup({ V: type }, nullable), nullable, [null])).toEqual({ v: null })
  const nullLast = record({ v: [schema, 'null'] })
  expect(writeAvsc(setup({ V: type }, nullLast), nullLast, [value])).toEqual({ v: expected })
})

test.each([31, 32, 63, 64, 65, 2_730, 4_095, 4_096, 8_191, 8_192, 400_000])('texts of %d characters', (length) => {
  const schema = record({ v: 'string' })
  for (const text of ['x'.repeat(length), `${'x'.repeat(length - 1)}é`, 'Ä'.repeat(length), '€'.repeat(length)]) {
    const { v } = writeAvsc(setup({ V: STRING }, schema), schema, [text]) as { v: string }
    expect(v === text).toBe(true)
  }
})

test.each([
  0n,
  1n,
  -1n,
  63n,
  64n,
  -64n,
  -65n,
  2n ** 31n,
  -(2n ** 31n) - 1n,
  2n ** 52n - 1n,
  2n ** 52n,
  -(2n ** 52n) - 1n,
  -5_000_000_000_000_000n,
  2n ** 53n - 1n,
  -(2n ** 53n) + 2n,
  2n ** 53n,
  2n ** 63n - 1n,
])('BIGINT %s is exact', (value) => {
  const schema = record({ v: 'long' })
  const row = [Number.isSafeInteger(Number(value)) ? Number(value) : value]
  expect(writeAvsc(setup({ V: BIGINT }, schema), schema, row)).toEqual({ v: value })
})

describe('payloads', () => {
  test('begin with the frame', () => {
    expect(rowWriter(setup({ A: INTEGER }, record({ a: 'int' })))([5])?.toString('hex')).toBe('00000000010a')
  })

  test('of several columns have them in the order of the schema, whatever their letter case', () => {
    const schema = record({ b: 'string', A: 'int' })
    expect(writeHex(setup({ A: INTEGER, B: STRING }, schema), [5, 'x'])).toBe('02780a')
  })

  test('a field of exactly the name comes before one of another letter case', () => {
    expect(writeHex(setup({ a: INTEGER, A: INTEGER }, record({ A: 'int', a: 'int' })), [1, 2])).toBe('0402')
  })

  test('that are the bare column are null for NULL', () => {
    const of = setup({ K: STRING }, 'string', { unwrapped: true })
    expect(writeHex(of, ['a'])).toBe('0261')
    expect(rowWriter(of)([null])).toBeNull()
    expect(writeHex(setup({ K: STRING }, ['null', 'string'], { unwrapped: true }), ['a'])).toBe('020261')
  })

  test('a nullable record is written as one', () => {
    expect(writeHex(setup({ A: INTEGER }, ['null', record({ a: 'int' })]), [5])).toBe('020a')
  })

  test('structs of alternatives are unions of several types', () => {
    const schema = record({ v: ['null', 'int', { ...record({ x: 'int' }), name: 'ns.Point' }] })
    const type = struct([
      { name: 'POINT', type: struct([{ name: 'X', type: INTEGER }]) },
      { name: 'INT', type: INTEGER },
    ])
    const of = setup({ V: type }, schema)
    expect(writeHex(of, [[[1], null]])).toBe('0402')
    expect(writeHex(of, [[null, 1]])).toBe('0202')
    expect(writeHex(of, [[null, null]])).toBe('00')
    expect(writeHex(of, [null])).toBe('00')
    expect(writeHex(setup({ V: STRING }, record({ v: ['int', 'string'] })), ['a'])).toBe('020261')
  })
})

describe('fields that no column has', () => {
  test.each([
    [field('d', 'int', 100), 'c801'],
    [field('d', 'long', -1), '01'],
    [field('d', 'boolean', true), '01'],
    [field('d', 'string', 'é'), '04c3a9'],
    [field('d', 'bytes', 'é'), '02e9'],
    [field('d', { type: 'fixed', name: 'F', size: 2 }, '\u0001\u0002'), '0102'],
    [field('d', 'float', 1.5), '0000c03f'],
    [field('d', 'double', 1), '000000000000f03f'],
    [field('d', { type: 'enum', name: 'E', symbols: ['A', 'B'] }, 'B'), '02'],
    [field('d', { type: 'array', items: 'int' }, [1, 2]), '04020400'],
    [field('d', { type: 'map', values: 'int' }, { a: 1 }), '0202610200'],
    [field('d', { ...recordOf(field('x', 'int'), field('y', 'int', 7)), name: 'S' }, { x: 1 }), '020e'],
    [field('d', ['null', 'int'], null), '00'],
    [field('d', ['int', 'null'], 5), '000a'],
    // Not the first branch, which Java and registries accept.
    [field('d', ['null', 'int'], 5), '020a'],
    [field('d', ['null', 'string'], 'null'), '02086e756c6c'],
    // No default, but null is a value.
    [field('d', ['int', 'null']), '02'],
    [field('d', 'null'), ''],
  ])('get their default: %j', (extra, hex) => {
    expect(writeHex(setup({ A: INTEGER }, recordOf(extra, field('a', 'int'))), [5])).toBe(`${hex}0a`)
  })

  test('and NULL in a field with a default is the default', () => {
    expect(writeHex(setup({ D: INTEGER }, recordOf(field('d', 'int', 100))), [null])).toBe('c801')
    expect(writeHex(setup({ D: INTEGER }, recordOf(field('d', ['int', 'null'], 100))), [null])).toBe('00c801')
    expect(writeHex(setup({ D: INTEGER }, recordOf(field('d', ['null', 'int'], null))), [null])).toBe('00')
    expect(writeHex(setup({ D: INTEGER }, recordOf(field('d', 'int', 100))), [5])).toBe('0a')
  })

  test('an exact default of 64 bits keeps its digits', () => {
    const text =
      '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"d","type":"long","default":9007199254740993}]}'
    const of = { ...setup({ A: INTEGER }, ''), schema: { ...written(''), text } }
    expect(writeAvsc(of, JSON.parse(text), [5])).toEqual({ a: 5, d: 9007199254740993n })
  })

  const missing =
    'Missing default value for required Avro field: [d]. This field appears in Avro schema in Schema Registry'

  test.each([
    recordOf(field('a', 'int'), field('d', 'int')),
    recordOf(field('a', 'int'), field('d', 'int', 'no number')),
    recordOf(field('a', 'int'), field('d', 'int', 2 ** 31)),
  ])('are required without a default: %j', (schema) => {
    expect(avro.schemas!.writeRefusal(columns({ A: INTEGER }), written(schema), SPEC)).toBe(missing)
    expect(() => writeHex(setup({ A: INTEGER }, schema), [5])).toThrow(missing)
  })

  test('are required within structs too', () => {
    const schema = record({ s: ['null', recordOf(field('a', 'int'), field('d', 'int'))] })
    const types = { S: struct([{ name: 'A', type: INTEGER }]) }
    expect(avro.schemas!.writeRefusal(columns(types), written({ ...(schema as object), name: 'Q' }), SPEC)).toBe(
      missing,
    )
  })

  test('a schema with a default or a column for everything is taken', () => {
    const schema = recordOf(field('a', 'int'), field('d', 'int', 1))
    expect(avro.schemas!.writeRefusal(columns({ A: INTEGER }), written(schema), SPEC)).toBeNull()
    expect(avro.schemas!.writeRefusal(columns({ K: INTEGER }), written('int'), { ...SPEC, unwrapped: true })).toBeNull()
  })
})

const SPEC: FormatSpec = { format: 'AVRO', unwrapped: false }

describe('values that the schema does not take are errors', () => {
  test.each<[SqlType, unknown, Value, string]>([
    [INTEGER, 'int', null, 'Invalid value: null used for required field: "V", schema type: INT32'],
    [
      array(INTEGER),
      { type: 'array', items: 'int' },
      [null],
      'Invalid value: null used for required field: "V[]", schema type: INT32',
    ],
    [
      map(STRING, INTEGER),
      { type: 'map', values: 'int' },
      new Map([['a', null]]),
      'null used for required field: "V->value"',
    ],
    [
      map(STRING, INTEGER),
      { type: 'map', values: 'int' },
      new Map([[null, 1]]),
      'A map with a NULL key cannot be written as an Avro map',
    ],
    [
      struct([{ name: 'A', type: INTEGER }]),
      { ...record({ a: 'int' }), name: 'S' },
      [null],
      'null used for required field: "V->A"',
    ],
    [BIGINT, 'int', 2 ** 31, '2147483648 cannot be written as the Avro type int'],
    [STRING, { type: 'enum', name: 'E', symbols: ['A'] }, 'B', "'B' is no symbol of the Avro enum. It has: A"],
    [
      BYTES,
      { type: 'fixed', name: 'F', size: 2 },
      new Uint8Array(3),
      '3 bytes cannot be written as the Avro type fixed of 2 bytes',
    ],
    [decimal(6, 2), decimalBytes(6, 1), dec('1.55'), "Cannot fit decimal '1.55' into DECIMAL(6, 1) without rounding"],
    [decimal(6, 2), decimalBytes(3, 2), dec('10.00'), 'Numeric field overflow'],
    [map(STRING, INTEGER), entries('int'), new Map([['x', 1]]), "The map key 'x' cannot be written as a whole number"],
    [STRING, 'int', 'a', 'V is STRING, which cannot be written as the Avro type int'],
    [STRING, ['null', 'int', 'boolean'], 'a', 'No branch of the Avro union of V takes STRING'],
    [DOUBLE, 'long', 1, 'V is DOUBLE, which cannot be written as the Avro type long'],
    [INTEGER, 'null', 1, 'V can only be null in the Avro schema'],
  ])('%j as %j: %s', (type, schema, value, message) => {
    expect(() => writeHex(setup({ V: type }, record({ v: schema })), [value])).toThrow(message)
  })

  test('a column that the schema has no field for', () => {
    expect(() => writeHex(setup({ A: INTEGER, B: INTEGER }, record({ a: 'int' })), [1, 2])).toThrow(
      'The Avro record R has no field for B',
    )
  })

  test('two columns that have one field', () => {
    expect(() => writeHex(setup({ A: INTEGER, a: INTEGER }, record({ A: 'int' })), [1, 2])).toThrow(
      'The Avro record R has one field for A and a',
    )
  })

  test('a row where the schema is no record', () => {
    expect(() => writeHex(setup({ A: INTEGER, B: INTEGER }, 'int'), [1, 2])).toThrow(
      'A row cannot be written as an Avro int',
    )
  })

  test('nothing of such a row is written', () => {
    const write = rowWriter(setup({ A: STRING, B: INTEGER }, record({ a: 'string', b: 'int' })))
    expect(() => write(['some text', null])).toThrow('null used for required field')
    expect(write(['a', 1])?.toString('hex')).toBe('0000000001026102')
  })
})
