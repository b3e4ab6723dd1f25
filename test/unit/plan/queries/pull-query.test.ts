import { describe, expect, it } from 'vitest'
import { putQuery } from '../../../../src/metastore/metastore.ts'
import { type PlannedTablePull, planPullQuery } from '../../../../src/plan/queries/pull-query.ts'
import { contextOf, metastoreOf, statement } from '../metastore.ts'

const INPUT = "CREATE STREAM i (k INT KEY, s STRING, v INT) WITH (kafka_topic='t', value_format='JSON')"
const metastore = metastoreOf(
  INPUT,
  'CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM i GROUP BY k',
  'CREATE TABLE named AS SELECT s, COUNT(*) AS n FROM i GROUP BY s',
  "CREATE TABLE two WITH (key_format='JSON') AS SELECT k, s, COUNT(*) AS n FROM i GROUP BY k, s",
  'CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM i WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k',
  "CREATE TABLE plain (k INT PRIMARY KEY, v INT) WITH (kafka_topic='p', value_format='JSON')",
)

const plan = (sql: string, config: Readonly<Record<string, string>> = {}) =>
  planPullQuery(statement('query', sql).query, 'Q', contextOf(metastore, config))
const table = (sql: string, config?: Readonly<Record<string, string>>) => plan(sql, config) as PlannedTablePull
const lookup = (sql: string) => table(sql).lookup
const NO_SCANS = { 'ksql.query.pull.table.scan.enabled': 'false' }

describe('keys of a pull query', () => {
  it.each([
    ['k = 1', [[1]]],
    ['1 = k', [[1]]],
    ['k = 1 + 1', [[2]]],
    ['k IN (1, 2, 2)', [[1], [2]]],
    ['k = 1 OR k = 3', [[1], [3]]],
    ['k = 1 AND n > 5', [[1]]],
    ['(k = 1 OR k = 2) AND n > 5', [[1], [2]]],
  ])('WHERE %s looks up only those', (where, keys) => {
    expect(lookup(`SELECT * FROM t WHERE ${where}`).keys).toEqual(keys)
  })

  it.each(['k > 1 AND k > 2', 'n = 1', 'k = 1 OR n = 2', 'NOT (k = 1)', 'k = n', 'k IS DISTINCT FROM 1', 'k < 10.5'])(
    'WHERE %s takes a scan',
    (where) => {
      expect(lookup(`SELECT * FROM t WHERE ${where}`)).toMatchObject({ keys: null, keyRange: null })
    },
  )

  it('are all needed where there are several', () => {
    expect(lookup("SELECT * FROM two WHERE s = 'a' AND k = 1").keys).toEqual([[1, 'a']])
    expect(lookup('SELECT * FROM two WHERE k = 1').keys).toBeNull()
  })

  it('may be a range of texts', () => {
    expect(lookup("SELECT * FROM named WHERE s >= 'b'").keyRange).toEqual({ from: ['b'], fromInclusive: true })
    expect(lookup("SELECT * FROM named WHERE 'b' > s").keyRange).toEqual({ to: ['b'], toInclusive: false })
    expect(lookup("SELECT * FROM named WHERE s > 'b' OR s < 'a'").keyRange).toBeNull()
  })

  it('may be a range of numbers', () => {
    expect(lookup('SELECT * FROM t WHERE k > 1').keyRange).toEqual({ from: [1], fromInclusive: false })
  })

  it('may be a range with both ends', () => {
    const range = { from: ['b'], fromInclusive: true, to: ['d'], toInclusive: false }
    expect(lookup("SELECT * FROM named WHERE s >= 'b' AND s < 'd'").keyRange).toEqual(range)
    expect(lookup("SELECT * FROM named WHERE s BETWEEN 'b' AND 'd'").keyRange).toEqual({ ...range, toInclusive: true })
  })

  it('leave nothing to test where the WHERE is about them alone', () => {
    const predicate = (where: string) => table(`SELECT * FROM named WHERE ${where}`).predicate
    expect(predicate("s = 'b'")).toBeNull()
    expect(predicate("s > 'b' AND s < 'd'")).toBeNull()
    expect(predicate("s = 'b' AND n > 1")).not.toBeNull()
    expect(predicate("s = 'b' || ''")).not.toBeNull()
    expect(predicate("s = 'b' AND s = 'c'")).not.toBeNull()
  })

  it('come with the bounds of their windows', () => {
    const { keys, windowStart, windowEnd } = lookup(
      "SELECT * FROM w WHERE k = 1 AND WINDOWSTART >= 1000 AND WINDOWSTART < '1970-01-01T00:00:05' AND WINDOWEND <= 6000",
    )
    expect(keys).toEqual([[1]])
    expect(windowStart).toEqual({ from: 1000, to: 4999 })
    expect(windowEnd).toEqual({ from: 0, to: 6000 })
  })

  it('of several disjuncts share the smallest range around their windows', () => {
    const { windowStart } = lookup(
      'SELECT * FROM w WHERE (k = 1 AND WINDOWSTART = 1000) OR (k = 2 AND WINDOWSTART = 3000)',
    )
    expect(windowStart).toEqual({ from: 1000, to: 3000 })
  })
})

