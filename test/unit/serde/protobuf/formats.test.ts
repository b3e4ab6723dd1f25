import { describe, expect, test } from 'vitest'
import type { ResolvedSchema } from '../../../../src/registry/resolved-schema.ts'
import { type FormatName, SchemaNotLoaded, type WrittenSchema } from '../../../../src/serde/format.ts'
import { protobuf, protobufNosr } from '../../../../src/serde/protobuf.ts'
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
import { columns, payloadReader, rowWriter } from '../serde.ts'
import { hex, type Types } from './support.ts'

const schema = (body: string, imports: ResolvedSchema['imports'] = {}, id = 1): WrittenSchema => ({
  id,
  type: 'PROTOBUF',
  text: `syntax = "proto3"; ${body}`,
  imports,
})
const writers = (...schemas: readonly WrittenSchema[]) => new Map(schemas.map((each) => [each.id, each]))
const failure = (...causes: readonly string[]) => ({
  message: 'Error deserializing message from topic: t',
  causes: ['Failed to deserialize data for topic t to Protobuf: ', ...causes],
})

describe('PROTOBUF', () => {
  const types: Types = { A: INTEGER, B: STRING }

  test('a record is a frame, the indexes of its message, and the message', () => {
    const setup = { format: protobuf, columns: columns(types) }
    expect(rowWriter(setup)([5, 'a'])?.toString('hex')).toBe('0000000001000805120161')
    expect(rowWriter(setup)([0, null])?.toString('hex')).toBe('000000000100')
    expect(payloadReader(setup)(hex('00 00000001 00 08 05 12 01 61'), 'around')).toEqual([5, 'a'])
    expect(payloadReader(setup)(hex('00 00000001 00'))).toEqual([0, ''])
  })

  test('each record is read by the message that it names', () => {
    const first = schema(
      'message M { int32 A = 1; } message N { string B = 1; message I { int32 A = 7; string B = 8; } }',
    )
    const second = schema('message M { string b = 9; int32 a = 3; }', {}, 70000)
    const read = payloadReader({
      format: protobuf,
      columns: columns(types),
      writers: writers(first, second),
      first: ['B'],
    })
    expect(read(hex('00 00000001 00 08 05'))).toEqual([5, null])
    expect(read(hex('00 00000001 00 08 06'))).toEqual([6, null])
    expect(read(hex('00 00000001 02 02 0a 01 62'))).toEqual([null, 'b'])
    expect(read(hex('00 00000001 04 02 00 38 07 42 01 63'))).toEqual([7, 'c'])
    expect(read(hex('00 00011170 00 18 08 4a 01 64'))).toEqual([8, 'd'])
    expect(read(hex('00 00000001 02 00 08 09'))).toEqual([9, null])
    expect(read(hex('00 00000001 00 08 0a'))).toEqual([10, null])
  })

  test('rows are written as the message that is named, with its indexes', () => {
    const setup = {
      format: protobuf,
      columns: columns(types),
      schema: schema(
        'package p; message M {} message N { message I { string B = 2; uint32 OTHER = 3; int32 A = 1; } }',
      ),
    }
    expect(rowWriter({ ...setup, schemaName: 'p.N.I' })([5, 'a'])?.toString('hex')).toBe('00000000010402000805120161')
    expect(payloadReader(setup)(hex('00 00000001 04 02 00 08 05 12 01 61'))).toEqual([5, 'a'])
    expect(() => rowWriter(setup)).toThrow(
      'The schema has several messages: p.M, p.N. Name one with KEY_SCHEMA_FULL_NAME or VALUE_SCHEMA_FULL_NAME.',
    )
    expect(() => rowWriter({ ...setup, schemaName: 'p.Q' })).toThrow('The schema has no message p.Q. It has: p.M, p.N.')
  })

  test('a value that cannot be written leaves nothing behind', () => {
    const write = rowWriter({
      format: protobuf,
      columns: columns({ A: BIGINT }),
      schema: schema('message M { uint32 A = 1; }'),
    })
    expect(() => write([-1])).toThrow('-1 is out of the range of uint32')
    expect(write([1])?.toString('hex')).toBe('0000000001000801')
  })

  test.each<[string, readonly string[]]>([
    ['', ['Unknown magic byte!']],
    ['00 000000', ['Unknown magic byte!']],
    ['01 00000001 00', ['Unknown magic byte!']],
    ['00 00000001', ['Error deserializing Protobuf message for id 1', expect.stringMatching(/ended unexpectedly/)]],
    ['00 00000001 01', ['Error deserializing Protobuf message for id 1', 'Invalid number of message indexes: -1']],
    [
      '00 00000001 ffffffff0f',
      ['Error deserializing Protobuf message for id 1', expect.stringMatching(/^Invalid number of message indexes/)],
    ],
    [
      '00 00000001 02 04',
      ['Error deserializing Protobuf message for id 1', 'The schema has no message at the indexes [2]'],
    ],
    [
      '00 00000001 02 01',
      ['Error deserializing Protobuf message for id 1', 'The schema has no message at the indexes [-1]'],
    ],
    [
      '00 00000001 00 08',
      ['Error deserializing Protobuf message for id 1', expect.stringMatching(/ended unexpectedly/)],
    ],
    ['00 00000009 00', ['Error deserializing Protobuf message for id 9', 'Schema 9 not found']],
    [
      '00 00000003 00',
      ['Error deserializing Protobuf message for id 3', expect.stringMatching(/^Cannot parse Protobuf schema/)],
    ],
    ['00 00000004 00', ['Error deserializing Protobuf message for id 4', 'The schema is one of AVRO']],
    [
      '00 00000005 00',
      ['Error deserializing Protobuf message for id 5', 'Cannot deserialize type string as type INTEGER for path: ->A'],
    ],
  ])('%s cannot be read', (payload, causes) => {
    const known = writers(
      schema('message M { int32 A = 1; }'),
      { ...schema('message {', {}, 3) },
      { ...schema('', {}, 4), type: 'AVRO' },
      schema('message M { string A = 1; }', {}, 5),
    )
    expect(payloadReader({ format: protobuf, columns: columns(types), writers: known })(hex(payload))).toEqual(
      failure(...causes),
    )
  })

  test('a schema that is not there yet is requested, and the record read again', () => {
    const loaded = new Map<number, ResolvedSchema>()
    const reader = protobuf.reader({
      side: 'VALUE',
      topic: 't',
      spec: { format: 'PROTOBUF' as FormatName, unwrapped: false },
      columns: columns(types),
      wanted: [{ column: 0, target: 0, first: false }],
      writerSchemas: {
        get(id) {
          const found = loaded.get(id)
          if (found === undefined) throw new SchemaNotLoaded(id)
          return found
        },
      },
    })
    const payload = hex('00 00000007 00 08 05')
    const row: Value[] = [null]
    expect(() => reader.open(payload, 0, payload.length, row)).toThrow('Schema 7 is not loaded')
    loaded.set(7, schema('message M { int32 A = 1; }', {}, 7))
    expect([reader.open(payload, 0, payload.length, row), reader.finish(row), row]).toEqual([null, null, [5]])
  })

  test('what cannot be expressed is refused', () => {
    const refusal = (wrong: Types) =>
      protobuf.refusal(columns(wrong), { format: 'PROTOBUF' as FormatName, unwrapped: false }, 'VALUE')
    expect(refusal({ A: map(INTEGER, STRING) })).toBe(
      'PROTOBUF format only supports MAP types with STRING keys. See https://github.com/confluentinc/ksql/issues/6177.',
    )
    expect(refusal({ A: array(struct([{ name: 'M', type: map(BIGINT, STRING) }])) })).toMatch(
      /MAP types with STRING keys/,
    )
    expect(refusal({ A: array(array(STRING)) })).toMatch(/an element cannot be an ARRAY or a MAP/)
    expect(refusal({ '7': STRING })).toMatch(/not a valid identifier/)
    expect(refusal(types)).toBeNull()
  })

  test('the message that a record names', () => {
    const nameIn = (payload: string) =>
      protobuf.schemas!.nameIn!(schema('package p; message M {} message N { message I {} }'), hex(payload))
    expect(nameIn('00 00000001 00')).toBe('p.M')
    expect(nameIn('00 00000001 04 02 00 08 05')).toBe('p.N.I')
    expect(nameIn('00 00000001 02 08')).toBeUndefined()
    expect(nameIn('00 00000001 ff')).toBeUndefined()
  })

  test('what a schema describes', () => {
    const { typeOf, writeRefusal } = protobuf.schemas!
    const two = schema('package p; message M { int32 a = 1; } message N { string b = 1; }')
    expect(typeOf(two, { schemaName: 'p.N' })).toEqual(struct([{ name: 'b', type: STRING }]))
    expect(typeOf(schema('message M { int32 a = 1; }'), {})).toEqual(struct([{ name: 'a', type: INTEGER }]))
    expect(typeOf(schema('message M {}'), {})).toBeNull()
    expect(() => typeOf(two, {})).toThrow(/several messages: p\.M, p\.N/)
    expect(() => typeOf(schema('enum E { A = 0; }'), {})).toThrow('The schema declares no message.')
    const spec = { format: 'PROTOBUF' as FormatName, unwrapped: false }
    const required: ResolvedSchema = {
      type: 'PROTOBUF',
      imports: {},
      text: 'syntax = "proto2"; message M { required int32 a = 1; required string title = 2; }',
    }
    expect(writeRefusal(columns({ A: INTEGER }), required, spec)).toBe(
      'Missing default value for required Protobuf field: [title]. This field appears in Protobuf schema in Schema Registry',
    )
    expect(writeRefusal(columns({ A: INTEGER, TITLE: STRING }), required, spec)).toBeNull()
    expect(writeRefusal(columns({ B: INTEGER }), schema('message M { int32 a = 1; }'), spec)).toBe(
      'Message M has no field for the column B',
    )
  })
})

