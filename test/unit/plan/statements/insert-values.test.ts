import { describe, expect, it } from 'vitest'
import { encodeInsertedRow, planInsertValues } from '../../../../src/plan/statements/insert-values.ts'
import { contextOf, metastoreOf, statement } from '../metastore.ts'

const metastore = metastoreOf(
  "CREATE STREAM s (k STRING KEY, i INT, d DECIMAL(4, 2)) WITH (kafka_topic='t', value_format='JSON')",
  "CREATE TABLE tab (a INT PRIMARY KEY, b STRING) WITH (kafka_topic='tab', format='JSON')",
  "CREATE STREAM h (k STRING KEY, v INT, x BYTES HEADER('x')) WITH (kafka_topic='h', value_format='JSON')",
  "CREATE STREAM w (k STRING KEY, v INT) WITH (kafka_topic='w', value_format='JSON', window_type='session')",
  "CREATE SOURCE STREAM r (k STRING KEY, v INT) WITH (kafka_topic='r', value_format='JSON')",
)
const plan = (sql: string, config: Readonly<Record<string, string>> = {}) =>
  planInsertValues(statement('insertValues', sql), contextOf(metastore, config))

const bytes = (sql: string) => {
  const { key, value } = encodeInsertedRow(plan(sql)[0]!)
  return [key?.toString() ?? null, value?.toString() ?? null]
}

describe('INSERT VALUES', () => {
  it('takes values for all columns, keys first', () => {
    expect(bytes("INSERT INTO s VALUES ('a', 1 + 1, 10.5)")).toEqual(['a', '{"I":2,"D":10.50}'])
  })

  it('leaves columns that are not listed NULL', () => {
    expect(bytes("INSERT INTO s (k) VALUES ('a')")).toEqual(['a', '{"I":null,"D":null}'])
    expect(bytes('INSERT INTO s (i) VALUES (7)')).toEqual([null, '{"I":7,"D":null}'])
  })

  it('takes the time of the record from ROWTIME', () => {
    expect(plan("INSERT INTO s (ROWTIME, k) VALUES (1234, 'a')")[0]?.timestamp).toBe(1234)
    expect(plan("INSERT INTO s (k) VALUES ('a')")[0]?.timestamp).toBeNull()
  })

  it('writes the key of a table in its own format', () => {
    expect(bytes("INSERT INTO tab VALUES (7, 'x')")).toEqual(['7', '{"B":"x"}'])
  })

  it('takes several rows, and refuses all for one that does not fit', () => {
    const rows = plan("INSERT INTO tab VALUES (1, 'x'), (2, 'y')")
    expect(rows.map(({ key, value }) => [key, value])).toEqual([
      [[1], ['x']],
      [[2], ['y']],
    ])
    const failing = () => plan("INSERT INTO tab VALUES (1, 'x'), (null, 'y')")
    expect(failing).toThrow('Value for primary key column(s) A is required for tables')
    expect(failing).toThrow(expect.objectContaining({ location: { line: 1, column: 35 } }))
    expect(() => plan("INSERT INTO tab VALUES (1, 'x'), (2)")).toThrow('Expected a value for each column.')
  })

  it.each([
    ["INSERT INTO s (k, i) VALUES ('a')", 'Expected number columns and values to match: 2, 1'],
    ["INSERT INTO s VALUES ('a', 1)", 'Expected a value for each column.'],
    ["INSERT INTO s (nope) VALUES ('a')", 'Column name NOPE does not exist.'],
    ["INSERT INTO s (k, k) VALUES ('a', 'b')", 'Column K is listed more than once.'],
    [
      'INSERT INTO s (i) VALUES (i)',
      "Failed to insert values into 'S'. Unsupported column reference in insert value: I",
    ],
    ['INSERT INTO s (i) VALUES (FOO.bar)', "'FOO' is not a valid stream/table name or alias."],
    ["INSERT INTO s (i) VALUES ('abc')", 'Expected type INTEGER for field I but got STRING(abc)'],
    ['INSERT INTO s (ROWOFFSET) VALUES (1)', 'Inserting into column `ROWOFFSET` is not allowed.'],
    ['INSERT INTO s (ROWTIME) VALUES (-1)', 'Invalid ROWTIME: -1.'],
    ["INSERT INTO tab (b) VALUES ('x')", 'Value for primary key column(s) A is required for tables'],
    ['INSERT INTO h (x) VALUES (null)', 'Cannot insert into HEADER columns: X'],
    ["INSERT INTO h VALUES ('a', 1, null)", 'Cannot insert into HEADER columns: X'],
    ["INSERT INTO w VALUES ('a', 1)", 'Cannot insert values into windowed stream/table!'],
    ["INSERT INTO r VALUES ('a', 1)", 'Cannot insert values into read-only stream: R'],
    ["INSERT INTO nope VALUES ('a', 1)", 'Cannot insert values into an unknown stream/table: `NOPE`'],
  ])('refuses %s', (sql, message) => {
    expect(() => plan(sql)).toThrow(message)
  })

  it('refuses topics that are read-only by configuration', () => {
    const config = { 'ksql.readonly.topics': '_confluent.*,t' }
    expect(() => plan("INSERT INTO s (k) VALUES ('a')", config)).toThrow('Cannot insert values into read-only topic: t')
    expect(() => plan("INSERT INTO tab VALUES (1, 'a')", config)).not.toThrow()
  })

  it('can be switched off', () => {
    expect(() => plan("INSERT INTO s (k) VALUES ('a')", { 'ksql.insert.into.values.enabled': 'false' })).toThrow(
      'INSERT INTO ... VALUES is switched off',
    )
  })
})
