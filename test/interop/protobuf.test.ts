// Payloads of the PROTOBUF format beside Python's protobuf and protobuf-java: what they write is read, and they read what is written.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { FormatName, NullableRepresentation } from '../../src/serde/format.ts'
import { CONFLUENT } from '../../src/serde/protobuf/imports/confluent.ts'
import { protobuf } from '../../src/serde/protobuf.ts'
import { Decimal } from '../../src/types/decimal.ts'
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
import type { Row } from '../../src/types/value.ts'
import { columns, payloadReader, rowWriter, type Setup } from '../unit/serde/serde.ts'
import { type Peer, startPeer } from './peer.ts'

interface Sample {
  readonly name: string
  readonly types: Readonly<Record<string, SqlType>>
  readonly nullable?: NullableRepresentation
  /** Absent: the schema that the columns are registered with. */
  readonly schema?: {
    readonly text: string
    readonly message: string
    readonly imports?: Readonly<Record<string, string>>
  }
  readonly rows: readonly {
    /** As it is read. */
    readonly row: Row
    /** In Protobuf's JSON form. */
    readonly value: object
  }[]
}

const INNER = struct([
  { name: 'X', type: BIGINT },
  { name: 'Y', type: array(STRING) },
])
const EVERY_TYPE = {
  B: BOOLEAN,
  I: INTEGER,
  L: BIGINT,
  D: DOUBLE,
  S: STRING,
  Y: BYTES,
  N: decimal(38, 9),
  DA: DATE,
  TI: TIME,
  TS: TIMESTAMP,
  A: array(decimal(4, 2)),
  P: array(BIGINT),
  M: map(STRING, INNER),
  R: struct([
    { name: 'F', type: INNER },
    { name: 'G', type: map(STRING, INTEGER) },
  ]),
}

const dec = (text: string) => Decimal.parse(text)
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
const LARGE = {
  row: [
    true,
    -(2 ** 31),
    2n ** 63n - 1n,
    0.1,
    'é 😀',
    new Uint8Array([0, 255]),
    dec('-12345678901234567890123456789.123456789'),
    -1,
    86_399_999,
    1_700_000_000_123,
    [dec('1.27'), dec('-1.28')],
    [0, -1, 9_007_199_254_740_993n, -(2n ** 63n)],
    new Map([['a', [9_007_199_254_740_993n, ['x', '']]]]),
    [[1, ['z'.repeat(300)]], new Map([['k', 2 ** 31 - 1]])],
  ],
  value: {
    B: true,
    I: -(2 ** 31),
    L: '9223372036854775807',
    D: 0.1,
    S: 'é 😀',
    Y: base64('00ff'),
    N: { value: base64(twosComplement(-12345678901234567890123456789123456789n)), precision: 38, scale: 9 },
    DA: { year: 1969, month: 12, day: 31 },
    TI: { hours: 23, minutes: 59, seconds: 59, nanos: 999_000_000 },
    TS: '2023-11-14T22:13:20.123Z',
    A: [
      { value: base64('7f'), precision: 4, scale: 2 },
      { value: base64('80'), precision: 4, scale: 2 },
    ],
    P: ['0', '-1', '9007199254740993', '-9223372036854775808'],
    M: [{ key: 'a', value: { X: '9007199254740993', Y: ['x', ''] } }],
    R: { F: { X: '1', Y: ['z'.repeat(300)] }, G: [{ key: 'k', value: 2 ** 31 - 1 }] },
  },
}

/** In 16 bytes. */
function twosComplement(value: bigint): string {
  return BigInt.asUintN(128, value).toString(16)
}

const EMPTY_VALUES = { A: [], P: [], M: [] }
const DEFAULTS = { B: false, I: 0, L: '0', D: 0, S: '', Y: '' }
const NO_MESSAGES = [null, null, null, null, [], [], new Map(), null]
const LONGS = [2n ** 52n, -(2n ** 52n) - 1n, -5_000_000_000_000_000n, -(2n ** 53n) + 2n, 2n ** 53n]
const long = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)

