/** Random schemas with values for them: what avsc writes is read, and avsc reads what is written. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAvroSchema } from '../../../../src/serde/avro/parse-schema.ts'
import { sqlTypeOf } from '../../../../src/serde/avro/sql-type-of.ts'
import { avro } from '../../../../src/serde/avro.ts'
import { fromBigInt } from '../../../../src/types/bigint64.ts'
import type { Column } from '../../../../src/types/schema.ts'
import type { Row, Value } from '../../../../src/types/value.ts'
import { payloadReader, rowWriter, type Setup } from '../serde.ts'
import { avscType, FRAME, written } from './avro.ts'

/** A schema, values of it as avsc has them, and what such a value is in a row. */
interface Sample {
  readonly schema: unknown
  readonly values: fc.Arbitrary<unknown>
  readonly toRow: (value: never) => Value
}

const same = (value: Value): Value => value
const bytes = (value: Uint8Array): Value => new Uint8Array(value)
const buffers = (size: { minLength?: number; maxLength: number }) =>
  fc.uint8Array(size).map((array) => Buffer.from(array))

/** Names of types must differ within a schema. */
let names = 0
const nextName = (): string => `T${names++}`

const texts = fc.string({ unit: 'grapheme', maxLength: 50 })
const longs = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer().map(BigInt),
  fc.constantFrom(2n ** 52n, -(2n ** 52n), 2n ** 53n, -(2n ** 53n)),
)

const primitive = fc.constantFrom<(() => Sample)[]>(
  () => ({ schema: 'boolean', values: fc.boolean(), toRow: same }),
  () => ({ schema: 'int', values: fc.integer(), toRow: same }),
  () => ({ schema: 'long', values: longs, toRow: fromBigInt }),
  () => ({ schema: 'float', values: fc.float({ noNaN: true }), toRow: same }),
  () => ({ schema: 'double', values: fc.double({ noNaN: true }), toRow: same }),
  () => ({ schema: 'string', values: texts, toRow: same }),
  () => ({ schema: 'bytes', values: buffers({ maxLength: 20 }), toRow: bytes }),
  () => ({
    schema: { type: 'fixed', name: nextName(), size: 5 },
    values: buffers({ minLength: 5, maxLength: 5 }),
    toRow: bytes,
  }),
  () => ({
    schema: { type: 'enum', name: nextName(), symbols: ['A', 'B'] },
    values: fc.constantFrom('A', 'B'),
    toRow: same,
  }),
)

function sample(depth: number): fc.Arbitrary<Sample> {
  const plain = primitive.map((make) => make())
  if (depth === 0) return plain
  const inner = sample(depth - 1)
  return fc.oneof(
    { weight: 3, arbitrary: plain },
    { weight: 2, arbitrary: inner.map(nullable) },
    { weight: 1, arbitrary: inner.map(arrayOf) },
    { weight: 1, arbitrary: inner.map(mapOf) },
    { weight: 1, arbitrary: fc.array(inner, { minLength: 1, maxLength: 4 }).map(recordOf) },
  )
}

function nullable(of: Sample): Sample {
  if (Array.isArray(of.schema)) return of
  return {
    schema: ['null', of.schema],
    values: fc.option(of.values, { nil: null }),
    toRow: (value) => (value === null ? null : of.toRow(value)),
  }
}

const arrayOf = ({ schema, values, toRow }: Sample): Sample => ({
  schema: { type: 'array', items: schema },
  values: fc.array(values, { maxLength: 4 }),
  toRow: (items: readonly never[]) => items.map(toRow),
})

const mapOf = ({ schema, values, toRow }: Sample): Sample => ({
  schema: { type: 'map', values: schema },
  values: fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), values, { maxKeys: 4, noNullPrototype: true }),
  toRow: (items: Readonly<Record<string, never>>) =>
    new Map(Object.entries(items).map(([key, value]) => [key, toRow(value)])),
})

function recordOf(parts: readonly Sample[]): Sample {
  const fields = parts.map(({ schema }, i) => ({ name: `f${i}`, type: schema }))
  return {
    schema: { type: 'record', name: nextName(), fields },
    values: fc.record(Object.fromEntries(parts.map(({ values }, i) => [`f${i}`, values])), { noNullPrototype: true }),
    toRow: (value: Readonly<Record<string, never>>) => parts.map(({ toRow }, i) => toRow(value[`f${i}`]!)),
  }
}

const cases = fc
  .array(sample(3), { minLength: 1, maxLength: 5 })
  .map(recordOf)
  .chain(({ schema, values, toRow }) =>
    fc.array(values, { minLength: 1, maxLength: 3 }).map((items) => ({
      schema,
      items,
      rows: items.map((item) => toRow(item as never) as Row),
    })),
  )

function setupOf(schema: unknown): Setup {
  const type = sqlTypeOf(parseAvroSchema(JSON.stringify(schema)))
  return { format: avro, columns: type?.kind === 'STRUCT' ? type.fields : [], schema: written(schema) }
}

test('records that avsc writes are read, in one step or two, whole or in part', () => {
  fc.assert(
    fc.property(cases, fc.infiniteStream(fc.nat({ max: 2 })), ({ schema, items, rows }, die) => {
      const setup = setupOf(schema)
      const uses = setup.columns.map((column: Column) => ({ column, use: die.next().value }))
      const first = uses.flatMap(({ column, use }) => (use === 2 ? [column.name] : []))
      const only = uses.flatMap(({ column, use }) => (use > 0 ? [column.name] : []))
      const readAll = payloadReader(setup)
      const readSome = payloadReader({ ...setup, first, only })
      items.forEach((item, i) => {
        const payload = Buffer.concat([FRAME, avscType(schema).toBuffer(item)])
        expect(readAll(payload, 'around')).toEqual(rows[i])
        expect(readSome(payload, 'around')).toEqual(rows[i]!.map((value, c) => (uses[c]!.use > 0 ? value : null)))
      })
    }),
    { numRuns: 500 },
  )
})

test('records that are written are what avsc writes', () => {
  fc.assert(
    fc.property(cases, ({ schema, items, rows }) => {
      const write = rowWriter(setupOf(schema))
      items.forEach((item, i) => {
        expect(write(rows[i]!)).toEqual(Buffer.concat([FRAME, avscType(schema).toBuffer(item)]))
      })
    }),
    { numRuns: 500 },
  )
})
