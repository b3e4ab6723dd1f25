import { describe, expect, test } from 'vitest'
import { avroRules } from '../../../src/registry/rules/avro-rules.ts'
import { jsonRules } from '../../../src/registry/rules/json-rules.ts'
import { protobufRules } from '../../../src/registry/rules/protobuf-rules.ts'
import type { SchemaRules } from '../../../src/registry/rules/schema-rules.ts'

const faults = (rules: SchemaRules, reader: string, writer: string): readonly string[] =>
  rules.readFaults(rules.normalize(reader, {}), rules.normalize(writer, {}), {})

describe('Avro', () => {
  const record = (...fields: readonly unknown[]) => JSON.stringify({ type: 'record', name: 'R', fields })
  const field = (name: string, type: unknown, more = {}) => ({ name, type, ...more })
  const avro = (reader: unknown, writer: unknown) => faults(avroRules, JSON.stringify(reader), JSON.stringify(writer))

  test('numbers are promoted in one direction, strings and bytes in both', () => {
    for (const [reader, writer] of [
      ['long', 'int'],
      ['double', 'float'],
      ['float', 'long'],
      ['string', 'bytes'],
      ['bytes', 'string'],
    ]) {
      expect(avro(reader, writer)).toEqual([])
    }
    expect(avro('int', 'long')).toEqual(['The type at the root is int, which does not read long.'])
  })

  test('a field may be added if it has a default, and removed', () => {
    const [a, b] = [field('a', 'int'), field('b', 'int', { default: 0 })]
    expect(faults(avroRules, record(a, b), record(a))).toEqual([])
    expect(faults(avroRules, record(a), record(a, b))).toEqual([])
    expect(faults(avroRules, record(a, field('c', 'int')), record(a))).toEqual([
      'The field at /c has no default and is missing in the other schema.',
    ])
  })

  test('an alias finds the field under its earlier name', () => {
    expect(faults(avroRules, record(field('b', 'int', { aliases: ['a'] })), record(field('a', 'int')))).toEqual([])
  })

  test('every branch of the writer must be read by some branch of the reader', () => {
    expect(avro(['null', 'long'], ['null', 'int'])).toEqual([])
    expect(avro(['null', 'int'], 'int')).toEqual([])
    expect(avro('int', ['null', 'int'])).toEqual(['The type at the root is int, which does not read null.'])
    expect(avro(['null', 'int'], ['null', 'string'])).toEqual(['The union at the root lacks the type string.'])
  })

  test('symbols of an enum may be added, and removed if there is a default', () => {
    const symbols = (list: readonly string[], more = {}) => ({ type: 'enum', name: 'E', symbols: list, ...more })
    expect(avro(symbols(['A', 'B']), symbols(['A']))).toEqual([])
    expect(avro(symbols(['A']), symbols(['A', 'B']))).toEqual(['The enum at the root lacks the symbols B.'])
    expect(avro(symbols(['A'], { default: 'A' }), symbols(['A', 'B']))).toEqual([])
  })

  test('fixed types keep their size and name', () => {
    const fixed = (name: string, size: number) => ({ type: 'fixed', name, size })
    expect(avro(fixed('n.F', 4), fixed('m.F', 4))).toEqual([])
    expect(avro(fixed('F', 4), fixed('F', 5))).toEqual(['The fixed type at the root has 4 bytes, not 5.'])
    expect(avro(fixed('F', 4), fixed('G', 4))).toEqual(['The type at the root is called F, not G.'])
  })

  test('arrays, maps and recursive records are compared inside', () => {
    const list = (type: string) => record(field('v', type), field('next', ['null', 'R']))
    expect(faults(avroRules, list('long'), list('int'))).toEqual([])
    expect(faults(avroRules, list('int'), list('long'))).toEqual(['The type at /v is int, which does not read long.'])
    expect(avro({ type: 'array', items: 'int' }, { type: 'array', items: 'long' })).toEqual([
      'The type at /items is int, which does not read long.',
    ])
    expect(avro({ type: 'map', values: { type: 'string' } }, { type: 'map', values: 'int' })).toEqual([
      'The type at /values is string, which does not read int.',
    ])
  })

  test.each([
    ['{"type":"record","name":"R"}', 'Record has no fields: R'],
    ['{"type":"record","name":"1R","fields":[]}', 'Illegal name: 1R'],
    ['"Elsewhere"', 'Undefined name: Elsewhere'],
    ['{"type":"enum","name":"E","symbols":["a-b"]}', 'Illegal symbol: "a-b"'],
    ['{"name":"R"}', 'No type: {"name":"R"}'],
    [record(field('a', 'int'), field('a', 'int')), 'Duplicate field a in record R'],
  ])('%s is no schema', (text, message) => {
    expect(() => avroRules.normalize(text, {})).toThrow(message)
  })

  test('a schema nested without end is refused', () => {
    const deep = `${'{"type":"array","items":'.repeat(500)}"int"${'}'.repeat(500)}`
    expect(() => avroRules.normalize(deep, {})).toThrow('nested deeper than 200')
  })

  test('white space does not count, digits do', () => {
    expect(avroRules.normalize('{ "type" : "long" , "x": 9007199254740993 }', {})).toBe(
      '{"type":"long","x":9007199254740993}',
    )
  })
})

