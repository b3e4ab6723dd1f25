import { describe, expect, test } from 'vitest'
import { parseAvroSchema } from '../../../../src/serde/avro/parse-schema.ts'
import { sqlTypeOf } from '../../../../src/serde/avro/sql-type-of.ts'
import { formatType } from '../../../../src/types/sql-type.ts'

const parse = (json: unknown) => parseAvroSchema(JSON.stringify(json))
/** The SQL type of a schema as text; null: there is none. */
const sql = (json: unknown): string | null => {
  const type = sqlTypeOf(parse(json))
  return type === null ? null : formatType(type)
}
const record = (fields: Readonly<Record<string, unknown>>, more = {}) => ({
  type: 'record',
  name: 'R',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
  ...more,
})
const entry = (key: unknown, marks = {}) => ({ ...record({ key, value: 'int' }), name: 'Entry', ...marks })

describe('what a type is in SQL', () => {
  test.each([
    ['boolean', 'BOOLEAN'],
    ['int', 'INTEGER'],
    [{ type: 'int', 'connect.type': 'int8' }, 'INTEGER'],
    ['long', 'BIGINT'],
    ['float', 'DOUBLE'],
    ['double', 'DOUBLE'],
    ['string', 'STRING'],
    [{ type: 'string', logicalType: 'uuid' }, 'STRING'],
    [{ type: 'enum', name: 'E', symbols: ['A'] }, 'STRING'],
    ['bytes', 'BYTES'],
    [{ type: 'fixed', name: 'F', size: 4 }, 'BYTES'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }, 'DECIMAL(4, 2)'],
    [{ type: 'fixed', name: 'F', size: 4, logicalType: 'decimal', precision: 9 }, 'DECIMAL(9, 0)'],
    [{ type: 'bytes', logicalType: 'decimal', scale: 2 }, 'DECIMAL(38, 2)'],
    [{ type: 'int', logicalType: 'date' }, 'DATE'],
    [{ type: 'int', logicalType: 'time-millis' }, 'TIME'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 'TIMESTAMP'],
    [{ type: 'array', items: ['null', 'string'] }, 'ARRAY<STRING>'],
    [{ type: 'map', values: 'long' }, 'MAP<STRING, BIGINT>'],
    [{ type: 'array', items: entry('int', { 'connect.internal.type': 'MapEntry' }) }, 'MAP<STRING, INTEGER>'],
    [
      {
        type: 'array',
        items: entry(['null', 'string'], { name: 'MapEntry', namespace: 'io.confluent.connect.avro' }),
      },
      'MAP<STRING, INTEGER>',
    ],
    [{ type: 'array', items: entry('string') }, 'ARRAY<STRUCT<`key` STRING, `value` INTEGER>>'],
    [record({ a: 'int', B: ['string', 'null'] }), 'STRUCT<`a` INTEGER, `B` STRING>'],
    [['null', 'int', record({ a: 'int' })], 'STRUCT<`int` INTEGER, `R` STRUCT<`a` INTEGER>>'],
    [['int'], 'STRUCT<`int` INTEGER>'],
  ])('%j is %s', (schema, expected) => {
    expect(sql(schema)).toBe(expected)
  })

  test('times finer than a millisecond are numbers, as Kafka Connect sees them', () => {
    expect(sql({ type: 'long', logicalType: 'timestamp-micros' })).toBe('BIGINT')
    expect(sql({ type: 'long', logicalType: 'time-micros' })).toBe('BIGINT')
  })

  test('fields that SQL has no type for are left out; nothing may remain', () => {
    const doubleKeys = { type: 'array', items: entry('double', { 'connect.internal.type': 'MapEntry' }) }
    expect(sql(record({ a: 'null', b: 'int', c: { ...record({}), name: 'Empty' }, d: doubleKeys }))).toBe(
      'STRUCT<`b` INTEGER>',
    )
    expect(sql(record({ a: 'null' }))).toBeNull()
  })
})