const OWN: Sample = {
  name: 'the types of SQL',
  types: EVERY_TYPE,
  rows: [
    LARGE,
    { row: [false, 0, 0, 0, '', new Uint8Array(), ...NO_MESSAGES], value: { ...DEFAULTS, ...EMPTY_VALUES } },
    ...LONGS.map((value) => ({
      row: [false, 0, long(value), Number.NEGATIVE_INFINITY, '', new Uint8Array(), ...NO_MESSAGES],
      value: { ...DEFAULTS, ...EMPTY_VALUES, L: String(value), D: '-Infinity' },
    })),
  ],
}

const SCALARS = { B: BOOLEAN, I: INTEGER, L: BIGINT, D: DOUBLE, S: STRING, Y: BYTES }
const nullableScalars = (nullable: NullableRepresentation): Sample => ({
  name: `scalars with NULL as ${nullable}`,
  types: SCALARS,
  nullable,
  rows: [
    { row: [null, null, null, null, null, null], value: {} },
    { row: [false, 0, 0, 0, '', new Uint8Array()], value: DEFAULTS },
    {
      row: [true, -5, -5, -0.5, 'a', new Uint8Array([1])],
      value: { B: true, I: -5, L: '-5', D: -0.5, S: 'a', Y: base64('01') },
    },
  ],
})

const FOREIGN: Sample = {
  name: 'what other programs use of proto3',
  types: {
    FL: DOUBLE,
    U32: BIGINT,
    U64: BIGINT,
    S32: INTEGER,
    S64: BIGINT,
    F32: BIGINT,
    F64: BIGINT,
    SF32: INTEGER,
    SF64: BIGINT,
    E: STRING,
    OPT: INTEGER,
    MI: map(STRING, STRING),
    MM: map(STRING, struct([{ name: 'V', type: BIGINT }])),
    ES: array(STRING),
    UP: array(INTEGER),
    DP: array(DOUBLE),
    CHOICE_0: struct([
      { name: 'TEXT', type: STRING },
      { name: 'OTHER', type: struct([{ name: 'V', type: BIGINT }]) },
    ]),
    W: BIGINT,
    WS: array(STRING),
    DUR: struct([
      { name: 'SECONDS', type: BIGINT },
      { name: 'NANOS', type: INTEGER },
    ]),
    FAR: STRING,
  },
  schema: {
    message: 'com.acme.Event',
    text: `syntax = "proto3"; package com.acme; import "common.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/duration.proto";
      message Event {
        float fl = 1; uint32 u32 = 2; uint64 u64 = 3; sint32 s32 = 4; sint64 s64 = 5; fixed32 f32 = 6; fixed64 f64 = 7; sfixed32 sf32 = 8;
        sfixed64 sf64 = 9; Suit e = 10; optional int32 opt = 11; map<int64, string> mi = 12; map<string, Other> mm = 13;
        repeated Suit es = 14; repeated int32 up = 15 [packed = false]; repeated double dp = 16; oneof choice { string text = 17; Other other = 18; }
        google.protobuf.Int64Value w = 19; repeated google.protobuf.StringValue ws = 20; google.protobuf.Duration dur = 21; string far = 536870911;
      }`,
    imports: {
      'common.proto':
        'syntax = "proto3"; package com.acme; enum Suit { SPADES = 0; HEARTS = 3; } message Other { int64 v = 1; string unknown = 2; }',
    },
  },
  rows: [
    {
      row: [
        0.5,
        4294967295,
        -1,
        -2147483648,
        -(2n ** 63n),
        4294967295,
        2n ** 63n - 1n,
        -1,
        2n ** 53n,
        'HEARTS',
        0,
        new Map([['-5', 'x']]),
        new Map([['k', [7]]]),
        ['SPADES', 'HEARTS'],
        [1, -1],
        [0.5, -0.25],
        ['', null],
        0,
        ['', 'a'],
        [5, 500_000_000],
        'z',
      ],
      value: {
        fl: 0.5,
        u32: 4294967295,
        u64: '18446744073709551615',
        s32: -2147483648,
        s64: '-9223372036854775808',
        f32: 4294967295,
        f64: '9223372036854775807',
        sf32: -1,
        sf64: '9007199254740992',
        e: 'HEARTS',
        opt: 0,
        mi: { '-5': 'x' },
        mm: { k: { v: '7', unknown: '' } },
        es: ['SPADES', 'HEARTS'],
        up: [1, -1],
        dp: [0.5, -0.25],
        text: '',
        w: '0',
        ws: ['', 'a'],
        dur: '5.500s',
        far: 'z',
      },
    },
    {
      row: [
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        'SPADES',
        null,
        new Map(),
        new Map(),
        [],
        [],
        [],
        [null, [9]],
        null,
        [],
        null,
        '',
      ],
      value: {
        fl: 0,
        u32: 0,
        u64: '0',
        s32: 0,
        s64: '0',
        f32: 0,
        f64: '0',
        sf32: 0,
        sf64: '0',
        e: 'SPADES',
        mi: {},
        mm: {},
        es: [],
        up: [],
        dp: [],
        other: { v: '9', unknown: '' },
        ws: [],
        far: '',
      },
    },
  ],
}

