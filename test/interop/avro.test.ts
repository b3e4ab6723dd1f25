// Payloads of the AVRO format beside fastavro and Java's Avro: what they write is read, and they read what is written, value by value.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { avro } from '../../src/serde/avro.ts'
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
  /** Absent: the schema that the columns are registered with. */
  readonly schema?: object
  readonly rows: readonly {
    readonly row: Row
    /** As the peers write it down: longs and decimals as texts, bytes as hexadecimal. */
    readonly value: object
  }[]
}

const dec = (text: string) => Decimal.parse(text)
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
  M: map(STRING, INNER),
  R: struct([
    { name: 'F', type: INNER },
    { name: 'G', type: map(STRING, INTEGER) },
  ]),
}
const nulls = (types: object) => Object.keys(types).map(() => null)
const nullValue = (types: object) => Object.fromEntries(Object.keys(types).map((name) => [name, null]))

const OWN: Sample = {
  name: 'the types of SQL, by the schema of the columns',
  types: EVERY_TYPE,
  rows: [
    { row: nulls(EVERY_TYPE), value: nullValue(EVERY_TYPE) },
    {
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
        [dec('1.27'), null, dec('-1.28')],
        new Map([
          ['a', [9_007_199_254_740_993n, ['x', null, '']]],
          [null, null],
        ]),
        [[1, []], new Map([['k', 2 ** 31 - 1]])],
      ],
      value: {
        B: true,
        I: -(2 ** 31),
        L: '9223372036854775807',
        D: 0.1,
        S: 'é 😀',
        Y: '00ff',
        N: '-12345678901234567890123456789.123456789',
        DA: -1,
        TI: 86_399_999,
        TS: '1700000000123',
        A: ['1.27', null, '-1.28'],
        M: [
          { key: 'a', value: { X: '9007199254740993', Y: ['x', null, ''] } },
          { key: null, value: null },
        ],
        R: { F: { X: '1', Y: [] }, G: [{ key: 'k', value: 2 ** 31 - 1 }] },
      },
    },
    {
      row: [
        false,
        2 ** 31 - 1,
        -(2n ** 63n),
        Number.POSITIVE_INFINITY,
        'x'.repeat(500),
        new Uint8Array(0),
        dec('0.000000000'),
        0,
        0,
        -62_135_596_800_000,
        [],
        new Map(),
        [null, null],
      ],
      value: {
        B: false,
        I: 2 ** 31 - 1,
        L: '-9223372036854775808',
        D: 'Infinity',
        S: 'x'.repeat(500),
        Y: '',
        N: '0.000000000',
        DA: 0,
        TI: 0,
        TS: '-62135596800000',
        A: [],
        M: [],
        R: { F: null, G: null },
      },
    },
    ...[2n ** 52n, -(2n ** 52n) - 1n, -5_000_000_000_000_000n, -(2n ** 53n) + 2n, 2n ** 53n].map((long) => ({
      row: Object.keys(EVERY_TYPE).map((name) =>
        name === 'L' ? (Number.isSafeInteger(Number(long)) ? Number(long) : long) : null,
      ),
      value: { ...nullValue(EVERY_TYPE), L: String(long) },
    })),
  ],
}

const field = (name: string, type: unknown) => ({ name, type })
const decimalOf = (more: object) => ({ type: 'bytes', logicalType: 'decimal', precision: 5, scale: 2, ...more })