describe('PROTOBUF_NOSR', () => {
  test('a record is the message that its columns imply', () => {
    const setup = { format: protobufNosr, columns: columns({ A: INTEGER, B: array(STRING) }) }
    expect(rowWriter(setup)([5, ['a']])?.toString('hex')).toBe('0805120161')
    expect(rowWriter(setup)([null, null])?.toString('hex')).toBe('')
    expect(payloadReader(setup)(hex('08 05 12 01 61'))).toEqual([5, ['a']])
    expect(payloadReader(setup)(hex('08'))).toEqual(failure(expect.stringMatching(/ended unexpectedly/)))
  })

  const POINT = struct([
    { name: 'X', type: INTEGER },
    { name: 'Y', type: STRING },
  ])

  test.each<[SqlType, Value, string]>([
    [INTEGER, 5, '08 05'],
    [INTEGER, 0, ''],
    [BIGINT, 9007199254740993n, '08 8180808080808010'],
    [DOUBLE, 1.5, '09 000000000000f83f'],
    [BOOLEAN, true, '08 01'],
    [STRING, 'a', '0a 01 61'],
    [BYTES, new Uint8Array([1]), '0a 01 01'],
    [POINT, [5, 'a'], '08 05 12 01 61'],
    [decimal(4, 2), new Decimal(1001n, 2), '0a 02 03e9 10 04 18 02'],
    [TIMESTAMP, 1700000000123, '08 80e2cfaa06 10 c0a9d33a'],
    [DATE, 10, '08 b20f 10 01 18 0b'],
    [TIME, 3723002, '08 01 10 02 18 03 20 80897a'],
  ])('a bare %j %s', (type, value, expected) => {
    for (const nullable of [undefined, 'OPTIONAL', 'WRAPPER'] as const) {
      const setup = {
        format: protobufNosr,
        columns: columns({ A: type }),
        unwrapped: true,
        ...(nullable && { nullable }),
      }
      if (type.kind !== 'STRUCT') expect(rowWriter(setup)([value])?.toString('hex')).toBe(expected.replaceAll(' ', ''))
      expect(payloadReader(setup)(rowWriter(setup)([value])!)).toEqual([value])
      expect(payloadReader({ ...setup, first: ['A'] })(rowWriter(setup)([value])!)).toEqual([value])
      expect(payloadReader({ ...setup, only: [], checksOthers: true })(rowWriter(setup)([value])!)).toEqual([null])
      expect(rowWriter(setup)([null])).toBeNull()
    }
  })

  test('a bare value that is none', () => {
    const setup = { format: protobufNosr, columns: columns({ A: DATE }), unwrapped: true }
    expect(payloadReader(setup)('')).toEqual(failure('Invalid date: year 0, month 0, day 0'))
    expect(payloadReader(setup)(hex('08'))).toEqual(failure(expect.stringMatching(/ended unexpectedly/)))
  })

  test('a bare list is refused', () => {
    const refusal = (type: SqlType, unwrapped: boolean) =>
      protobufNosr.refusal(columns({ A: type }), { format: 'PROTOBUF_NOSR' as FormatName, unwrapped }, 'KEY')
    expect(refusal(array(INTEGER), true)).toBe(
      'Unsupported root schema of type ARRAY: a message cannot be a bare list. Wrap the column in a STRUCT.',
    )
    expect(refusal(map(STRING, INTEGER), true)).toMatch(/^Unsupported root schema of type MAP: /)
    expect(refusal(array(INTEGER), false)).toBeNull()
  })

  test('a side without columns is no value', () => {
    for (const format of [protobuf, protobufNosr]) {
      const options = {
        side: 'VALUE',
        topic: 't',
        spec: { format: format.name as FormatName, unwrapped: false },
        columns: [],
      } as const
      expect(format.writer({ ...options, sources: [] })).toEqual(
        expect.objectContaining({ write: expect.any(Function) }),
      )
      expect(format.reader({ ...options, wanted: [] }).isNull).toBe(true)
    }
  })
})