describe('a pull query without scans', () => {
  it.each([
    ['SELECT * FROM t', 'Missing WHERE clause'],
    ['SELECT * FROM t WHERE n = 100', 'WHERE clause missing key column for disjunct: (N = 100)'],
    [
      'SELECT * FROM two WHERE k = 1',
      'Multi-column sources must specify every key in the WHERE clause. Specified: [K]',
    ],
    ['SELECT * FROM t WHERE k = n', 'A comparison must be between a key column and a resolvable expression.'],
    ['SELECT * FROM t WHERE k = 1 AND k IN (1, 2)', 'A comparison condition on the key column cannot be combined'],
    ['SELECT * FROM t WHERE k >= 12', 'Query requires table scan to be enabled'],
    ["SELECT * FROM named WHERE s LIKE 'a%'", 'Like condition must be between strings'],
  ])('refuses %s', (sql, message) => {
    expect(() => plan(sql, NO_SCANS)).toThrow(message)
  })

  it('takes keys', () => {
    expect(table('SELECT * FROM t WHERE k IN (1, 2)', NO_SCANS).lookup.keys).toEqual([[1], [2]])
  })
})

describe('a pull query', () => {
  it('marks keys in its schema, window bounds included', () => {
    expect(table('SELECT * FROM w').schemaText).toBe(
      '`K` INTEGER KEY, `WINDOWSTART` BIGINT KEY, `WINDOWEND` BIGINT KEY, `N` BIGINT',
    )
    expect(table('SELECT n, k AS id, ROWTIME FROM t').schemaText).toBe('`N` BIGINT, `ID` INTEGER KEY, `ROWTIME` BIGINT')
    expect(plan('SELECT * FROM i').schemaText).toBe('`K` INTEGER, `S` STRING, `V` INTEGER')
  })

  it.each([
    ['SELECT * FROM plain', "The `PLAIN` table isn't queryable."],
    [
      'SELECT k, ROWPARTITION FROM t',
      "Pull queries don't support the following columns in SELECT clauses: `ROWPARTITION`",
    ],
    [
      'SELECT k FROM t WHERE ROWOFFSET < 3',
      "Pull queries don't support the following columns in WHERE clauses: `ROWOFFSET`",
    ],
    ['SELECT k, COUNT(*) FROM t GROUP BY k', "Pull queries don't support GROUP BY clauses."],
    ['SELECT * FROM t LIMIT -1', "Pull queries don't support negative integers in the LIMIT clause."],
    ["SELECT * FROM t WHERE k IN ('10', 8)", "'10' can not be converted to the type of the key column: K INTEGER KEY"],
    ['SELECT * FROM t WHERE k IN (NULL)', 'Primary key columns can not be NULL: (K = null)'],
    [
      "SELECT * FROM t WHERE k = '10'",
      "Error in WHERE expression: Cannot compare K (INTEGER) to '10' (STRING) with EQUAL.",
    ],
    [
      "SELECT * FROM t WHERE k LIKE '1%'",
      'The column type for Like condition must be VARCHAR. The column type is INTEGER',
    ],
    ['SELECT * FROM t WHERE k = 1 AND WINDOWSTART = 10', "WHERE column 'WINDOWSTART' cannot be resolved"],
  ])('refuses %s', (sql, message) => {
    expect(() => plan(sql)).toThrow(message)
  })

  it('can be switched off', () => {
    expect(() => plan('SELECT * FROM t', { 'ksql.pull.queries.enable': 'false' })).toThrow(
      'Pull queries are switched off',
    )
    expect(() => plan('SELECT * FROM i', { 'ksql.query.pull.stream.enabled': 'false' })).toThrow(
      'Pull queries on streams are switched off',
    )
  })
})

describe('the columns of a pull query', () => {
  const withHeaders = () => {
    const made = metastoreOf(
      "CREATE SOURCE TABLE h (k INT PRIMARY KEY, v STRING, x BYTES HEADER('a')) WITH (kafka_topic='h', value_format='JSON')",
    )
    return putQuery(made, { queryId: 'CST_H_1', kind: 'CREATE_SOURCE', reads: ['H'], writes: null })
  }
  const schemaText = (sql: string) =>
    (planPullQuery(statement('query', sql).query, 'Q', contextOf(withHeaders())) as PlannedTablePull).schemaText

  it('mark the headers of a source table that * shows', () => {
    expect(schemaText('SELECT * FROM h')).toBe("`K` INTEGER KEY, `X` BYTES HEADER('a'), `V` STRING")
    expect(schemaText('SELECT k, v, x FROM h')).toBe('`K` INTEGER KEY, `V` STRING, `X` BYTES')
  })

  it('have different names', () => {
    expect(() => plan('SELECT n, n FROM t')).toThrow('Duplicate value columns found in schema: `N` BIGINT.')
    expect(() => plan('SELECT k, k FROM t')).toThrow('Duplicate key columns found in schema: `K` INTEGER KEY.')
    expect(() => plan('SELECT s, s FROM i')).toThrow('Duplicate value columns found in schema: `S` STRING.')
  })
})