const FOREIGN: Sample = {
  name: 'what other programs use of Avro',
  types: {
    ENUM: STRING,
    FIXED: BYTES,
    FLOAT: DOUBLE,
    FIXED_DECIMAL: decimal(5, 2),
    MAP: map(STRING, array(INTEGER)),
    TIME_MICROS: TIME,
    TIMESTAMP_MICROS: TIMESTAMP,
    UUID: STRING,
    NULL_LAST: INTEGER,
    ALTERNATIVES: struct([
      { name: 'POINT', type: struct([{ name: 'X', type: INTEGER }]) },
      { name: 'STRING', type: STRING },
      { name: 'LONG', type: BIGINT },
    ]),
  },
  schema: {
    type: 'record',
    name: 'Event',
    namespace: 'com.example',
    doc: 'Not known to SQL.',
    fields: [
      field('alternatives', [
        'null',
        'string',
        'long',
        { type: 'record', name: 'com.example.Point', fields: [field('x', 'int')] },
      ]),
      field('enum', { type: 'enum', name: 'Suit', symbols: ['SPADES', 'HEARTS'] }),
      field('fixed', { type: 'fixed', name: 'Three', size: 3 }),
      field('float', 'float'),
      field('fixed_decimal', decimalOf({ type: 'fixed', name: 'Money', size: 6 })),
      field('map', { type: 'map', values: ['null', { type: 'array', items: 'int' }] }),
      field('time_micros', { type: 'long', logicalType: 'time-micros' }),
      field('timestamp_micros', { type: 'long', logicalType: 'timestamp-micros' }),
      field('uuid', { type: 'string', logicalType: 'uuid' }),
      field('null_last', ['int', 'null']),
    ],
  },
  rows: [
    {
      row: [
        'HEARTS',
        new Uint8Array([1, 2, 3]),
        0.5,
        dec('-1.28'),
        new Map([['k', [1, 2]]]),
        1,
        -1,
        'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
        null,
        [null, null, 2n ** 53n],
      ],
      value: {
        alternatives: { branch: 2, value: '9007199254740992' },
        enum: 'HEARTS',
        fixed: '010203',
        float: 0.5,
        fixed_decimal: '-1.28',
        map: { k: [1, 2] },
        time_micros: '1000',
        timestamp_micros: '-1000',
        uuid: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
        null_last: null,
      },
    },
    {
      row: [
        'SPADES',
        new Uint8Array(3),
        -1.5,
        dec('999.99'),
        new Map([['', null]]),
        0,
        0,
        '00000000-0000-0000-0000-000000000000',
        -1,
        [[7], null, null],
      ],
      value: {
        alternatives: { branch: 3, value: { x: 7 } },
        enum: 'SPADES',
        fixed: '000000',
        float: -1.5,
        fixed_decimal: '999.99',
        map: { '': null },
        time_micros: '0',
        timestamp_micros: '0',
        uuid: '00000000-0000-0000-0000-000000000000',
        null_last: -1,
      },
    },
  ],
}

const FRAME = '0000000001'

function setupOf({ types, schema }: Sample): { readonly setup: Setup; readonly schema: object } {
  const all = columns(types)
  const text =
    schema === undefined
      ? avro.schemas!.schemaOf(all, { format: 'AVRO', unwrapped: false }, 'VALUE')
      : JSON.stringify(schema)
  return {
    setup: { format: avro, columns: all, schema: { id: 1, type: 'AVRO', text, imports: {} } },
    schema: JSON.parse(text) as object,
  }
}

describe.each(['fastavro', 'javaAvro'] as const)('%s', (library) => {
  const command = inject(library)
  let peer: Peer
  beforeAll(() => {
    if (command !== null) peer = startPeer(command)
  })
  afterAll(() => peer?.stop())

  test.skipIf(command === null).each([OWN, FOREIGN])('$name: what it writes is read', async (sample) => {
    const { setup, schema } = setupOf(sample)
    const read = payloadReader(setup)
    for (const { row, value } of sample.rows) {
      const { payload } = await peer.ask({ write: schema, value })
      expect(read(Buffer.from(FRAME + payload, 'hex'))).toEqual(row)
    }
  })

  // Keys are compared and partitioned by their bytes. fastavro writes some decimals with a byte more.
  if (library === 'javaAvro') {
    test.skipIf(command === null).each([OWN, FOREIGN])('$name: byte for byte', async (sample) => {
      const { setup, schema } = setupOf(sample)
      const write = rowWriter(setup)
      for (const { row, value } of sample.rows) {
        const { payload } = await peer.ask({ write: schema, value })
        expect(write(row)!.toString('hex')).toBe(FRAME + payload)
      }
    })
  }

  test.skipIf(command === null).each([OWN, FOREIGN])('$name: it reads what is written', async (sample) => {
    const { setup, schema } = setupOf(sample)
    const write = rowWriter(setup)
    for (const { row, value } of sample.rows) {
      const payload = write(row)!.toString('hex')
      expect(await peer.ask({ read: schema, payload: payload.slice(FRAME.length) })).toEqual({ value })
    }
  })
})
