import { describe, expect, test } from 'vitest'
import { jsonSr } from '../../../src/serde/json-sr.ts'
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
  STRING,
  struct,
  TIME,
  TIMESTAMP,
} from '../../../src/types/sql-type.ts'
import { columns, payloadReader, rowWriter } from './serde.ts'

const schemas = jsonSr.schemas!

const typeOf = (schema: object, imports: Record<string, string> = {}) =>
  schemas.typeOf({ type: 'JSON', text: JSON.stringify(schema), imports }, {})

describe('the schema of columns', () => {
  const textOf = (unwrapped: boolean, types: Parameters<typeof columns>[0]) =>
    JSON.parse(schemas.schemaOf(columns(types), { format: 'JSON_SR', unwrapped }, 'VALUE'))

  test('is an object whose properties are nullable and have their place', () => {
    expect(textOf(false, { A: INTEGER, b: STRING })).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        A: { 'connect.index': 0, oneOf: [{ type: 'null' }, { type: 'integer', 'connect.type': 'int32' }] },
        b: { 'connect.index': 1, oneOf: [{ type: 'null' }, { type: 'string' }] },
      },
    })
  })

  test('is that of the value where a single column is bare', () => {
    expect(textOf(true, { A: decimal(4, 2) })).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      oneOf: [
        { type: 'null' },
        {
          type: 'number',
          title: 'org.apache.kafka.connect.data.Decimal',
          'connect.version': 1,
          'connect.type': 'bytes',
          'connect.parameters': { scale: '2', 'connect.decimal.precision': '4' },
        },
      ],
    })
  })

  test('describes every type so that it is found again', () => {
    const types = {
      B: BOOLEAN,
      I: INTEGER,
      L: BIGINT,
      D: DOUBLE,
      X: decimal(38, 0),
      S: STRING,
      Y: BYTES,
      TM: TIME,
      DT: DATE,
      TS: TIMESTAMP,
      A: array(array(INTEGER)),
      M: map(STRING, map(STRING, BYTES)),
      ST: struct([{ name: 'f g', type: struct([{ name: 'x', type: DATE }]) }]),
    }
    expect(typeOf(textOf(false, types))).toEqual(struct(columns(types)))
  })
})

describe('the type of a schema', () => {
  test('from other programs', () => {
    expect(
      typeOf({
        type: 'object',
        properties: {
          n: { type: 'integer' },
          i: { type: 'integer', 'connect.type': 'int16' },
          f: { type: 'number' },
          t: { type: ['null', 'string'] },
          e: { enum: ['A', 'B'] },
          o: { properties: { x: { type: 'boolean' } } },
        },
      }),
    ).toEqual(
      struct([
        { name: 'n', type: BIGINT },
        { name: 'i', type: INTEGER },
        { name: 'f', type: DOUBLE },
        { name: 't', type: STRING },
        { name: 'e', type: STRING },
        { name: 'o', type: struct([{ name: 'x', type: BOOLEAN }]) },
      ]),
    )
  })

  test('has its fields in the order of connect.index', () => {
    const field = (index: number) => ({ type: 'string', 'connect.index': index })
    expect(typeOf({ type: 'object', properties: { b: field(1), a: field(0) } })).toEqual(
      struct([
        { name: 'a', type: STRING },
        { name: 'b', type: STRING },
      ]),
    )
  })

  test('leaves out what SQL does not have; nothing may remain', () => {
    const either = { oneOf: [{ type: 'string' }, { type: 'integer' }] }
    expect(typeOf({ type: 'object', properties: { u: either, n: { type: 'null' }, a: { type: 'boolean' } } })).toEqual(
      struct([{ name: 'a', type: BOOLEAN }]),
    )
    expect(typeOf({ type: 'object', properties: { u: either } })).toBeNull()
    expect(typeOf({ type: 'array' })).toBeNull()
    expect(schemas.typeOf({ type: 'JSON', text: 'true', imports: {} }, {})).toBeNull()
  })

  test('follows references within the schema and to others', () => {
    const stop = { type: 'object', properties: { name: { type: 'string' } } }
    const expected = struct([{ name: 's', type: struct([{ name: 'name', type: STRING }]) }])
    expect(
      typeOf({ type: 'object', properties: { s: { $ref: '#/definitions/a~1b' } }, definitions: { 'a/b': stop } }),
    ).toEqual(expected)
    expect(
      typeOf({ type: 'object', properties: { s: { $ref: 'stop.json' } } }, { 'stop.json': JSON.stringify(stop) }),
    ).toEqual(expected)
  })

  test('that refers to itself, or to nothing, is refused', () => {
    expect(() => typeOf({ type: 'object', properties: { next: { $ref: '#' } } })).toThrow('refers to itself')
    expect(() => typeOf({ $ref: '#/definitions/no' })).toThrow('#/definitions/no leads nowhere')
    expect(() => typeOf({ $ref: 'no.json' })).toThrow('no.json leads nowhere')
  })
})

describe('payloads', () => {
  test('are JSON behind a frame; null has no payload', () => {
    const write = rowWriter({ format: jsonSr, columns: columns({ A: INTEGER, B: STRING }) })
    expect(write([7, null])).toEqual(Buffer.from('\0\0\0\0\x01{"A":7,"B":null}'))
    const bare = rowWriter({ format: jsonSr, columns: columns({ A: INTEGER }), unwrapped: true })
    expect(bare([7])).toEqual(Buffer.from('\0\0\0\0\x017'))
    expect(bare([null])).toBeNull()
  })

  test('without a frame are refused with the likely cause', () => {
    const read = payloadReader({ format: jsonSr, columns: columns({ A: INTEGER }) })
    expect(read('{"A":7}')).toMatchObject({
      message: 'Error deserializing message from topic: t',
      causes: [expect.stringContaining('make sure the stream is declared with JSON format (not JSON_SR)')],
    })
  })

  test('name the schema that they were written with, which need not be known', () => {
    const read = payloadReader({ format: jsonSr, columns: columns({ A: INTEGER }), writers: new Map() })
    expect(read(Buffer.from('\0\0\0\x12\x34{"a":7,"more":[1]}'))).toEqual([7])
  })

  test('with a schema that demands a property need a column for it', () => {
    const schema = { type: 'JSON', text: '{"required":["a","b"]}', imports: {} } as const
    const spec = { format: 'JSON_SR', unwrapped: false } as const
    expect(schemas.writeRefusal(columns({ a: INTEGER }), schema, spec)).toContain('required JSON property: [b]')
    expect(schemas.writeRefusal(columns({ a: INTEGER, b: INTEGER }), schema, spec)).toBeNull()
    const write = rowWriter({ format: jsonSr, columns: columns({ a: INTEGER }), schema: { ...schema, id: 1 } })
    expect(() => write([7])).toThrow('required JSON property: [b]')
  })
})
