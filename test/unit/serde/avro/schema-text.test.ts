import { describe, expect, test } from 'vitest'
import { parseAvroSchema } from '../../../../src/serde/avro/parse-schema.ts'
import { sqlTypeOf } from '../../../../src/serde/avro/sql-type-of.ts'
import { avro } from '../../../../src/serde/avro.ts'
import type { FormatSpec } from '../../../../src/serde/format.ts'
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
import { columns } from '../serde.ts'

const spec = (more: Partial<FormatSpec> = {}): FormatSpec => ({
  format: 'AVRO',
  unwrapped: false,
  ...more,
})
const schemaOf = (types: Readonly<Record<string, SqlType>>, more: Partial<FormatSpec> = {}): unknown =>
  avro.schemas!.schemaOf(columns(types), spec(more), 'VALUE')
const refusal = (types: Readonly<Record<string, SqlType>>, more: Partial<FormatSpec> = {}) =>
  avro.refusal(columns(types), spec(more), 'VALUE')
const field = (name: string, type: unknown) => ({ name, type: ['null', type], default: null })

test('every type is nullable, and has what Kafka Connect knows of it beside it', () => {
  const text = schemaOf({
    A: BOOLEAN,
    B: INTEGER,
    C: BIGINT,
    D: DOUBLE,
    E: STRING,
    F: BYTES,
    G: decimal(4, 2),
    H: DATE,
  })
  const connect = (name: string) => ({ 'connect.version': 1, 'connect.name': `org.apache.kafka.connect.data.${name}` })
  // The text itself is compared, since registries tell schemas apart by it.
  expect(text).toBe(
    JSON.stringify({
      type: 'record',
      name: 'KsqlDataSourceSchema',
      namespace: 'io.confluent.ksql.avro_schemas',
      fields: [
        field('A', 'boolean'),
        field('B', 'int'),
        field('C', 'long'),
        field('D', 'double'),
        field('E', 'string'),
        field('F', 'bytes'),
        field('G', {
          type: 'bytes',
          scale: 2,
          precision: 4,
          'connect.version': 1,
          'connect.parameters': { scale: '2', 'connect.decimal.precision': '4' },
          'connect.name': 'org.apache.kafka.connect.data.Decimal',
          logicalType: 'decimal',
        }),
        field('H', { type: 'int', ...connect('Date'), logicalType: 'date' }),
      ],
      'connect.name': 'io.confluent.ksql.avro_schemas.KsqlDataSourceSchema',
    }),
  )
  expect(schemaOf({ T: TIME }, { unwrapped: true })).toBe(
    '{"type":"int","connect.name":"org.apache.kafka.connect.data.Time","logicalType":"time-millis"}',
  )
  expect(schemaOf({ T: TIMESTAMP }, { unwrapped: true })).toBe(
    '{"type":"long","connect.name":"org.apache.kafka.connect.data.Timestamp","logicalType":"timestamp-millis"}',
  )
})

test('nested records and maps are named by where they are', () => {
  const types = {
    S: struct([{ name: 'F', type: struct([{ name: 'X', type: INTEGER }]) }]),
    L: array(struct([{ name: 'Y', type: INTEGER }])),
    M: map(STRING, struct([{ name: 'Z', type: map(STRING, INTEGER) }])),
  }
  const names = [
    ...(schemaOf(types, { schemaName: 'my.own.Name' }) as string).matchAll(
      /"name":"(Name[^"]*)"(,"namespace":"[^"]*")?/g,
    ),
  ]
  expect(names.map(([, name, namespace]) => `${name}${namespace ?? ''}`)).toEqual([
    'Name,"namespace":"my.own"',
    'Name_S',
    'Name_S_F',
    'Name_L',
    'Name_M',
    'Name_M_MapValue',
    'Name_M_MapValue_Z',
  ])
})

test('a map is an array of entries, whose keys may be null', () => {
  expect(JSON.parse(schemaOf({ M: map(STRING, BIGINT) }, { unwrapped: true }) as string)).toEqual({
    type: 'array',
    items: {
      type: 'record',
      name: 'KsqlDataSourceSchema',
      namespace: 'io.confluent.ksql.avro_schemas',
      fields: [field('key', 'string'), field('value', 'long')],
      'connect.internal.type': 'MapEntry',
    },
    'connect.name': 'io.confluent.ksql.avro_schemas.KsqlDataSourceSchema',
  })
})

test('a single column that is not wrapped is its own type, not nullable', () => {
  expect(schemaOf({ K: INTEGER }, { unwrapped: true })).toBe('"int"')
  expect(schemaOf({ K: array(STRING) }, { unwrapped: true })).toBe('{"type":"array","items":["null","string"]}')
  expect(schemaOf({ K: struct([{ name: 'F', type: INTEGER }]) }, { unwrapped: true, schemaName: 'a.OutputKey' })).toBe(
    JSON.stringify({
      type: 'record',
      name: 'OutputKey',
      namespace: 'a',
      fields: [field('F', 'int')],
      'connect.name': 'a.OutputKey',
    }),
  )
})

test('the schema of columns has their types, read back', () => {
  const types = {
    A: map(STRING, array(decimal(5, 1))),
    B: struct([
      { name: 'C', type: TIMESTAMP },
      { name: 'D', type: map(STRING, TIME) },
    ]),
    E: BYTES,
  }
  expect(sqlTypeOf(parseAvroSchema(schemaOf(types) as string))).toEqual(struct(columns(types)))
})

describe('what Avro cannot carry', () => {
  test('names that are none in Avro', () => {
    const because = (reason: string) => `Schema is not compatible with Avro: ${reason}`
    expect(refusal({ '1A': INTEGER })).toBe(because('Illegal initial character: 1A'))
    expect(refusal({ 'A-B': INTEGER })).toBe(because('Illegal character in: A-B'))
    expect(refusal({ '': INTEGER })).toBe(because('Empty name'))
    expect(refusal({ S: array(struct([{ name: '1', type: INTEGER }])) })).toBe(because('Illegal initial character: 1'))
    expect(refusal({ 'A.B': INTEGER, A_B: INTEGER })).toBe(
      because('Duplicate field A_B in record io.confluent.ksql.avro_schemas.KsqlDataSourceSchema'),
    )
    expect(refusal({ ÄÖ: INTEGER, 'A.B': INTEGER })).toBeNull()
  })

  test('two records or maps of one name', () => {
    const inner = struct([{ name: 'X', type: INTEGER }])
    expect(refusal({ A: struct([{ name: 'B', type: inner }]), A_B: array(inner) }, { schemaName: 'n.R' })).toBe(
      "Schema is not compatible with Avro: Can't redefine: n.R_A_B",
    )
    expect(refusal({ A: map(STRING, map(STRING, inner)), B: map(STRING, inner) })).toBeNull()
  })

  test('the name of a column that is not wrapped does not matter', () => {
    expect(refusal({ '1A': INTEGER }, { unwrapped: true, schemaName: 'a.1K' })).toBeNull()
    expect(refusal({ K: INTEGER }, { schemaName: 'a.1K' })).toBe(
      'Schema is not compatible with Avro: Illegal initial character: 1K',
    )
  })

  test('maps with other keys than texts', () => {
    expect(refusal({ M: array(map(INTEGER, STRING)) })).toBe('Avro only supports MAPs with STRING keys')
  })
})

test('points in names become underscores', () => {
  expect(schemaOf({ 'A.B': INTEGER })).toContain('{"name":"A_B","type":["null","int"],"default":null}')
})
