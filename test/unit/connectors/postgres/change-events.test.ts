import { describe, expect, test } from 'vitest'
import { ChangeEvents, type EventOptions, type EventTable } from '../../../../src/connectors/postgres/change-events.ts'
import { type ColumnType, jsonOf, type ValueOptions } from '../../../../src/connectors/postgres/column-values.ts'
import { UNCHANGED } from '../../../../src/connectors/postgres/pgoutput.ts'

const table: EventTable = {
  schema: 'public',
  name: 't',
  columns: ['id', 'v'].map((name) => ({ name, json: JSON.stringify })),
  key: [0],
}
const place = { isSnapshot: false, lsn: 99n, xid: 7, index: 3, timeUs: 1_500_123n }
const events = (options: Partial<EventOptions> = {}) =>
  new ChangeEvents({
    connector: 'C',
    database: 'db',
    form: 'envelope',
    tombstones: true,
    placeholder: '?',
    now: () => 2000,
    ...options,
  })
const shown = (records: readonly { readonly key: Uint8Array | null; readonly value: Uint8Array | null }[]) =>
  records.map(({ key, value }) => {
    const event =
      value === null ? null : (JSON.parse(String(value)) as { op?: string; before?: object; after?: object })
    return [key === null ? null : String(key), event?.op === undefined ? event : [event.op, event.before, event.after]]
  })

describe('events of changes', () => {
  test('say where they come from', () => {
    const [record] = events().ofChange({ kind: 'insert', relation: 1, after: ['1', null] }, table, place)
    expect(JSON.parse(String(record!.value))).toEqual({
      before: null,
      after: { id: '1', v: null },
      source: {
        connector: 'postgresql',
        name: 'C',
        ts_ms: 1500,
        ts_us: 1_500_123,
        snapshot: 'false',
        db: 'db',
        schema: 'public',
        table: 't',
        txId: 7,
        lsn: 99,
        tx_index: 3,
      },
      op: 'c',
      ts_ms: 2000,
    })
    expect(record!.timestamp).toBe(1500)
  })

  test('of an update of the key are a deletion with its tombstone and a creation', () => {
    const change = {
      kind: 'update',
      relation: 1,
      before: { kind: 'key', tuple: ['1', null] },
      after: ['2', 'b'],
    } as const
    expect(shown(events().ofChange(change, table, place))).toEqual([
      ['{"id":"1"}', ['d', { id: '1', v: null }, null]],
      ['{"id":"1"}', null],
      ['{"id":"2"}', ['c', null, { id: '2', v: 'b' }]],
    ])
    expect(shown(events({ tombstones: false }).ofChange(change, table, place))).toHaveLength(2)
    const headers = events()
      .ofChange(change, table, place)
      .map((record) => (record.headers ?? []).map(({ key, value }) => `${key} ${String(value)}`))
    expect(headers).toEqual([
      ['__debezium.newkey {"id":"2"}'],
      ['__debezium.newkey {"id":"2"}'],
      ['__debezium.oldkey {"id":"1"}'],
    ])
  })

  test('take what was not changed from the whole old row, if there is one', () => {
    const after = ['1', UNCHANGED] as const
    const full = { kind: 'update', relation: 1, before: { kind: 'full', tuple: ['1', 'a'] }, after } as const
    expect(shown(events().ofChange(full, table, place))).toEqual([
      ['{"id":"1"}', ['u', { id: '1', v: 'a' }, { id: '1', v: 'a' }]],
    ])
    expect(shown(events().ofChange({ ...full, before: null }, table, place))).toEqual([
      ['{"id":"1"}', ['u', null, { id: '1', v: '?' }]],
    ])
  })

  test('as rows are the row after the change, and tombstones', () => {
    const rows = events({ form: 'row' })
    const before = { kind: 'key', tuple: ['1', null] } as const
    expect(shown(rows.ofChange({ kind: 'insert', relation: 1, after: ['1', 'a'] }, table, place))).toEqual([
      ['{"id":"1"}', { id: '1', v: 'a' }],
    ])
    expect(shown(rows.ofChange({ kind: 'delete', relation: 1, before }, table, place))).toEqual([['{"id":"1"}', null]])
    expect(rows.ofChange({ kind: 'truncate', relations: [1] }, table, place)).toEqual([])
  })

  test('of a table without a primary key have no key, and no tombstones', () => {
    const keyless = { ...table, key: [] }
    const change = { kind: 'delete', relation: 1, before: { kind: 'full', tuple: ['1', 'a'] } } as const
    expect(shown(events().ofChange(change, keyless, place))).toEqual([[null, ['d', { id: '1', v: 'a' }, null]]])
  })
})

