import { describe, expect, test } from 'vitest'
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
import { encode, hex, messageOf, read, type Types, yardstick } from './support.ts'

const TRUNCATED = /the input ended unexpectedly in the middle of a field/

/** The value of a field `A` that protobufjs wrote, read as a column of the type. */
function readField(declaration: string, type: SqlType, value: unknown): Value | string {
  const body = `${IMPORTS} message M { ${declaration} } enum Suit { SPADES = 0; HEARTS = 1; CLUBS = -4; }`
  const row = read(messageOf(body), { A: type }, encode(yardstick(body), { A: value }))
  return typeof row === 'string' ? row : row[0]!
}

const IMPORTS = 'import "google/protobuf/wrappers.proto"; import "google/protobuf/timestamp.proto";'

describe('values that another library wrote', () => {
  test.each<[string, SqlType, unknown, Value]>([
    ['int32 A = 1;', INTEGER, -1, -1],
    ['int32 A = 1;', INTEGER, 2147483647, 2147483647],
    ['int32 A = 1;', INTEGER, -2147483648, -2147483648],
    ['int32 A = 1;', BIGINT, -5, -5],
    ['sint32 A = 1;', INTEGER, -2147483648, -2147483648],
    ['sint32 A = 1;', INTEGER, -3, -3],
    ['sfixed32 A = 1;', INTEGER, -7, -7],
    ['uint32 A = 1;', BIGINT, 4294967295, 4294967295],
    ['fixed32 A = 1;', BIGINT, 4294967295, 4294967295],
    ['int64 A = 1;', BIGINT, '127', 127],
    ['int64 A = 1;', BIGINT, '128', 128],
    ['int64 A = 1;', BIGINT, '1700000000000', 1700000000000],
    ['int64 A = 1;', BIGINT, '9007199254740991', 9007199254740991],
    ['int64 A = 1;', BIGINT, '9007199254740993', 9007199254740993n],
    ['int64 A = 1;', BIGINT, '-1', -1],
    ['int64 A = 1;', BIGINT, '-9007199254740991', -9007199254740991],
    ['int64 A = 1;', BIGINT, '-9007199254740992', -9007199254740992n],
    ['int64 A = 1;', BIGINT, '-9223372036854775808', -9223372036854775808n],
    ['int64 A = 1;', BIGINT, '9223372036854775807', 9223372036854775807n],
    ['uint64 A = 1;', BIGINT, '9223372036854775807', 9223372036854775807n],
    ['uint64 A = 1;', BIGINT, '18446744073709551615', -1],
    ['sint64 A = 1;', BIGINT, '-1', -1],
    ['sint64 A = 1;', BIGINT, '-9007199254740993', -9007199254740993n],
    ['sint64 A = 1;', BIGINT, '-9223372036854775808', -9223372036854775808n],
    ['sint64 A = 1;', BIGINT, '9223372036854775807', 9223372036854775807n],
    ['sint64 A = 1;', BIGINT, '-1700000000001', -1700000000001],
    ['fixed64 A = 1;', BIGINT, '9223372036854775807', 9223372036854775807n],
    ['sfixed64 A = 1;', BIGINT, '-2', -2],
    ['double A = 1;', DOUBLE, 1.1, 1.1],
    ['double A = 1;', DOUBLE, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['float A = 1;', DOUBLE, 1.1234, 1.1233999729156494],
    ['bool A = 1;', BOOLEAN, true, true],
    ['string A = 1;', STRING, 'été 🎺', 'été 🎺'],
    ['string A = 1;', STRING, 'x'.repeat(200), 'x'.repeat(200)],
    ['bytes A = 1;', BYTES, Buffer.from([0, 255]), new Uint8Array([0, 255])],
    ['Suit A = 1;', STRING, 'HEARTS', 'HEARTS'],
    ['Suit A = 1;', STRING, 'CLUBS', 'CLUBS'],
    ['google.protobuf.Int32Value A = 1;', INTEGER, { value: 3 }, 3],
    ['google.protobuf.Int32Value A = 1;', INTEGER, {}, 0],
    ['google.protobuf.StringValue A = 1;', STRING, {}, ''],
    ['google.protobuf.UInt64Value A = 1;', BIGINT, { value: '7' }, 7],
    ['google.protobuf.BoolValue A = 1;', BOOLEAN, { value: true }, true],
    ['google.protobuf.FloatValue A = 1;', DOUBLE, { value: 0.5 }, 0.5],
    ['google.protobuf.BytesValue A = 1;', BYTES, { value: Buffer.from('x') }, new Uint8Array([120])],
    ['google.protobuf.Int32Value A = 1;', struct([{ name: 'VALUE', type: INTEGER }]), { value: 3 }, [3]],
    ['google.protobuf.Timestamp A = 1;', TIMESTAMP, { seconds: '1700000000', nanos: 123999999 }, 1700000000123],
    ['google.protobuf.Timestamp A = 1;', TIMESTAMP, { seconds: '-1', nanos: 999000000 }, -1],
    ['google.protobuf.Timestamp A = 1;', TIMESTAMP, {}, 0],
    ['repeated int32 A = 1;', array(INTEGER), [1, -1, 0], [1, -1, 0]],
    ['repeated int32 A = 1 [packed = false];', array(INTEGER), [1, -1, 0], [1, -1, 0]],
    ['repeated double A = 1;', array(DOUBLE), [1.5, -0.25], [1.5, -0.25]],
    ['repeated bool A = 1;', array(BOOLEAN), [true, false], [true, false]],
    ['repeated Suit A = 1;', array(STRING), ['HEARTS', 'SPADES'], ['HEARTS', 'SPADES']],
    ['repeated string A = 1;', array(STRING), ['a', '', 'Bc'], ['a', '', 'Bc']],
    ['repeated google.protobuf.Int64Value A = 1;', array(BIGINT), [{ value: '5' }, {}], [5, 0]],
    [
      'map<string, int32> A = 1;',
      map(STRING, INTEGER),
      { a: 1, '': 0 },
      new Map([
        ['a', 1],
        ['', 0],
      ]),
    ],
    ['map<int64, string> A = 1;', map(STRING, STRING), { '-5': 'x' }, new Map([['-5', 'x']])],
    [
      'map<bool, string> A = 1;',
      map(STRING, STRING),
      { true: 'x', false: 'y' },
      new Map([
        ['true', 'x'],
        ['false', 'y'],
      ]),
    ],
    ['map<string, Suit> A = 1;', map(STRING, STRING), { a: 'SPADES' }, new Map([['a', 'SPADES']])],
    [
      'map<string, N> A = 1; message N { int32 B = 1; }',
      map(STRING, struct([{ name: 'B', type: INTEGER }])),
      { a: {} },
      new Map([['a', [0]]]),
    ],
    [
      'N A = 1; message N { int32 B = 1; string C = 2; }',
      struct([
        { name: 'C', type: STRING },
        { name: 'b', type: INTEGER },
        { name: 'D', type: STRING },
      ]),
      { B: 4 },
      ['', 4, null],
    ],
    [
      'repeated N A = 1; message N { repeated int32 B = 1; }',
      array(struct([{ name: 'B', type: array(INTEGER) }])),
      [{ B: [1] }, {}, { B: [2, 3] }],
      [[[1]], [[]], [[2, 3]]],
    ],
    ['int32 A = 1;', STRING, -12, '-12'],
    ['bool A = 1;', STRING, true, 'true'],
    ['double A = 1;', STRING, 1, '1.0'],
    ['float A = 1;', STRING, 1.1, '1.1'],
    ['uint32 A = 1;', STRING, 4294967295, '4294967295'],
  ])('%s as %j', (declaration, type, value, expected) => {
    expect(readField(declaration, type, value)).toEqual(expected)
  })

  test('a decimal has the scale of its column, and the sign of its first byte', () => {
    const body = 'import "confluent/type/decimal.proto"; message M { confluent.type.Decimal A = 1; }'
    const payload = (value: string, scale: number) =>
      hex(
        `0a ${(value.length / 2 + 4).toString(16).padStart(2, '0')} 0a ${(value.length / 2).toString(16).padStart(2, '0')} ${value} 18 ${scale.toString(16).padStart(2, '0')}`,
      )
    const as = (type: SqlType, bytes: Buffer) => read(messageOf(body), { A: type }, bytes)
    expect(as(decimal(4, 2), payload('03e9', 2))).toEqual([new Decimal(1001n, 2)])
    expect(as(decimal(4, 2), payload('ff', 1))).toEqual([new Decimal(-10n, 2)])
    expect(as(decimal(38, 0), payload('ffffffffffffff01', 0))).toEqual([new Decimal(-255n, 0)])
    expect(as(decimal(4, 2), hex('0a 00'))).toEqual([new Decimal(0n, 2)])
    expect(as(decimal(4, 1), payload('03e9', 2))).toMatch(/Cannot fit decimal '10.01' into DECIMAL\(4, 1\)/)
    expect(as(decimal(2, 0), payload('03e9', 0))).toMatch(/Numeric field overflow/)
    expect(as(decimal(2, 0), hex('0a 05 18 ffffff7f'))).toMatch(/Scale of a decimal is out of range/)
  })

  test('dates and times of day are checked', () => {
    const body =
      'import "google/type/date.proto"; import "google/type/timeofday.proto"; message M { google.type.Date A = 1; google.type.TimeOfDay B = 2; }'
    const types: Types = { A: DATE, B: TIME }
    expect(read(messageOf(body), types, hex('0a 07 08 b20f 10 01 18 0b  12 0a 08 01 10 02 18 03 20 80897a'))).toEqual([
      10, 3723002,
    ])
    expect(read(messageOf(body), types, hex('0a 07 08 e70f 10 02 18 1d'))).toBe(
      'Invalid date: year 2023, month 2, day 29',
    )
    expect(read(messageOf(body), types, hex('0a 00'))).toBe('Invalid date: year 0, month 0, day 0')
    expect(read(messageOf(body), types, hex('12 02 08 18'))).toMatch(/^Time values must use number of milliseconds/)
  })
})

describe('what is absent', () => {
  const body = `import "google/protobuf/wrappers.proto"; import "google/protobuf/timestamp.proto";
    message M {
      int32 A = 1; string B = 2; bytes C = 3; Suit D = 4; repeated int32 E = 5; map<string, int32> F = 6;
      N G = 7; google.protobuf.Int32Value H = 8; google.protobuf.Timestamp I = 9; optional int32 J = 10; oneof k { int32 K = 11; }
      message N { int32 X = 1; } enum Suit { SPADES = 0; }
    }`
  const types: Types = {
    A: INTEGER,
    B: STRING,
    C: BYTES,
    D: STRING,
    E: array(INTEGER),
    F: map(STRING, INTEGER),
    G: struct([{ name: 'X', type: INTEGER }]),
    H: INTEGER,
    I: TIMESTAMP,
    J: INTEGER,
    K: INTEGER,
    L: STRING,
  }
  const empty = [0, '', new Uint8Array(), 'SPADES', [], new Map(), null, null, null, null, null, null]

  test('is the default of scalars and lists, and NULL for messages and what is optional', () => {
    expect(read(messageOf(body), types, hex(''))).toEqual(empty)
    expect(read(messageOf(body), types, hex(''), { first: ['B', 'G', 'K'] })).toEqual(empty)
  })

  test('is forgotten with the next record', () => {
    const message = messageOf('message M { repeated int32 A = 1; N B = 2; message N { int32 X = 1; } }')
    const nested: Types = { A: array(INTEGER), B: struct([{ name: 'X', type: INTEGER }]) }
    expect(read(message, nested, hex('0a 01 05 12 02 08 07'))).toEqual([[5], [7]])
    expect(read(message, nested, hex(''))).toEqual([[], null])
  })

  test('is NULL for scalars of proto2', () => {
    const message = messageOf(
      'message M { optional int32 A = 1 [default = 5]; optional E B = 2; enum E { X = 3; } }',
      'proto2',
    )
    expect(read(message, { A: INTEGER, B: STRING }, hex(''))).toEqual([null, null])
    expect(read(message, { A: INTEGER, B: STRING }, hex('08 00 10 03'))).toEqual([0, 'X'])
  })
})

describe('fields that come again', () => {
  const body = `message M {
    int32 A = 1; repeated int32 B = 2; N C = 3; oneof d { int32 E = 4; string F = 5; N G = 6; } google.protobuf.Timestamp H = 7;
    message N { int32 X = 1; int32 Y = 2; repeated int32 Z = 3; }
  }`
  const message = messageOf(`import "google/protobuf/timestamp.proto"; ${body}`)
  const n = struct([
    { name: 'X', type: INTEGER },
    { name: 'Y', type: INTEGER },
    { name: 'Z', type: array(INTEGER) },
  ])
  const union = struct([
    { name: 'E', type: INTEGER },
    { name: 'F', type: STRING },
    { name: 'G', type: n },
  ])

  test('the last scalar wins, lists grow in both forms, messages are merged', () => {
    const payload = hex('08 01  10 05  1a 04 08 01 18 07  12 02 06 07  08 02  1a 06 10 02 18 08 18 09  10 08')
    expect(read(message, { A: INTEGER, B: array(INTEGER), C: n }, payload)).toEqual([
      2,
      [5, 6, 7, 8],
      [1, 2, [7, 8, 9]],
    ])
    expect(read(message, { A: INTEGER, B: array(INTEGER), C: n }, payload, { first: ['A', 'C'] })).toEqual([
      2,
      [5, 6, 7, 8],
      [1, 2, [7, 8, 9]],
    ])
  })

  test('parts of a timestamp are put together', () => {
    expect(read(message, { H: TIMESTAMP }, hex('3a 02 08 05 3a 04 10 c0843d'))).toEqual([5001])
  })

  test('the last member of a oneof clears the others, as columns and as a STRUCT, whether it is read or not', () => {
    const twice = hex('20 07 2a 01 61')
    expect(read(message, { E: INTEGER, F: STRING }, twice)).toEqual([null, 'a'])
    expect(read(message, { E: INTEGER }, twice)).toEqual([null])
    expect(read(message, { E: INTEGER, F: STRING }, twice, { first: ['E'] })).toEqual([null, 'a'])
    expect(read(message, { d_0: union }, twice)).toEqual([[null, 'a', null]])
    expect(read(message, { d_0: struct([{ name: 'E', type: INTEGER }]) }, twice)).toEqual([null])
    expect(read(message, { D_0: union }, hex('32 02 08 01 32 02 10 02'))).toEqual([[null, null, [1, 2, []]]])
    expect(read(message, { D_0: union }, hex('32 02 08 01 20 01 32 02 10 02'))).toEqual([[null, null, [0, 2, []]]])
    expect(read(message, { D_0: union }, hex(''))).toEqual([null])
  })
})

describe('fields that no column needs', () => {
  const message = messageOf('message M { int32 A = 1; int32 B = 1000; }')

  test('are stepped over, whatever their wire type', () => {
    const unknown = '78 ff01  81 01 0102030405060708  8a 01 03 616263  8d 01 01020304  93 01 9b 01 08 01 9c 01 94 01'
    expect(read(message, { A: INTEGER, B: INTEGER }, hex(`${unknown} 08 05 ${unknown} c0 3e 06 ${unknown}`))).toEqual([
      5, 6,
    ])
  })

  test('include a field whose wire type is not that of its type', () => {
    expect(read(message, { A: INTEGER }, hex('0d 01000000 08 03 0a 01 07'))).toEqual([3])
  })

  test('an unknown number of an enum has a name in proto3, and is no value in proto2', () => {
    const body = 'message M { E A = 1; repeated E B = 2; enum E { X = 0; } }'
    const types: Types = { A: STRING, B: array(STRING) }
    expect(read(messageOf(body), types, hex('08 09 12 02 00 07'))).toEqual([
      'UNKNOWN_ENUM_VALUE_E_9',
      ['X', 'UNKNOWN_ENUM_VALUE_E_7'],
    ])
    const closed = body.replace('E A', 'optional E A')
    expect(read(messageOf(closed, 'proto2'), types, hex('08 09 12 02 00 07'))).toEqual([null, ['X']])
  })

  test('two columns of one field are both filled', () => {
    expect(read(message, { a: INTEGER, A: INTEGER, b: INTEGER }, hex('08 05'))).toEqual([5, 5, 0])
  })
})

describe('payloads that cannot be read', () => {
  const message =
    messageOf(`message M { int32 A = 1; string B = 2; N C = 3; repeated int32 D = 4; double E = 5; map<string, int32> F = 6; bytes G = 7; int64 H = 8;
    message N { string X = 1; } }`)
  const types: Types = {
    A: INTEGER,
    B: STRING,
    C: struct([{ name: 'X', type: STRING }]),
    D: array(INTEGER),
    E: DOUBLE,
    F: map(STRING, INTEGER),
    G: BYTES,
    H: BIGINT,
  }

  test.each<[string, RegExp]>([
    ['08', TRUNCATED],
    ['08 ff', TRUNCATED],
    ['12 05 61', TRUNCATED],
    ['12 ff', TRUNCATED],
    ['12 ffffff7f 61', TRUNCATED],
    ['1a 03 0a 05 61', TRUNCATED],
    ['1a 02 0a 05 61 61 61', TRUNCATED],
    ['22 02 01 ff', TRUNCATED],
    ['22 01 ff 01', TRUNCATED],
    ['29 00000000', TRUNCATED],
    ['32 03 0a 05 61', TRUNCATED],
    ['3a 01', TRUNCATED],
    ['78', TRUNCATED],
    ['79 00', TRUNCATED],
    ['7a 05 00', TRUNCATED],
    ['7b 08 01', TRUNCATED],
    ['80', TRUNCATED],
    ['12 ffffffff0f', /claimed to have negative size/],
    ['3a ffffffffffffffffff01', /claimed to have negative size/],
    ['08 ffffffffffffffffffff01', /malformed varint/],
    ['40 ffffffffffffffffffff01', /malformed varint/],
    ['78 ffffffffffffffffffff01', /malformed varint/],
    ['00 01', /invalid tag \(zero\)/],
    ['07', /invalid tag \(zero\)/],
    ['7e', /invalid wire type/],
    ['7f', /invalid wire type/],
    ['7c', /end-group tag did not match/],
    ['7b 84 01', /end-group tag did not match/],
    ['7b'.repeat(101), /too many levels of nesting/],
    ['12 01 ff', /invalid UTF-8/],
    ['1a 03 0a 01 c3', /invalid UTF-8/],
    [`12 64 ff${'61'.repeat(99)}`, /invalid UTF-8/],
  ])('%s', (payload, expected) => {
    expect(read(message, types, hex(payload))).toMatch(expected)
    expect(read(message, types, hex(payload), { first: ['A'], only: ['A'] })).toEqual(expect.any(String))
  })

  test('text may hold the replacement character', () => {
    expect(read(message, { B: STRING }, hex('12 03 efbfbd'))).toEqual(['\uFFFD'])
  })

  test('text of proto2 is not checked: what is no UTF-8 becomes the replacement character', () => {
    const old = messageOf('message M { optional string A = 1; map<string, string> B = 2; }', 'proto2')
    const maps: Types = { A: STRING, B: map(STRING, STRING) }
    const payload = hex('0a 02 61ff 12 06 0a 01 ff 12 01 62')
    expect(read(old, maps, payload)).toEqual(['a\uFFFD', new Map([['\uFFFD', 'b']])])
    expect(read(old, maps, payload, { only: [] })).toEqual([null, null])
    expect(read(messageOf('message M { string A = 1; }'), { A: STRING }, payload)).toMatch(/invalid UTF-8/)
  })

  test('a hundred groups within each other are stepped over', () => {
    expect(read(message, { A: INTEGER }, hex(`${'7b'.repeat(100)}${'7c'.repeat(100)} 08 01`))).toEqual([1])
  })

  test.each<[SqlType, string]>([
    [INTEGER, 'Cannot deserialize type string as type INTEGER for path: ->B'],
    [array(STRING), 'Cannot deserialize type string as type ARRAY<STRING> for path: ->B'],
  ])('a column of another type: %j', (type, expected) => {
    expect(read(message, { B: type }, hex('12 01 61'))).toBe(expected)
  })

  test('columns of other types within', () => {
    expect(read(message, { C: struct([{ name: 'X', type: BIGINT }]) }, hex(''))).toBe(
      'Cannot deserialize type string as type BIGINT for path: ->C->X',
    )
    expect(read(message, { D: INTEGER }, hex(''))).toBe('Cannot deserialize type array as type INTEGER for path: ->D')
    expect(read(message, { F: map(STRING, STRING), H: INTEGER }, hex(''))).toBe(
      'Cannot deserialize type int64 as type INTEGER for path: ->H',
    )
    expect(read(message, { C: STRING }, hex(''))).toBe('Cannot deserialize type struct as type STRING for path: ->C')
  })
})

test('messages of many fields', () => {
  const count = 300
  const body = `message M { ${Array.from({ length: count }, (_, i) => `int32 F${i} = ${i + 1};`).join(' ')} }`
  const types = Object.fromEntries(Array.from({ length: count }, (_, i) => [`F${i}`, INTEGER]))
  const object = Object.fromEntries(Array.from({ length: count }, (_, i) => [`F${i}`, i * 3]))
  expect(read(messageOf(body), types, encode(yardstick(body), object))).toEqual(Object.values(object))
  const some = { F7: INTEGER, F150: INTEGER, F299: INTEGER }
  expect(read(messageOf(body), some, encode(yardstick(body), object))).toEqual([21, 450, 897])
})