const PROTO2: Sample = {
  name: 'proto2',
  types: {
    R: INTEGER,
    O: STRING,
    P: array(BIGINT),
    Q: array(BIGINT),
    E: STRING,
    N: struct([{ name: 'X', type: BOOLEAN }]),
  },
  schema: {
    message: 'Old',
    text: `syntax = "proto2"; message Old {
      required int32 r = 1; optional string o = 2 [default = "d"]; repeated int64 p = 3; repeated sint64 q = 4 [packed = true];
      optional Kind e = 5; optional Part n = 6; enum Kind { A = 1; B = -1; } message Part { optional bool x = 1; }
    }`,
  },
  rows: [
    {
      row: [0, '', [1, -1], [1, -1], 'B', [false]],
      value: { r: 0, o: '', p: ['1', '-1'], q: ['1', '-1'], e: 'B', n: { x: false } },
    },
    { row: [-1, null, [], [], null, null], value: { r: -1, p: [], q: [] } },
  ],
}

const SAMPLES = [OWN, nullableScalars('OPTIONAL'), nullableScalars('WRAPPER'), FOREIGN, PROTO2]
const FRAME = '000000000100'

function setupOf({ types, nullable, schema }: Sample): {
  readonly setup: Setup
  readonly files: object
  readonly message: string
} {
  const all = columns(types)
  const spec = { format: 'PROTOBUF' as FormatName, unwrapped: false, ...(nullable === undefined ? {} : { nullable }) }
  const text = schema?.text ?? protobuf.schemas!.schemaOf(all, spec, 'VALUE')
  const imports = schema?.imports ?? {}
  return {
    setup: {
      format: protobuf,
      columns: all,
      schema: { id: 1, type: 'PROTOBUF', text, imports },
      ...(nullable === undefined ? {} : { nullable }),
    },
    files: { 'schema.proto': text, ...imports, ...CONFLUENT },
    message: schema?.message ?? 'ConnectDefault1',
  }
}

const python = inject('protobuf')

describe.each(['protobuf', 'javaProtobuf'] as const)('%s', (library) => {
  const command = inject(library)
  const canRun = command !== null && python !== null
  let peer: Peer
  /** Python's package brings the compiler. */
  let compiler: Peer
  beforeAll(() => {
    if (!canRun) return
    peer = startPeer(command)
    compiler = startPeer(python)
  })
  afterAll(() => {
    peer?.stop()
    compiler?.stop()
  })

  const compile = async (sample: Sample) => {
    const { setup, files, message } = setupOf(sample)
    return { setup, schema: { ...(await compiler.ask({ compile: files })), message } }
  }

  test.skipIf(!canRun).each(SAMPLES)('$name: what it writes is read', async (sample) => {
    const { setup, schema } = await compile(sample)
    const read = payloadReader(setup)
    for (const { row, value } of sample.rows) {
      const { payload } = await peer.ask({ write: schema, value })
      expect(read(Buffer.from(FRAME + payload, 'hex'))).toEqual(row)
    }
  })

  test.skipIf(!canRun).each(SAMPLES)('$name: it reads what is written', async (sample) => {
    const { setup, schema } = await compile(sample)
    const write = rowWriter(setup)
    for (const { row, value } of sample.rows) {
      const payload = write(row)!.toString('hex')
      expect(payload.startsWith(FRAME)).toBe(true)
      expect(await peer.ask({ read: schema, payload: payload.slice(FRAME.length) })).toEqual({ value })
    }
  })
})
