import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { optionsOf } from '../../../src/connectors/common-options.ts'
import type { SinkRecord, SinkSource } from '../../../src/connectors/connector.ts'
import { Options } from '../../../src/connectors/options.ts'
import { parquetFormat } from '../../../src/connectors/sinks/parquet-format.ts'
import { s3Sink } from '../../../src/connectors/sinks/s3-sink.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import type { SqlType } from '../../../src/types/sql-type.ts'
import type { Row, Value } from '../../../src/types/value.ts'

const column = (name: string, type: SqlType) => ({ name, type })
const COLUMNS: readonly (readonly [type: SqlType, value: Value, read: unknown])[] = [
  [{ kind: 'BOOLEAN' }, true, true],
  [{ kind: 'INTEGER' }, -5, -5],
  [{ kind: 'BIGINT' }, 9_007_199_254_740_993n, 9_007_199_254_740_993n],
  [{ kind: 'BIGINT' }, 7, 7n],
  [{ kind: 'DOUBLE' }, 0.1, 0.1],
  [{ kind: 'DECIMAL', precision: 6, scale: 2 }, Decimal.parse('-12.50'), -12.5],
  [{ kind: 'STRING' }, 'ü "x"\n', 'ü "x"\n'],
  [{ kind: 'BYTES' }, new Uint8Array([0, 255]), new Uint8Array([0, 255])],
  [{ kind: 'DATE' }, -1, new Date('1969-12-31')],
  [{ kind: 'TIME' }, 3_661_001, 3_661_001],
  [{ kind: 'TIMESTAMP' }, 1_700_000_000_001, new Date(1_700_000_000_001)],
  [{ kind: 'ARRAY', element: { kind: 'INTEGER' } }, [1, null], '[1,null]'],
]
const source: SinkSource = {
  name: 'S',
  kind: 'STREAM',
  topic: 's',
  key: [column('ID', { kind: 'INTEGER' })],
  value: COLUMNS.map(([type], i) => column(`C${i}`, type)),
  isWindowed: false,
}
const record = (offset: number, value: Row | null): SinkRecord => ({
  offset,
  timestamp: 0,
  key: [offset],
  window: null,
  value,
  headers: null,
})
const row = COLUMNS.map(([, value]) => value)
const expected = Object.fromEntries(COLUMNS.map(([, , read], i) => [`C${i}`, read]))
const formatWith = (options: Readonly<Record<string, string>> = {}) =>
  parquetFormat(new Options(optionsOf(s3Sink), options), source)
const read = async (bytes: Uint8Array) =>
  parquetReadObjects({
    file: new Uint8Array(bytes).buffer as ArrayBuffer,
    utf8: false,
    compressors: { GZIP: await gunzip() },
  })

async function gunzip() {
  const { gunzipSync } = await import('node:zlib')
  return (input: Uint8Array) => new Uint8Array(gunzipSync(input))
}

describe('the format parquet', () => {
  test.each(['gzip', 'snappy', 'none'])('holds every type and NULL, compressed by %s', async (compression) => {
    const format = formatWith({ compression })
    format.add(record(0, row))
    format.add(record(1, null))
    const empty = Object.fromEntries(COLUMNS.map((_, i) => [`C${i}`, null]))
    expect(await read(await format.finish())).toEqual([
      { ID: 0, ...expected },
      { ID: 1, ...empty },
    ])
  })

  test('keeps all digits of a decimal', async () => {
    const wide: SinkSource = { ...source, value: [column('D', { kind: 'DECIMAL', precision: 38, scale: 10 })] }
    const format = parquetFormat(new Options(optionsOf(s3Sink), { compression: 'none' }), wide)
    format.add(record(0, [Decimal.parse('-1234567890123456789012345678.0123456789')]))
    const bytes = await format.finish()
    const { schema } = parquetMetadata(new Uint8Array(bytes).buffer as ArrayBuffer)
    expect(schema.at(-1)).toMatchObject({ converted_type: 'DECIMAL', precision: 38, scale: 10, type_length: 16 })
    const digits = Buffer.alloc(16)
    const unscaled = BigInt.asUintN(128, -12345678901234567890123456780123456789n)
    digits.writeBigUInt64BE(unscaled >> 64n)
    digits.writeBigUInt64BE(unscaled & 0xffff_ffff_ffff_ffffn, 8)
    expect(Buffer.from(bytes).includes(digits)).toBe(true)
  })

  test('names columns as the option says, and begins again behind an object', async () => {
    const format = formatWith({ 'column.names': 'lower' })
    format.add(record(0, row))
    expect(format.bytes).toBeGreaterThan(50)
    const first = await format.finish()
    expect(await format.finish()).toEqual(first)
    format.clear()
    expect(format.bytes).toBe(0)
    format.add(record(1, row))
    const bytes = await format.finish()
    expect(await read(bytes)).toMatchObject([{ id: 1, c0: true }])
    const schema = parquetSchema(parquetMetadata(new Uint8Array(bytes).buffer as ArrayBuffer))
    expect(schema.children.map(({ element }) => element.name)).toEqual(['id', ...COLUMNS.map((_, i) => `c${i}`)])
  })
})