test('what a reader has of a row', () => {
  const all = columns({
    A: INTEGER,
    B: STRING,
    C: array(STRING),
    D: struct([{ name: 'X', type: INTEGER }]),
    E: TIMESTAMP,
  })
  const seen = (nullable?: 'OPTIONAL' | 'WRAPPER', unwrapped = false) =>
    protobufNosr.asRead!(unwrapped ? all.slice(0, 1) : all, {
      format: 'PROTOBUF_NOSR',
      unwrapped,
      ...(nullable && { nullable }),
    })!
  expect(seen()([null, null, null, [null], null])).toEqual([0, '', [], [0], null])
  expect(seen('WRAPPER')([null, null, null, [null], null])).toEqual([null, null, [], [null], null])
  expect(seen('OPTIONAL')([null, 'x', [null], null, 5])).toEqual([null, 'x', [''], null, 5])
  expect(seen(undefined, true)([null])).toEqual([null])
  const maps = columns({ M: map(STRING, struct([{ name: 'X', type: INTEGER }])), N: map(STRING, INTEGER) })
  const optional = protobufNosr.asRead!(maps, { format: 'PROTOBUF_NOSR', unwrapped: false, nullable: 'OPTIONAL' })!
  expect(optional([new Map([['a', [null]]]), new Map([[null, null]])])).toEqual([
    new Map([['a', [null]]]),
    new Map([['', 0]]),
  ])
})
