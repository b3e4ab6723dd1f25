import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NullableRepresentation } from '../../../../src/serde/format.ts'
import { deriveMessage } from '../../../../src/serde/protobuf/derive.ts'
import type { MessageType } from '../../../../src/serde/protobuf/message-type.ts'
import { parseSchema } from '../../../../src/serde/protobuf/parse-schema.ts'
import { schemaText } from '../../../../src/serde/protobuf/schema-text.ts'
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
import { schemaAndRows } from '../../../contract/format-samples.ts'
import { columns } from '../serde.ts'
import { decode, encode, messageOf, read, type Types, write, yardstick } from './support.ts'

const derived = (types: Types, nullable?: NullableRepresentation): MessageType =>
  deriveMessage(columns(types), { nullable })

const POINT = struct([
  { name: 'X', type: INTEGER },
  { name: 'Y', type: STRING },
])

describe('values', () => {
  test.each<[SqlType, Value, string]>([
    [INTEGER, 1, '08 01'],
    [INTEGER, 300, '08 ac02'],
    [INTEGER, -1, '08 ffffffffffffffffff01'],
    [INTEGER, 2147483647, '08 ffffffff07'],
    [INTEGER, -2147483648, '08 80808080f8ffffffff01'],
    [BIGINT, 1, '08 01'],
    [BIGINT, 4294967296, '08 8080808010'],
    [BIGINT, -1, '08 ffffffffffffffffff01'],
    [BIGINT, 9007199254740993n, '08 8180808080808010'],
    [BIGINT, -9223372036854775808n, '08 80808080808080808001'],
    [DOUBLE, 1.5, '09 000000000000f83f'],
    [DOUBLE, -0, '09 0000000000000080'],
    [DOUBLE, Number.NaN, '09 000000000000f87f'],
    [BOOLEAN, true, '08 01'],
    [STRING, 'é', '0a 02 c3a9'],
    [STRING, 'x'.repeat(127), `0a 7f ${'78'.repeat(127)}`],
    [STRING, 'x'.repeat(128), `0a 8001 ${'78'.repeat(128)}`],
    [STRING, 'é'.repeat(64), `0a 8001 ${'c3a9'.repeat(64)}`],
    [STRING, 'x'.repeat(20000), `0a a09c01 ${'78'.repeat(20000)}`],
    [STRING, '\uD800', '0a 03 efbfbd'],
    [BYTES, new Uint8Array([0, 255]), '0a 02 00ff'],
    [BYTES, new Uint8Array(200), `0a c801 ${'00'.repeat(200)}`],
    [decimal(4, 2), new Decimal(1001n, 2), '0a 08 0a 02 03e9 10 04 18 02'],
    [decimal(4, 0), new Decimal(-128n, 0), '0a 05 0a 01 80 10 04'],
    [decimal(4, 0), new Decimal(128n, 0), '0a 06 0a 02 0080 10 04'],
    [TIMESTAMP, 1700000000123, '0a 0b 08 80e2cfaa06 10 c0a9d33a'],
    [TIMESTAMP, -1, '0a 11 08 ffffffffffffffffff01 10 c08faedc03'],
    [TIMESTAMP, 0, '0a 00'],
    [DATE, 10, '0a 07 08 b20f 10 01 18 0b'],
    [DATE, -1, '0a 07 08 b10f 10 0c 18 1f'],
    [TIME, 3723002, '0a 0a 08 01 10 02 18 03 20 80897a'],
    [array(INTEGER), [1, -1, 300], '0a 0d 01 ffffffffffffffffff01 ac02'],
    [array(STRING), ['a', ''], '0a 01 61 0a 00'],
    [
      array(POINT),
      [
        [1, 'a'],
        [0, ''],
      ],
      '0a 05 08 01 12 01 61 0a 00',
    ],
    [
      map(STRING, BIGINT),
      new Map([
        ['a', 1],
        ['', 0],
      ]),
      '0a 05 0a 01 61 10 01 0a 00',
    ],
    [map(STRING, array(INTEGER)), new Map([['a', [1, 2]]]), '0a 07 0a 01 61 12 02 01 02'],
    [
      map(STRING, map(STRING, BOOLEAN)),
      new Map([['a', new Map([['b', true]])]]),
      '0a 0a 0a 01 61 12 05 0a 01 62 10 01',
    ],
    [POINT, [5, 'a'], '0a 05 08 05 12 01 61'],
    [POINT, [0, 'x'.repeat(200)], `0a cb01 12 c801 ${'78'.repeat(200)}`],
    [struct([{ name: 'P', type: POINT }]), [[0, 'a']], '0a 05 0a 03 12 01 61'],
  ])('%j %s', (type, value, expected) => {
    const bytes = write(derived({ A: type }), { A: type }, [value])
    expect(bytes.toString('hex')).toBe(expected.replaceAll(' ', ''))
    if (value !== '\uD800') expect(read(derived({ A: type }), { A: type }, bytes)).toEqual([value])
  })

  test('a long array has the length of its bytes', () => {
    const numbers = Array.from({ length: 5000 }, (_, i) => i * 1000)
    const bytes = write(derived({ A: array(INTEGER) }), { A: array(INTEGER) }, [numbers])
    expect(read(derived({ A: array(INTEGER) }), { A: array(INTEGER) }, bytes)).toEqual([numbers])
  })

  test('fields are numbered by the order of columns and may have numbers beyond one byte', () => {
    const types = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`C${i}`, INTEGER]))
    const bytes = write(
      derived(types),
      types,
      Object.keys(types).map((_, i) => (i === 15 || i === 39 ? 1 : 0)),
    )
    expect(bytes.toString('hex')).toBe('800101c00201')
  })
})