describe('values', () => {
  const plain = (name: string, modifier = -1): ColumnType => ({ name, element: null, modifier })
  const json = (type: ColumnType, text: string, options: Partial<ValueOptions> = {}) =>
    jsonOf(type, { times: 'adaptive', decimals: 'precise', ...options })(text)

  test.each([
    [plain('int8'), '-9223372036854775808', '-9223372036854775808'],
    [plain('numeric'), '1.10', '1.10'],
    [plain('numeric'), '-Infinity', '"-Infinity"'],
    [plain('float8'), '1e-300', '1e-300'],
    [plain('date'), '0001-01-01 BC', '-719528'],
    [plain('date'), '0001-12-31', '-718798'],
    [plain('date'), '275761-01-01', '100000110'],
    [plain('timestamp'), '1970-01-01 00:00:00.5', '500000'],
    [plain('timestamp'), '294276-12-31 23:59:59.999999', '9224318015999999999'],
    [plain('timestamp', 3), '1970-01-01 00:00:00.5', '500'],
    [plain('time', 0), '00:00:01', '1000'],
    [plain('time', 4), '00:00:01', '1000000'],
    [plain('timestamp'), 'infinity', '"infinity"'],
    [plain('timestamptz'), '0044-03-15 12:00:00+00 BC', '"-0043-03-15T12:00:00.000000Z"'],
    [plain('timestamptz'), '294276-12-31 00:00:00.25+00', '"+294276-12-31T00:00:00.250000Z"'],
    [plain('timestamptz', 3), '2024-02-29 10:34:56.7+00', '"2024-02-29T10:34:56.700Z"'],
    [plain('timestamptz', 0), '2024-02-29 10:34:56+00', '"2024-02-29T10:34:56Z"'],
    [plain('timetz'), '12:00:00+05:30', '"06:30:00Z"'],
    [plain('timetz'), '23:00:00.25-05:30', '"04:30:00.25Z"'],
    [plain('timetz'), '01:00:00+02', '"23:00:00Z"'],
    [plain('timetz'), '12:00:00+00', '"12:00:00Z"'],
    [plain('bit', 1), '0', 'false'],
    [plain('bit', 10), '1010101010', '"qgI="'],
    [plain('varbit', 10), '101', '"BQ=="'],
    [plain('bit', 10), '0000000001', '"AQ=="'],
    [plain('bit', 10), '0000000000', '""'],
    [plain('money'), '-$1,234,567.50', '-1234567.50'],
    [plain('money'), '1.234,50 €', '"1.234,50 €"'],
    [
      plain('point'),
      '(-1.5,1e+20)',
      '{"x":-1.5,"y":100000000000000000000,"wkb":"AQEAAAAAAAAAAAD4v0CMtXgdrxVE","srid":null}',
    ],
    [plain('hstore'), '"a b"=>"c\\"d\\\\e, f", "n"=>NULL', '"{\\"a b\\":\\"c\\\\\\"d\\\\\\\\e, f\\",\\"n\\":null}"'],
    [plain('hstore'), '', '"{}"'],
    [plain('mood'), 'o"k', '"o\\"k"'],
    [{ name: '_int4', element: plain('int4'), modifier: -1 }, '[0:1]={1,NULL}', '[1,null]'],
    [{ name: '_text', element: plain('text'), modifier: -1 }, '{}', '[]'],
  ])('%o of %s are %s', (type, text, expected) => {
    expect(json(type, text)).toBe(expected)
  })

  test('are cut to milliseconds, never into the future, where columns are to read them', () => {
    const connect = { times: 'connect' } as const
    expect(json(plain('timestamp'), '1969-12-31 23:59:59.999999', connect)).toBe('-1')
    expect(json(plain('timestamptz'), '1970-01-01 00:00:01.000999+00', connect)).toBe('1000')
    expect(json(plain('time'), '00:00:00.0019', connect)).toBe('1')
  })

  test('of time are in microseconds where that is wanted of time alone', () => {
    const units = { times: 'adaptive_time_microseconds' } as const
    expect(json(plain('time', 3), '00:00:01', units)).toBe('1000000')
    expect(json(plain('timestamp', 3), '1970-01-01 00:00:01', units)).toBe('1000')
  })

  test('of numeric are texts if they are to be', () => {
    expect(json(plain('numeric'), '1.10', { decimals: 'string' })).toBe('"1.10"')
    expect(json(plain('money'), '$1.10', { decimals: 'string' })).toBe('"1.10"')
  })
})
