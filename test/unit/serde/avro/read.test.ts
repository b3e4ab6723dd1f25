import { describe, expect, test } from 'vitest'
import { avro } from '../../../../src/serde/avro.ts'
import { type ReadError, SchemaNotLoaded } from '../../../../src/serde/format.ts'
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
import type { Row, Value } from '../../../../src/types/value.ts'
import { columns, payloadReader, rowWriter } from '../serde.ts'
import { readAvsc, readHex, record, setup, written } from './avro.ts'

const DECIMAL_6_2 = decimal(6, 2)

/** The value of a single wrapped column. */
const read = (type: SqlType, schema: unknown, value: unknown): unknown => {
  const result = readAvsc(setup({ V: type }, record({ v: schema })), record({ v: schema }), { v: value })
  return Array.isArray(result) ? result[0] : (result as ReadError).causes.at(-1)
}
const dec = (text: string) => Decimal.parse(text)
const entries = (key: unknown) => ({
  type: 'array',
  items: {
    type: 'record',
    name: 'E',
    'connect.internal.type': 'MapEntry',
    fields: [
      { name: 'key', type: key },
      { name: 'value', type: ['null', 'int'] },
    ],
  },
})
const micros = (kind: string) => ({ type: 'long', logicalType: `${kind}-micros` })
const decimalBytes = { type: 'bytes', logicalType: 'decimal', precision: 6, scale: 2 }

describe('values', () => {
  test.each<[SqlType, unknown, unknown, Value]>([
    [BOOLEAN, 'boolean', true, true],
    [BOOLEAN, 'boolean', false, false],
    [INTEGER, 'int', -5, -5],
    [INTEGER, 'int', 2 ** 31 - 1, 2 ** 31 - 1],
    [INTEGER, 'int', -(2 ** 31), -(2 ** 31)],
    [BIGINT, 'int', 7, 7],
    [DOUBLE, 'int', 7, 7],
    [DOUBLE, 'long', 7n, 7],
    [DOUBLE, 'float', 1.5, 1.5],
    [DOUBLE, 'double', 0.1, 0.1],
    [STRING, 'string', 'é 😀', 'é 😀'],
    [STRING, 'string', '', ''],
    [STRING, 'string', 'x'.repeat(200), 'x'.repeat(200)],
    [STRING, { type: 'string', logicalType: 'uuid' }, 'a-b', 'a-b'],
    [STRING, { type: 'enum', name: 'E', symbols: ['X', 'Y'] }, 'Y', 'Y'],
    [STRING, 'boolean', true, 'true'],
    [STRING, 'int', -1, '-1'],
    [STRING, 'long', 2n ** 62n, '4611686018427387904'],
    [STRING, 'float', Math.fround(0.1), '0.1'],
    [STRING, 'float', Math.fround(16777216), '1.6777216E7'],
    [STRING, 'double', 1e7, '1.0E7'],
    [BYTES, 'bytes', Buffer.from([0, 255]), new Uint8Array([0, 255])],
    [BYTES, { type: 'fixed', name: 'F', size: 2 }, Buffer.from([1, 2]), new Uint8Array([1, 2])],
    [DATE, { type: 'int', logicalType: 'date' }, -3, -3],
    [DATE, 'int', 19_000, 19_000],
    [TIME, { type: 'int', logicalType: 'time-millis' }, 86_399_999, 86_399_999],
    [TIME, micros('time'), 1_999n, 1],
    [TIMESTAMP, { type: 'long', logicalType: 'timestamp-millis' }, 1_700_000_000_000n, 1_700_000_000_000],
    [TIMESTAMP, micros('timestamp'), 1_700_000_000_000_999n, 1_700_000_000_000],
    [TIMESTAMP, micros('timestamp'), -1n, -1],
    [TIMESTAMP, { type: 'long', logicalType: 'timestamp-nanos' }, -(2n ** 62n), -4_611_686_018_428],
    [TIMESTAMP, 'long', 5n, 5],
    [DECIMAL_6_2, decimalBytes, Buffer.from('0005', 'hex'), dec('0.05')],
    [DECIMAL_6_2, decimalBytes, Buffer.from('ffffff85', 'hex'), dec('-1.23')],
    [DECIMAL_6_2, decimalBytes, Buffer.alloc(0), dec('0.00')],
    [decimal(38, 3), decimalBytes, Buffer.from('7b', 'hex'), dec('1.230')],
    [DECIMAL_6_2, { ...decimalBytes, type: 'fixed', name: 'F', size: 3 }, Buffer.from('ffff80', 'hex'), dec('-1.28')],
    [array(INTEGER), { type: 'array', items: ['null', 'int'] }, [1, null, -1], [1, null, -1]],
    [array(array(STRING)), { type: 'array', items: { type: 'array', items: 'string' } }, [['a'], []], [['a'], []]],
    [
      map(STRING, INTEGER),
      { type: 'map', values: ['null', 'int'] },
      { a: 1, b: null },
      new Map([
        ['a', 1],
        ['b', null],
      ]),
    ],
    [
      map(STRING, INTEGER),
      entries(['null', 'string']),
      [
        { key: 'a', value: 1 },
        { key: null, value: null },
      ],
      new Map([
        ['a', 1],
        [null, null],
      ]),
    ],
    [map(STRING, INTEGER), entries('long'), [{ key: -5n, value: 1 }], new Map([['-5', 1]])],
    [map(STRING, INTEGER), entries('boolean'), [{ key: true, value: 1 }], new Map([['true', 1]])],
    [
      struct([
        { name: 'B', type: STRING },
        { name: 'A', type: INTEGER },
        { name: 'C', type: INTEGER },
      ]),
      { ...record({ a: 'int', x: 'string', b: ['null', 'string'] }), name: 'S' },
      { a: 1, x: 'skipped', b: 'b' },
      ['b', 1, null],
    ],
  ])('%j of %j: %s', (type, schema, value, expected) => {
    expect(read(type, schema, value)).toEqual(expected)
    expect(read(type, ['null', schema], value)).toEqual(expected)
    expect(read(type, [schema, 'null'], value)).toEqual(expected)
    expect(read(type, ['null', schema], null)).toBeNull()
  })

  test.each([
    0n,
    2n ** 52n,
    -(2n ** 52n) - 1n,
    -5_000_000_000_000_000n,
    2n ** 53n,
    -(2n ** 53n) + 2n,
    -(2n ** 53n) - 1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ])('BIGINT %s is exact, at the end of the data and before it', (value) => {
    const expected = Number.isSafeInteger(Number(value)) ? Number(value) : value
    const schema = record({ a: 'long', b: 'long', c: 'string' })
    const row = { a: value, b: value, c: 'behind the long by more bytes than it can have' }
    expect(readAvsc(setup({ A: BIGINT, B: BIGINT }, schema), schema, row)).toEqual([expected, expected])
    const last = record({ a: 'long' })
    expect(readAvsc(setup({ A: BIGINT }, last), last, { a: value })).toEqual([expected])
  })

  test('decimals are read by the whole width of DECIMAL', () => {
    const wide = { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 5 }
    for (const unscaled of [
      10n ** 38n - 1n,
      -(10n ** 38n) + 1n,
      2n ** 47n,
      -(2n ** 47n),
      2n ** 48n,
      127n,
      128n,
      -129n,
    ]) {
      const hex = BigInt.asUintN(136, unscaled).toString(16).padStart(34, '0')
      expect(read(decimal(38, 5), wide, Buffer.from(hex, 'hex'))).toEqual(new Decimal(unscaled, 5))
    }
  })
})

