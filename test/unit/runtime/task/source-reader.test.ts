import { describe, expect, test } from 'vitest'
import type { SourceColumn, SourceStep } from '../../../../src/operators/step.ts'
import type { RecordCursor } from '../../../../src/runtime/task/record-cursor.ts'
import { SourceReader, type SourceReaderOptions } from '../../../../src/runtime/task/source-reader.ts'
import type { FormatName } from '../../../../src/serde/format.ts'
import { BIGINT, STRING } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'

const K: SourceColumn = { name: 'K', type: STRING, from: { part: 'key', index: 0 } }
const A: SourceColumn = { name: 'A', type: STRING, from: { part: 'value', index: 0 } }
const B: SourceColumn = { name: 'B', type: BIGINT, from: { part: 'value', index: 1 } }

/** Reads records with the key K and the value columns A (STRING) and B (BIGINT), those with A = 'x' only. */
function reader(
  columns: readonly SourceColumn[],
  more: Partial<SourceReaderOptions> & { keyFormat?: FormatName } = {},
) {
  const faults: string[] = []
  const step: SourceStep = {
    kind: 'source',
    id: 'source',
    source: 'S',
    sourceKind: 'stream',
    topic: 't',
    keyFormat: { format: more.keyFormat ?? 'KAFKA', unwrapped: true },
    valueFormat: { format: 'JSON', unwrapped: false },
    window: null,
    key: [{ name: 'K', type: more.keyFormat === 'JSON' ? BIGINT : STRING }],
    value: [
      { name: 'A', type: STRING },
      { name: 'B', type: BIGINT },
    ],
    headers: [],
    timestamp: null,
    columns,
  }
  const place = columns.indexOf(A)
  const source = new SourceReader({
    step,
    partition: 0,
    headers: () => null,
    predicate: (row) => row[place] === 'x',
    predicateColumns: [place],
    dropsNulls: true,
    needsKey: false,
    onError: (target) => faults.push(target),
    writerSchemas: { get: () => 'none' },
    onBadTime: () => {},
    passage: null,
    ...more,
  })
  return { source, faults }
}

function cursor(key: string | null, value: string | null): RecordCursor {
  const buffer = Buffer.from(`${key ?? ''}${value ?? ''}`)
  const keyBytes = Buffer.byteLength(key ?? '')
  return {
    buffer,
    offset: 7,
    timestamp: 1000,
    keyStart: 0,
    keyEnd: key === null ? -1 : keyBytes,
    valueStart: keyBytes,
    valueEnd: value === null ? -1 : buffer.length,
    headersStart: buffer.length,
    headerCount: 0,
  } as RecordCursor
}

describe('a reader behind which a filter drops records', () => {
  const columns = [K, A, B]

  test('gives a record that passes its key and all its columns', () => {
    const { source } = reader(columns)
    expect(source.read(cursor('k1', '{"A":"y","B":1}'))).toBeNull()
    const record = source.read(cursor('k2', '{"A":"x","B":2}'))
    expect(record).toMatchObject({ key: ['k2'], value: ['k2', 'x', 2], timestamp: 1000 })
  })

  test('gives each record a row of its own, with nothing of the records that were dropped before', () => {
    const { source } = reader(columns)
    const rows: (Row | null)[] = []
    for (const value of ['{"A":"x","B":1}', '{"A":"y","B":2}', '{"A":"x"}', '{"A":"y","B":3}', '{"A":"x","B":4}']) {
      const record = source.read(cursor('k', value))
      if (record !== null) rows.push(record.value)
    }
    expect(rows).toEqual([
      ['k', 'x', 1],
      ['k', 'x', null],
      ['k', 'x', 4],
    ])
  })

  test('reads a record without a key', () => {
    const { source } = reader(columns)
    source.read(cursor('k', '{"A":"x","B":1}'))
    expect(source.read(cursor(null, '{"A":"x","B":2}'))).toMatchObject({ key: null, value: [null, 'x', 2] })
  })

  test('gives a record without a value its key where the filter does not drop it', () => {
    const { source } = reader(columns, { dropsNulls: false })
    source.read(cursor('k1', '{"A":"x"}'))
    expect(source.read(cursor('k2', null))).toMatchObject({ key: ['k2'], value: null })
  })

  test('decodes the key first where the filter reads it', () => {
    const { source } = reader(columns, { predicate: (row) => row[0] === 'k2', predicateColumns: [0] })
    expect(source.read(cursor('k1', '{"A":"x"}'))).toBeNull()
    expect(source.read(cursor('k2', '{"A":"x"}'))).toMatchObject({ key: ['k2'], value: ['k2', 'x', null] })
  })

  test('reports a key that cannot be read of a record that the filter would drop', () => {
    const { source, faults } = reader(columns, { keyFormat: 'JSON' })
    expect(source.read(cursor('{', '{"A":"y"}'))).toBeNull()
    expect(faults).toEqual(['key'])
  })
})