describe('schema texts', () => {
  test('names are found by namespace and by alias', () => {
    const inner = { type: 'enum', name: 'E', symbols: ['X'], aliases: ['OldE', 'other.E'] }
    expect(sql(record({ a: inner, b: 'E', c: 'ns.E', d: 'OldE', e: 'other.E' }, { namespace: 'ns' }))).toBe(
      'STRUCT<`a` STRING, `b` STRING, `c` STRING, `d` STRING, `e` STRING>',
    )
  })

  test('references are found in the texts of imports, whatever these are called', () => {
    const text = JSON.stringify(record({ a: 'x.A', b: 'x.B' }))
    const imports = {
      'x.A': '{"type":"record","name":"x.A","fields":[{"name":"b","type":"B"}]}',
      anything: '{"type":"fixed","name":"B","namespace":"x","size":2}',
    }
    expect(formatType(sqlTypeOf(parseAvroSchema(text, imports))!)).toBe('STRUCT<`a` STRUCT<`b` BYTES>, `b` BYTES>')
  })

  test('attributes that make no logical type are ignored', () => {
    expect(sql({ type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 })).toBe('BYTES')
    expect(sql({ type: 'fixed', name: 'F', size: 1, logicalType: 'decimal', precision: 9 })).toBe('BYTES')
    expect(sql({ type: 'string', logicalType: 'date' })).toBe('STRING')
    expect(sql({ type: 'int', logicalType: 'fancy' })).toBe('INTEGER')
  })

  test.each<[unknown, string]>([
    [5, '5 is not an Avro type'],
    ['what', 'The schema has no type what'],
    [{ name: 'X' }, 'The type X has no "type"'],
    [{ type: 'record', name: 'R' }, 'The record R has no "fields"'],
    [{ type: 'record', fields: [] }, 'The type record has no "name"'],
    [{ type: 'array' }, 'The type array has no "items"'],
    [{ type: 'enum', name: 'E', symbols: [1] }, 'The type E has no list of texts "symbols"'],
    [{ type: 'fixed', name: 'F', size: -1 }, 'The size of F is not from 0 to 16777216'],
    [record({ a: { type: 'array', items: 'R' } }), 'Recursive schemas are not supported: R contains itself'],
    [record({ a: record({ b: 'int' }) }), 'The schema defines R twice'],
    [
      {
        type: 'record',
        name: 'R',
        fields: [
          { name: 'a', type: 'int' },
          { name: 'a', type: 'int' },
        ],
      },
      'The record R has the field a twice',
    ],
  ])('%j: %s', (schema, message) => {
    expect(() => parse(schema)).toThrow(message)
  })

  test('what is no JSON is refused', () => {
    expect(() => parseAvroSchema('syntax = "proto3";')).toThrow(/position 0 of JSON text/)
  })

  test('large, deep and multiplying schemas are refused before they are taken apart', () => {
    expect(() => parseAvroSchema(`"${'x'.repeat(1 << 20)}"`)).toThrow('The schema has 1048578 characters')
    const deep = `${'{"type":"array","items":'.repeat(100)}"int"${'}'.repeat(100)}`
    expect(() => parseAvroSchema(deep)).toThrow('The schema is nested deeper than 64 types')
    const twice = Array.from({ length: 30 }, (_, i) => ({
      name: `f${i}`,
      type:
        i === 0 ? record({ x: 'int' }, { name: 'T0' }) : record({ x: `T${i - 1}`, y: `T${i - 1}` }, { name: `T${i}` }),
    }))
    expect(() => parse({ type: 'record', name: 'R', fields: twice })).toThrow('The schema has more than 50000 types')
  })

  test('a schema of nearly a megabyte is read', () => {
    const fields = Array.from({ length: 15_000 }, (_, i) => [`field_number_${i}`, ['null', 'string']])
    const type = sqlTypeOf(parse(record(Object.fromEntries(fields))))
    expect(type?.kind === 'STRUCT' && type.fields.length).toBe(15_000)
  })
})