describe('columns and fields', () => {
  const schema = record({ id: 'int', Name: ['null', 'string'], name: 'string', 'x-y': 'int' })
  const value = { id: 1, Name: 'first', name: 'second', 'x-y': 2 }

  test('are matched whatever the letter case, the first field wins, and NULL stands for a field that is not there', () => {
    const text = JSON.stringify(record({ id: 'int', Name: 'string', name: 'string' }))
    const of = setup({ NAME: STRING, ID: INTEGER, OTHER: STRING }, JSON.parse(text))
    expect(readAvsc(of, JSON.parse(text), { id: 1, Name: 'first', name: 'second' })).toEqual(['first', 1, null])
  })

  test('several columns may have one field, each by its type', () => {
    const fields = record({ v: 'int', w: 'int' })
    const of = setup({ V: INTEGER, v: STRING, W: BIGINT, w: BIGINT }, fields)
    expect(readAvsc(of, fields, { v: 1, w: 2 })).toEqual([1, '1', 2, 2])
  })

  test('a column with a point in its name is the field with an underscore', () => {
    const fields = record({ a_b: 'int' })
    expect(readAvsc(setup({ 'A.B': INTEGER }, fields), fields, { a_b: 5 })).toEqual([5])
  })

  test('aliases of a field count where no field has the name', () => {
    const fields = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'new', aliases: ['old', 'id'], type: 'int' },
        { name: 'id', type: 'int' },
      ],
    }
    expect(readAvsc(setup({ OLD: INTEGER, ID: INTEGER }, fields), fields, { new: 1, id: 2 })).toEqual([1, 2])
  })

  test.each([
    { first: [] },
    { first: ['ID'] },
    { first: ['S'] },
    { first: ['S', 'A', 'ID'] },
    { first: ['M'] },
    { only: ['M'] },
    { only: ['M', 'A'], first: ['M'] },
    { only: ['A'], checksOthers: true },
    { only: [] as string[] },
  ])('may be read in two steps, and any of them left out: %j', (steps) => {
    const fields = record({
      skipped: { type: 'array', items: { type: 'map', values: ['null', 'int', 'string'] } },
      id: 'int',
      a: { type: 'array', items: 'string' },
      f: { type: 'fixed', name: 'F', size: 3 },
      d: 'double',
      s: ['null', 'string'],
      n: { ...record({ x: 'long', y: ['null', 'float'], z: 'boolean' }), name: 'N' },
      m: { type: 'map', values: 'bytes' },
    })
    const row = {
      skipped: [{ a: 1, b: 'text', c: null }, {}],
      id: 3,
      a: ['x', 'y'],
      f: Buffer.alloc(3),
      d: 1,
      s: 'state',
      n: { x: 1n, y: 2, z: true },
      m: { k: Buffer.from([9]) },
    }
    const of = setup({ ID: INTEGER, A: array(STRING), S: STRING, M: map(STRING, BYTES) }, fields, steps)
    const all: Record<string, Value> = { ID: 3, A: ['x', 'y'], S: 'state', M: new Map([['k', new Uint8Array([9])]]) }
    const expected = Object.entries(all).map(([name, item]) =>
      steps.only === undefined || steps.only.includes(name) ? item : null,
    )
    expect(readAvsc(of, fields, row)).toEqual(expected)
  })

  test('names of fields need not be names in Avro', () => {
    expect(readHex(setup({ 'X-Y': INTEGER }, schema), '02 02 0a 6669727374 0c 7365636f6e64 04')).toEqual([2])
    expect(Object.keys(value)).toContain('x-y')
  })

  test('a record of five thousand fields is read and written in time in proportion', () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `F${i}`)
    const fields = record(Object.fromEntries(names.map((name) => [name, ['null', 'int']])))
    const types = Object.fromEntries(names.map((name) => [name, INTEGER]))
    const row = names.map((_, i) => i)
    const payload = rowWriter(setup(types, fields))(row)!
    expect(payloadReader(setup(types, fields, { first: ['F4999'] }))(payload)).toEqual(row)
    const one = payloadReader(setup({ F4999: INTEGER }, fields))(payload)
    expect(one).toEqual([4_999])
  })

  test('a record of hundreds of fields is read', () => {
    const names = Array.from({ length: 300 }, (_, i) => `F${i}`)
    const fields = record(Object.fromEntries(names.map((name) => [name, ['null', 'int']])))
    const of = setup(Object.fromEntries(names.map((name) => [name, INTEGER])), fields, { first: ['F77', 'F299'] })
    expect(readAvsc(of, fields, Object.fromEntries(names.map((name, i) => [name, i])))).toEqual(names.map((_, i) => i))
  })
})

