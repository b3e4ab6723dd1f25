/** Whatever a registry holds is understood or refused with a reason, and never takes long. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAvroSchema } from '../../../../src/serde/avro/parse-schema.ts'
import { sqlTypeOf } from '../../../../src/serde/avro/sql-type-of.ts'
import { avro } from '../../../../src/serde/avro.ts'
import type { Column } from '../../../../src/types/schema.ts'
import { INTEGER, STRING, struct } from '../../../../src/types/sql-type.ts'
import { payloadReader, rowWriter } from '../serde.ts'
import { FRAME, readHex, record, setup, writeHex, written } from './avro.ts'

const word = fc.constantFrom(
  ...[
    'record',
    'enum',
    'fixed',
    'array',
    'map',
    'null',
    'int',
    'long',
    'string',
    'bytes',
    'double',
    'boolean',
    'R',
    'a.R',
  ],
)
const attributes = fc.record(
  {
    type: fc.oneof(word, fc.constant(['null', 'int'])),
    name: fc.oneof(word, fc.string({ maxLength: 4 })),
    items: word,
    values: word,
    symbols: fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
    size: fc.oneof(fc.integer({ min: -1, max: 40 }), fc.constant('x')),
    logicalType: fc.constantFrom('decimal', 'date', 'timestamp-micros', 'nothing'),
    precision: fc.integer({ min: -1, max: 50 }),
    scale: fc.integer({ min: -1, max: 50 }),
    'connect.internal.type': fc.constant('MapEntry'),
    fields: fc.array(
      fc.record(
        { name: fc.constantFrom('key', 'value', 'A', 'a b', ''), type: word, default: fc.jsonValue({ maxDepth: 1 }) },
        { requiredKeys: ['name', 'type'] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['type'] },
)
const schemas = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { weight: 2, arbitrary: word },
    { weight: 4, arbitrary: attributes },
    { weight: 1, arbitrary: fc.array(tie('schema'), { maxLength: 3 }) },
    {
      weight: 2,
      arbitrary: fc.tuple(attributes, tie('schema')).map(([given, items]) => ({ ...given, items, values: items })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(attributes, tie('schema'))
        .map(([given, type]) => ({ ...given, fields: [{ name: 'f', type }] })),
    },
  ),
})).schema

test('random schemas are types of SQL, of which any bytes are read, or are refused', () => {
  let understood = 0
  fc.assert(
    fc.property(schemas, fc.uint8Array({ maxLength: 30 }), (schema, bytes) => {
      const columns = columnsOf(schema)
      if (columns === null) return
      understood++
      const given = { format: avro, columns, schema: written(schema) }
      const result = payloadReader(given)(Buffer.concat([FRAME, bytes]))
      // What was read is written, or there is a reason.
      if (Array.isArray(result)) expect(() => tryWrite(given, result)).not.toThrow()
      else if (result !== null) expect(result.causes.join()).not.toBe('')
    }),
    { numRuns: 2_000 },
  )
  expect(understood).toBeGreaterThan(200)
})

/** Null: the schema is refused, or has nothing that SQL has. */
function columnsOf(schema: unknown): readonly Column[] | null {
  try {
    const type = sqlTypeOf(parseAvroSchema(JSON.stringify(schema)))
    if (type === null) return null
    return type.kind === 'STRUCT' ? type.fields : [{ name: 'V', type }]
  } catch (error) {
    expect(error).toMatchObject({ name: 'Error', message: expect.stringMatching(/./) })
    return null
  }
}

/** Errors of the writer are plain ones. */
function tryWrite(
  ...[given, row]: [Parameters<typeof rowWriter>[0], Parameters<ReturnType<typeof rowWriter>>[0]]
): void {
  try {
    rowWriter(given)(row)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Error') throw error
  }
}

test('a union of more branches than one byte can count', () => {
  const branches = Array.from({ length: 100 }, (_, i) => ({ ...record({ x: 'int' }), name: `T${i}` }))
  const schema = record({ u: [...branches, 'null'] })
  const type = struct([
    { name: 'T99', type: struct([{ name: 'X', type: INTEGER }]) },
    { name: 'T1', type: struct([]) },
  ])
  const of = setup({ U: type }, schema)
  expect(readHex(of, 'c601 0a')).toEqual([[[5], null]])
  expect(readHex(of, 'c801')).toEqual([null])
  expect(writeHex(of, [[[5], null]])).toBe('c6010a')
  expect(writeHex(of, [null])).toBe('c801')
  expect(readHex(setup({ U: STRING }, schema), '02 0a')).toMatchObject({
    causes: { 1: expect.stringContaining('struct') },
  })
})