describe('Protobuf', () => {
  const message = (body: string) => `syntax = "proto3"; package p; message M { ${body} }`

  test('fields come and go, and change within their wire type', () => {
    expect(faults(protobufRules, message('int32 a = 1; string b = 2;'), message('int32 a = 1;'))).toEqual([])
    expect(faults(protobufRules, message(''), message('int32 a = 1;'))).toEqual([])
    expect(faults(protobufRules, message('int64 a = 1; bytes b = 2;'), message('uint32 a = 1; string b = 2;'))).toEqual(
      [],
    )
  })

  test('a field with another wire type, and a message that is gone, are faults', () => {
    expect(faults(protobufRules, message('string a = 1;'), message('int32 a = 1;'))).toEqual([
      'The field p.M.a (1) is string, which does not read int32.',
    ])
    expect(faults(protobufRules, message('int32 a = 1;'), message('repeated int32 a = 1;'))).toHaveLength(1)
    expect(faults(protobufRules, 'syntax = "proto3"; message N {}', message(''))).toEqual([
      'The message p.M is missing.',
    ])
  })

  test('what is no .proto file is refused', () => {
    expect(() => protobufRules.normalize('message {', {})).toThrow()
  })
})

describe('JSON Schema', () => {
  const object = (properties: unknown, more = {}) => JSON.stringify({ type: 'object', properties, ...more })
  const nullable = (type: string) => ({ oneOf: [{ type: 'null' }, { type }] })

  test('properties come and go, and become wider', () => {
    expect(
      faults(jsonRules, object({ a: nullable('integer'), b: nullable('string') }), object({ a: nullable('integer') })),
    ).toEqual([])
    expect(faults(jsonRules, object({}), object({ a: nullable('integer') }))).toEqual([])
    expect(faults(jsonRules, object({ a: nullable('number') }), object({ a: nullable('integer') }))).toEqual([])
  })

  test('a property of another type, one that is required, and one that is not accepted are faults', () => {
    expect(faults(jsonRules, object({ a: nullable('string') }), object({ a: nullable('integer') }))).toEqual([
      '#/properties/a does not accept integer.',
    ])
    expect(faults(jsonRules, object({ a: {} }, { required: ['a'] }), object({}))).toEqual([
      '#/properties/a is required.',
    ])
    expect(faults(jsonRules, object({}, { additionalProperties: false }), object({ a: {} }))).toHaveLength(1)
  })

  test('what is no schema is refused', () => {
    expect(() => jsonRules.normalize('[]', {})).toThrow('A JSON Schema is an object, true or false')
  })
})