describe('unions of several types', () => {
  const union = ['null', 'int', { ...record({ x: 'int' }), name: 'ns.Point' }, 'string']
  const type = struct([
    { name: 'STRING', type: STRING },
    { name: 'POINT', type: struct([{ name: 'X', type: INTEGER }]) },
    { name: 'INT', type: INTEGER },
  ])

  test('are structs of alternatives', () => {
    expect(read(type, union, 5)).toEqual([null, null, 5])
    expect(read(type, union, 'a')).toEqual(['a', null, null])
    expect(read(type, union, { x: 1 })).toEqual([null, [1], null])
    expect(read(type, union, null)).toBeNull()
  })

  test('are read as a plain type where the value is one', () => {
    expect(read(STRING, ['null', 'int', 'string'], 5)).toBe('5')
    expect(read(INTEGER, ['null', 'int', 'string'], 'text')).toBe(
      'Cannot deserialize type string as type int32 for path: ->V',
    )
  })

  test('may be the root: columns are alternatives', () => {
    const root = ['null', { ...record({ x: 'int' }), name: 'A' }, { ...record({ y: 'int' }), name: 'B' }]
    const of = setup({ A: struct([{ name: 'X', type: INTEGER }]), B: struct([{ name: 'Y', type: INTEGER }]) }, root)
    expect(readHex(of, '02 0a')).toEqual([[5], null])
    expect(readHex(of, '04 0a')).toEqual([null, [5]])
    expect(readHex(of, '00')).toBeNull()
    const twice = setup({ A: struct([{ name: 'X', type: INTEGER }]), a: struct([{ name: 'X', type: STRING }]) }, root)
    expect(readHex(twice, '02 0a')).toEqual([[5], ['5']])
  })
})