const SCALARS: Types = { A: INTEGER, B: BIGINT, C: DOUBLE, D: BOOLEAN, E: STRING, F: BYTES }
const NESTED: Types = {
  A: array(STRING),
  B: map(STRING, INTEGER),
  C: POINT,
  D: decimal(4, 2),
  E: TIMESTAMP,
  F: DATE,
  G: TIME,
}
const roundTrip = (types: Types, row: Row, nullable: NullableRepresentation | undefined) =>
  read(derived(types, nullable), types, write(derived(types, nullable), types, row))

describe('NULL', () => {
  const nulls = [null, null, null, null, null, null]
  const defaults = [0, 0, 0, false, '', new Uint8Array()]

  test('of a scalar is not written and comes back as the default', () => {
    expect(write(derived(SCALARS), SCALARS, nulls)).toHaveLength(0)
    expect(write(derived(SCALARS), SCALARS, defaults)).toHaveLength(0)
    expect(roundTrip(SCALARS, nulls, undefined)).toEqual(defaults)
  })

  test.each(['OPTIONAL', 'WRAPPER'] as const)('of a scalar differs from the default where it is %s', (nullable) => {
    expect(roundTrip(SCALARS, nulls, nullable)).toEqual(nulls)
    expect(roundTrip(SCALARS, defaults, nullable)).toEqual(defaults)
  })

  test.each([undefined, 'OPTIONAL', 'WRAPPER'] as const)(
    'of a list is an empty one, of a message stays NULL: %s',
    (nullable) => {
      expect(roundTrip(NESTED, [null, null, null, null, null, null, null], nullable)).toEqual([
        [],
        new Map(),
        null,
        null,
        null,
        null,
        null,
      ])
    },
  )

  test('within a list is the default, as an element cannot be absent', () => {
    const types: Types = {
      A: array(INTEGER),
      B: array(STRING),
      C: array(POINT),
      D: array(decimal(3, 1)),
      E: array(DATE),
    }
    const row = [[1, null], [null], [null], [null], [null]]
    expect(roundTrip(types, row, undefined)).toEqual([[1, 0], [''], [[0, '']], [new Decimal(0n, 1)], [0]])
    expect(roundTrip({ A: array(INTEGER) }, [[1, null]], 'WRAPPER')).toEqual([[1, 0]])
  })

  test('of a key or a value of a MAP', () => {
    const types: Types = { A: map(STRING, INTEGER) }
    const row = [
      new Map<Value, Value>([
        [null, 1],
        ['a', null],
      ]),
    ]
    expect(roundTrip(types, row, undefined)).toEqual([
      new Map<Value, Value>([
        ['', 1],
        ['a', 0],
      ]),
    ])
    expect(roundTrip(types, row, 'OPTIONAL')).toEqual([
      new Map<Value, Value>([
        ['', 1],
        ['a', 0],
      ]),
    ])
    expect(roundTrip(types, row, 'WRAPPER')).toEqual(row)
  })
})

