/** Payloads by avsc, which tests take for what another program reads and writes; and setups with a schema of their own. */
import { type Schema, Type, types } from 'avsc'
import { avro } from '../../../../src/serde/avro.ts'
import type { WrittenSchema } from '../../../../src/serde/format.ts'
import type { SqlType } from '../../../../src/types/sql-type.ts'
import { columns, payloadReader, type ReadResult, rowWriter, type Setup } from '../serde.ts'

/** Longs as bigints: avsc's own are doubles. */
const LONG = types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer(value: bigint) {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
})

const isLong = (schema: unknown): boolean =>
  schema === 'long' || (typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'long')

export const avscType = (schema: unknown): Type =>
  Type.forSchema(schema as Schema, {
    typeHook: (part: unknown) => (isLong(part) ? LONG : undefined) as Type,
    wrapUnions: false,
    omitRecordMethods: true,
  })

export const written = (schema: unknown): WrittenSchema => ({
  id: 1,
  type: 'AVRO',
  text: JSON.stringify(schema),
  imports: {},
})

export const FRAME = Buffer.from('0000000001', 'hex')

/** A record's schema with these fields. */
export const record = (fields: Readonly<Record<string, unknown>>): object => ({
  type: 'record',
  name: 'R',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
})

export const setup = (types: Readonly<Record<string, SqlType>>, schema: unknown, more: Partial<Setup> = {}): Setup => ({
  format: avro,
  columns: columns(types),
  schema: written(schema),
  ...more,
})

/** Reads what avsc writes for `value`. */
export const readAvsc = (of: Setup, schema: unknown, value: unknown): ReadResult =>
  payloadReader(of)(Buffer.concat([FRAME, avscType(schema).toBuffer(value)]), 'around')

/** Reads the bytes that `hex` stands for, behind a frame. */
export const readHex = (of: Setup, hex: string): ReadResult =>
  payloadReader(of)(Buffer.concat([FRAME, Buffer.from(hex.replaceAll(' ', ''), 'hex')]), 'around')

/** The payload of a row without its frame. */
export function writeHex(of: Setup, row: Parameters<ReturnType<typeof rowWriter>>[0]): string | undefined {
  return rowWriter(of)(row)?.subarray(FRAME.length).toString('hex')
}

/** What avsc reads of the payload of a row. */
export function writeAvsc(of: Setup, schema: unknown, row: Parameters<ReturnType<typeof rowWriter>>[0]): unknown {
  const payload = rowWriter(of)(row)!
  return avscType(schema).fromBuffer(payload.subarray(FRAME.length))
}