describe('payloads that are no record', () => {
  test('are the single column', () => {
    expect(readHex(setup({ K: INTEGER }, 'int', { unwrapped: true }), '0a')).toEqual([5])
    expect(readHex(setup({ K: STRING }, ['null', 'string'], { unwrapped: true }), '02 02 61')).toEqual(['a'])
    expect(readHex(setup({ K: STRING }, ['null', 'string'], { unwrapped: true }), '00')).toBeNull()
    expect(
      readHex(setup({ K: struct([{ name: 'A', type: INTEGER }]) }, record({ a: 'int' }), { unwrapped: true }), '0a'),
    ).toEqual([[5]])
  })

  test('are errors where a record is expected', () => {
    expect(readHex(setup({ A: INTEGER, B: INTEGER }, 'int'), '0a')).toEqual(
      failure('Cannot deserialize type int32 as type struct'),
    )
  })

  test('a union of null and a record may be null', () => {
    const of = setup({ A: INTEGER }, ['null', record({ a: 'int' })])
    expect(readHex(of, '02 0a')).toEqual([5])
    expect(readHex(of, '00')).toBeNull()
  })
})

const failure = (...causes: string[]) => ({
  message: 'Error deserializing message from topic: t',
  causes: ['Failed to deserialize data for topic t to Avro: ', ...causes],
})

describe('schemas of records', () => {
  const one = record({ a: 'int' })
  const two = record({ b: 'string', a: 'long' })
  const of = {
    ...setup({ A: BIGINT }, one),
    writers: new Map([
      [1, written(one)],
      [2, written(two)],
      [3, { ...written(''), text: 'syntax = "proto3";' }],
      [4, { ...written(''), type: 'PROTOBUF' as const }],
    ]),
  }
  const payload = (id: number, hex: string) => Buffer.from(`00${id.toString(16).padStart(8, '0')}${hex}`, 'hex')

  test('may change from record to record', () => {
    const read = payloadReader(of)
    for (const [id, hex, value] of [
      [1, '0a', 5],
      [2, '02610c', 6],
      [2, '02610e', 7],
      [1, '0c', 6],
    ] as const) {
      expect(read(payload(id, hex))).toEqual([value])
    }
  })

  test('may be more than a reader keeps', () => {
    const writers = new Map(Array.from({ length: 250 }, (_, id) => [id, written(id % 2 === 0 ? one : two)]))
    const read = payloadReader({ ...setup({ A: BIGINT }, one), writers })
    for (let round = 0; round < 2; round++) {
      for (const id of writers.keys()) expect(read(payload(id, id % 2 === 0 ? '0a' : '02610c'))).toEqual([5 + (id % 2)])
    }
  })

  test('that cannot be had or understood are errors of the record', () => {
    const read = payloadReader(of)
    expect(read(payload(9, '0a'))).toEqual(failure('Error deserializing Avro message for id 9', 'Schema 9 not found'))
    expect(read(payload(3, '0a'))).toMatchObject({ causes: { 2: "Unexpected 's' at position 0 of JSON text" } })
    expect(read(payload(4, '0a'))).toMatchObject({ causes: { 2: 'The schema is a PROTOBUF schema' } })
    expect(read(payload(1, '0a'))).toEqual([5])
  })

  test('bytes without a frame are an error', () => {
    const read = payloadReader(of)
    for (const bytes of ['', '00', '00000000', '0a', '{"A": 5}']) {
      expect(read(Buffer.from(bytes, 'latin1'))).toEqual(failure('Unknown magic byte!'))
    }
  })

  test('that are not loaded yet stop the reader for now', () => {
    const reader = avro.reader({
      side: 'VALUE',
      topic: 't',
      spec: { format: 'AVRO', unwrapped: false } as never,
      columns: columns({ A: BIGINT }),
      wanted: [{ column: 0, target: 0, first: false }],
      writerSchemas: {
        get(id) {
          throw new SchemaNotLoaded(id)
        },
      },
    })
    expect(() => reader.open(payload(5, '0a'), 0, 6, [])).toThrow(SchemaNotLoaded)
  })
})