describe('fields of a registered schema', () => {
  const body = `message M {
    uint32 A = 9; fixed32 B = 1; sint64 C = 3; fixed64 D = 4; Suit E = 5; oneof f { int32 G = 6; string H = 7; } float I = 8; sint32 J = 10;
    sfixed32 K = 11; repeated uint64 L = 12 [packed = false]; map<string, int32> N = 13; string OTHER = 20;
    enum Suit { SPADES = 0; HEARTS = 3; }
  }`
  const types: Types = {
    A: BIGINT,
    B: BIGINT,
    C: BIGINT,
    D: BIGINT,
    E: STRING,
    f_0: struct([
      { name: 'G', type: INTEGER },
      { name: 'H', type: STRING },
    ]),
    I: DOUBLE,
    J: INTEGER,
    K: INTEGER,
    L: array(BIGINT),
    N: map(STRING, INTEGER),
  }
  const row = [
    4294967295,
    7,
    -9223372036854775808n,
    -1,
    'HEARTS',
    [null, ''],
    0.5,
    -2147483648,
    -5,
    [1, -1],
    new Map([['x', 1]]),
  ]

  test('are found by name and written by number', () => {
    expect(read(messageOf(body), types, write(messageOf(body), types, row))).toEqual(row)
    expect(decode(yardstick(body), write(messageOf(body), types, row))).toEqual({
      A: 4294967295,
      B: 7,
      C: '-9223372036854775808',
      D: '18446744073709551615',
      E: 'HEARTS',
      H: '',
      I: 0.5,
      J: -2147483648,
      K: -5,
      L: ['1', '18446744073709551615'],
      N: { x: 1 },
      OTHER: '',
    })
  })

  test.each<[string, SqlType, Value, string]>([
    ['uint32 A = 1;', BIGINT, 4294967296, '4294967296 is out of the range of uint32'],
    ['fixed32 A = 1;', BIGINT, -1, '-1 is out of the range of fixed32'],
    ['int32 A = 1;', BIGINT, 2147483648, '2147483648 is out of the range of int32'],
    ['int32 A = 1;', BIGINT, 9007199254740993n, '9007199254740993 is out of the range of int32'],
    ['sint32 A = 1;', INTEGER, 1.5, '1.5 is out of the range of sint32'],
    ['int64 A = 1;', BIGINT, 9223372036854775808n, '9223372036854775808 is out of the range of int64'],
    ['sint64 A = 1;', BIGINT, 9223372036854775808n, '9223372036854775808 is out of the range of sint64'],
    ['fixed64 A = 1;', BIGINT, 9223372036854775808n, '9223372036854775808 is out of the range of fixed64'],
    ['E A = 1; enum E { X = 0; Y = 1; }', STRING, 'Z', '"Z" is not a value of the enum E. It has: X, Y'],
  ])('%s refuses a value: %#', (declaration, type, value, expected) => {
    expect(() => write(messageOf(`message M { ${declaration} }`), { A: type }, [value])).toThrow(expected)
  })

  test('are written from text where they are keys of other types', () => {
    const message = messageOf('message M { map<sint64, string> A = 1; map<bool, int32> B = 2; }')
    const maps: Types = { A: map(STRING, STRING), B: map(STRING, INTEGER) }
    const values = [new Map([['-9007199254740993', 'x']]), new Map([['true', 5]])]
    expect(read(message, maps, write(message, maps, values))).toEqual(values)
    expect(() => write(message, maps, [new Map([['x', 'y']]), null])).toThrow('"x" is not a value of the type sint64')
    expect(() => write(message, maps, [null, new Map([['yes', 1]])])).toThrow('"yes" is not a value of the type bool')
  })

  test('that are required refuse NULL', () => {
    const message = messageOf('message M { required int32 A = 1; }', 'proto2')
    expect(() => write(message, { A: INTEGER }, [null])).toThrow('Field A is required, and its value is NULL')
  })

  test('of other types, or none, are refused before any record', () => {
    const message = messageOf('message M { int32 A = 1; }')
    expect(() => write(message, { A: BOOLEAN }, [true])).toThrow('Field A cannot be written from BOOLEAN')
    expect(() => write(message, { B: INTEGER }, [1])).toThrow('Message M has no field for the column B')
  })
})

describe('beside protobufjs', () => {
  const kinds = [
    'BOOLEAN',
    'INTEGER',
    'BIGINT',
    'DOUBLE',
    'STRING',
    'BYTES',
    'ARRAY',
    'MAP',
    'STRUCT',
    'TIMESTAMP',
  ] as const
  const names = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/)
  const samples = schemaAndRows({ kinds, maxColumns: 6, names, nestsLists: false })

  test.each([undefined, 'OPTIONAL', 'WRAPPER'] as const)('each reads what the other writes: %s', (nullable) => {
    fc.assert(
      fc.property(samples, (sample) => {
        const types = Object.fromEntries(sample.columns.map(({ name, type }) => [name, type]))
        const message = derived(types, nullable)
        const text = schemaText(message, nullable)
        const type = yardstick(text.replace('syntax = "proto3";', ''))
        for (const row of sample.rows) {
          const bytes = write(message, types, row)
          const seen = read(message, types, bytes) as Row
          if (nullable === undefined) {
            expect(decode(type, bytes)).toEqual(plainStruct(sample.columns, seen))
            expect(read(message, types, encode(type, plainStruct(sample.columns, seen)))).toEqual(seen)
          }
          expect(read(message, types, encode(type, decode(type, bytes, false)))).toEqual(seen)
          expect(read(parseSchema(text, {}).messages[0]!, types, bytes)).toEqual(seen)
        }
      }),
    )
  })
})

/** A value as protobufjs has it in plain objects; messages that are absent are null. */
function plain(type: SqlType, value: Value): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'BIGINT':
      return String(value)
    case 'BYTES':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'TIMESTAMP': {
      const seconds = Math.floor((value as number) / 1000)
      return { seconds: String(seconds), nanos: ((value as number) - seconds * 1000) * 1e6 }
    }
    case 'ARRAY':
      return (value as readonly Value[]).map((item) => plain(type.element, item))
    case 'MAP':
      return [...(value as ReadonlyMap<Value, Value>)].map(([key, item]) => ({ key, value: plain(type.value, item) }))
    case 'STRUCT':
      return plainStruct(type.fields, value as Row)
    default:
      return value
  }
}

const plainStruct = (
  fields: readonly { readonly name: string; readonly type: SqlType }[],
  row: Row,
): Record<string, unknown> => Object.fromEntries(fields.map(({ name, type }, i) => [name, plain(type, row[i]!)]))