describe('damaged data', () => {
  const causeOf = (type: SqlType, schema: unknown, hex: string): unknown =>
    (readHex(setup({ A: type }, record({ a: schema })), hex) as { causes?: Row }).causes?.at(-1)
  const ints = { type: 'array', items: 'int' }

  test.each<[SqlType, unknown, string, string]>([
    [INTEGER, 'int', '', 'cut off'],
    [INTEGER, 'int', '80', 'cut off'],
    [INTEGER, 'int', '8080808010', 'before byte 5: an int is beyond 32 bits'],
    [INTEGER, 'int', '8080808080808080808001', 'a number has more than 10 bytes'],
    [BIGINT, 'long', 'ffffffffffffffffff03', 'a long is beyond 64 bits'],
    [BIGINT, 'long', 'ffffffffffffffffff', 'cut off'],
    [BOOLEAN, 'boolean', '02', 'a boolean is 2'],
    [STRING, 'string', '06 6161', 'cut off'],
    [STRING, 'string', '05', 'a length is negative'],
    [STRING, 'string', 'feffffffffffffffff01', 'cut off'],
    [BYTES, 'bytes', 'fe7f', 'cut off'],
    [DOUBLE, 'double', '00000000', 'cut off'],
    [STRING, { type: 'enum', name: 'E', symbols: ['A'] }, '02', 'an enum has no symbol at place 1'],
    [STRING, { type: 'enum', name: 'E', symbols: ['A'] }, '01', 'an enum has no symbol at place -1'],
    [STRING, ['null', 'string'], '04', 'a union has no branch at place 2'],
    [STRING, ['null', 'string'], '01', 'a union has no branch at place -1'],
    [array(INTEGER), ints, '02 02', 'cut off'],
    [array(INTEGER), ints, 'feffffff0f', 'a block of 2147483647 items is larger than the data'],
    [array(INTEGER), ints, '03 0a 0202', 'cut off'],
    [
      array(INTEGER),
      { type: 'array', items: 'null' },
      'feffffff0f',
      'a block of 2147483647 items is larger than the data',
    ],
    [map(STRING, INTEGER), { type: 'map', values: 'int' }, '04 0261', 'a block of 2 items is larger than the data'],
    [DECIMAL_6_2, decimalBytes, '08 7fffffff', 'Numeric field overflow'],
    [decimal(6, 1), decimalBytes, '02 05', "Cannot fit decimal '0.05' into DECIMAL(6, 1) without rounding"],
    [DECIMAL_6_2, decimalBytes, 'c801'.padEnd(204, '1'), 'A decimal of 100 bytes is beyond DECIMAL(6, 2)'],
    [TIME, { type: 'int', logicalType: 'time-millis' }, '8080808001', 'Time values must use number of milliseconds'],
  ])('%j of %j: %s', (type, schema, hex, expected) => {
    expect(causeOf(type, schema, hex)).toContain(expected)
    expect(causeOf(type, ['null', schema].flat(), '')).toBeTypeOf('string')
  })

  test.each<[SqlType, unknown, string]>([
    [INTEGER, 'long', 'Cannot deserialize type int64 as type int32 for path: ->A'],
    [INTEGER, 'string', 'Cannot deserialize type string as type int32 for path: ->A'],
    [BOOLEAN, 'int', 'Cannot deserialize type int32 as type boolean for path: ->A'],
    [STRING, 'bytes', 'Cannot deserialize type bytes as type string for path: ->A'],
    [BYTES, decimalBytes, 'Cannot deserialize type bytes as type bytes for path: ->A'],
    [array(INTEGER), 'int', 'Cannot deserialize type int32 as type array for path: ->A'],
    [map(STRING, INTEGER), ints, 'Cannot deserialize type array as type map for path: ->A'],
    [
      struct([{ name: 'X', type: INTEGER }]),
      { ...record({ x: 'string' }), name: 'S' },
      'Cannot deserialize type string as type int32 for path: ->A->X',
    ],
  ])('%j cannot be read from %j', (type, schema, expected) => {
    expect(causeOf(type, schema, '00')).toBe(expected)
    expect(readHex(setup({ A: type }, record({ a: ['null', schema] })), '00')).toEqual([null])
  })

  test('blocks with a size are read, and passed over without their items', () => {
    const schema = record({ a: ints, b: 'int' })
    const hex = '03 04 0204 01 02 06 00 0a'
    expect(readHex(setup({ A: array(INTEGER), B: INTEGER }, schema), hex)).toEqual([[1, 2, 3], 5])
    expect(
      readHex(setup({ A: array(INTEGER), B: INTEGER }, schema, { only: ['B'] }), '03 04 ffff 01 02 ff 00 0a'),
    ).toEqual([null, 5])
  })

  test('what stands behind the last column that is read is not looked at', () => {
    const schema = record({ a: 'int', b: 'string' })
    expect(readHex(setup({ A: INTEGER }, schema), '0a ff')).toEqual([5])
  })
})
