import { describe, expect, it } from 'vitest'
import type { Metastore } from '../../../src/metastore/metastore.ts'
import { planCreateAs } from '../../../src/plan/queries/persistent-query.ts'
import { checkQueryUpgrade, replacedQuery } from '../../../src/plan/queries/replace-query.ts'
import { planAlterSource } from '../../../src/plan/statements/alter-source.ts'
import { planCreateSource } from '../../../src/plan/statements/create-source.ts'
import { planCreateType, planDropType } from '../../../src/plan/statements/custom-type.ts'
import { checkSourceUpgrade, claimName, existsWarning } from '../../../src/plan/statements/replace-source.ts'
import { contextOf, metastoreOf, statement } from './metastore.ts'

const WITH = "WITH (kafka_topic='t', value_format='JSON')"
const S = `CREATE STREAM s (k STRING KEY, v INT) ${WITH}`

describe('taking a name', () => {
  const claim = (sql: string, metastore: Metastore) =>
    claimName(statement('createSource', sql), { metastore, config: () => undefined })

  it('is free, taken, to be left alone, or replaced', () => {
    const metastore = metastoreOf(S)
    expect(claim(S, metastoreOf()).kind).toBe('new')
    expect(() => claim(S, metastore)).toThrow("Cannot add stream 'S': A stream with the same name already exists")
    expect(claim(S.replace('STREAM', 'STREAM IF NOT EXISTS'), metastore).kind).toBe('exists')
    expect(claim(S.replace('CREATE', 'CREATE OR REPLACE'), metastore).kind).toBe('replace')
  })

  it('warns in the words of the dialect where IF NOT EXISTS finds something', () => {
    const metastore = metastoreOf(S)
    const sql = `CREATE TABLE IF NOT EXISTS s (k STRING PRIMARY KEY, v INT) ${WITH}`
    expect(existsWarning(statement('createSource', sql), metastore.sources.get('S')!)).toBe(
      'Cannot add table `S`: A stream with the same name already exists.',
    )
  })

  it('refuses to replace read-only sources, or by read-only ones', () => {
    const replaceSource = S.replace('CREATE', 'CREATE OR REPLACE SOURCE')
    expect(() => claim(replaceSource, metastoreOf(S))).toThrow(
      "Cannot add stream 'S': CREATE OR REPLACE is not supported on source streams.",
    )
    expect(claim(replaceSource, metastoreOf()).kind).toBe('new')
  })
})

describe('replacing a source', () => {
  const upgrade = (before: string, after: string) => {
    const plan = (sql: string) => planCreateSource(statement('createSource', sql), contextOf(metastoreOf())).source
    checkSourceUpgrade(plan(before), plan(after))
  }

  it('lets value columns be added behind the others', () => {
    expect(() => upgrade(S, S.replace('v INT', 'v INT, w STRING'))).not.toThrow()
  })

  it('refuses columns that change, move or go', () => {
    expect(() => upgrade(S, S.replace('v INT', 'w STRING, v INT'))).toThrow(
      "Cannot upgrade data source: DataSource 'S' has schema = `K` STRING KEY, `V` INTEGER which is not upgradeable to " +
        '`K` STRING KEY, `W` STRING, `V` INTEGER. (The following columns are changed, missing or reordered: [`V` INTEGER])',
    )
    expect(() => upgrade(S, S.replace('k STRING KEY', 'k INT KEY'))).toThrow(
      '(Key columns must be identical. The following key columns are changed, missing or reordered: [`K` STRING KEY])',
    )
  })

  it('refuses another topic, kind or time column', () => {
    expect(() => upgrade(S, S.replace("'t'", "'u'"))).toThrow(
      "DataSource 'S' has topic = t which is not upgradeable to u",
    )
    expect(() => upgrade(S, S.replace('STREAM', 'TABLE').replace('KEY', 'PRIMARY KEY'))).toThrow(
      'has type = STREAM which is not upgradeable to TABLE',
    )
    const timed = S.replace('v INT', 'v BIGINT').replace("'JSON'", "'JSON', timestamp='v'")
    expect(() => upgrade(S.replace('v INT', 'v BIGINT'), timed)).toThrow('has timestamp column = none')
  })
})

describe('replacing a query', () => {
  const upgrade = (before: string, after: string, ...more: string[]) => {
    const metastore = metastoreOf(S, ...more)
    const plan = (sql: string) => planCreateAs(statement('createAs', sql), 'Q', contextOf(metastore)).plan
    checkQueryUpgrade(plan(before), plan(after))
  }

  it('lets filters come and change, and columns be computed anew or added', () => {
    expect(() =>
      upgrade(
        'CREATE STREAM d AS SELECT k, v FROM s',
        'CREATE STREAM d AS SELECT k, v + 1 AS v, 1 AS w FROM s WHERE v > 2',
      ),
    ).not.toThrow()
  })

  it('lets aggregates be added that need no other columns', () => {
    expect(() =>
      upgrade(
        'CREATE TABLE d AS SELECT k, SUM(v) AS a FROM s GROUP BY k',
        'CREATE TABLE d AS SELECT k, SUM(v) AS a, MAX(v) AS b FROM s GROUP BY k HAVING SUM(v) > 1',
      ),
    ).not.toThrow()
  })

  it('refuses aggregates over columns that the running query does not carry', () => {
    expect(() =>
      upgrade(
        'CREATE TABLE d AS SELECT k, COUNT(*) AS a FROM s GROUP BY k',
        'CREATE TABLE d AS SELECT k, COUNT(*) AS a, SUM(v) AS b FROM s GROUP BY k',
      ),
    ).toThrow('Plan step of type StreamAggregate must have matching columns not part of aggregate')
  })

  it('refuses other sources, groupings and kinds of queries', () => {
    const t = S.replace('STREAM s', 'STREAM t').replace("'t'", "'u'")
    expect(() => upgrade('CREATE STREAM d AS SELECT * FROM s', 'CREATE STREAM d AS SELECT * FROM t', t)).toThrow(
      'Query is not upgradeable. Plan step of type StreamSource must have matching sourceName. Values differ: S vs. T',
    )
    expect(() =>
      upgrade('CREATE STREAM d AS SELECT * FROM s', 'CREATE STREAM d AS SELECT * FROM s PARTITION BY v'),
    ).toThrow('Query is not upgradeable.')
  })

  it('refuses windows and joins', () => {
    const windowed = 'CREATE TABLE d AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k'
    expect(() => upgrade(windowed, windowed)).toThrow('Upgrades not yet supported for StreamWindowedAggregate')
  })

  it('replaces only the query that made the sink', () => {
    const metastore = metastoreOf(S, 'CREATE STREAM d AS SELECT * FROM s')
    expect(replacedQuery('D', metastore)?.queryId).toBe('Q_D')
    expect(replacedQuery('S', metastore)).toBeNull()
    const link = { queryId: 'INSERTQUERY_1', kind: 'INSERT', reads: ['S'], writes: 'D' } as const
    const two = { ...metastore, queries: new Map(metastore.queries).set(link.queryId, link) }
    expect(() => replacedQuery('D', two)).toThrow('there are multiple queries writing into it: [Q_D, INSERTQUERY_1]')
  })
})

describe('ALTER', () => {
  const alter = (sql: string, metastore: Metastore) => planAlterSource(statement('alterSource', sql), metastore)

  it('adds value columns behind the others', () => {
    const source = alter('ALTER STREAM s ADD COLUMN w STRING, ADD COLUMN x ARRAY<INT>', metastoreOf(S))
    expect(source.schema.value.map(({ name }) => name)).toEqual(['V', 'W', 'X'])
  })

  it('refuses names that are taken, derived and read-only sources, and the other kind', () => {
    expect(() => alter('ALTER STREAM s ADD COLUMN v STRING', metastoreOf(S))).toThrow(
      'Cannot add column V to schema. A column with the same name already exists.',
    )
    expect(() =>
      alter('ALTER STREAM d ADD COLUMN w INT', metastoreOf(S, 'CREATE STREAM d AS SELECT * FROM s')),
    ).toThrow('ALTER command is not supported for CREATE ... AS statements.')
    expect(() => alter('ALTER STREAM s ADD COLUMN w INT', metastoreOf(S.replace('CREATE', 'CREATE SOURCE')))).toThrow(
      "Cannot alter stream 'S': ALTER operations are not supported on source streams.",
    )
    expect(() => alter('ALTER TABLE s ADD COLUMN w INT', metastoreOf(S))).toThrow(
      'Incompatible data source type is STREAM, but statement was ALTER TABLE',
    )
  })
})

describe('custom types', () => {
  const TYPE = 'CREATE TYPE address AS STRUCT<street STRING, no INT>'

  it('are registered once', () => {
    const metastore = metastoreOf(TYPE)
    expect(() => planCreateType(statement('createType', TYPE), metastore)).toThrow(
      "Cannot register custom type 'ADDRESS' since it is already registered with type: STRUCT<`STREET` STRING, `NO` INTEGER>",
    )
    expect(planCreateType(statement('createType', TYPE.replace('TYPE', 'TYPE IF NOT EXISTS')), metastore)).toBeNull()
  })

  it('may be built of others', () => {
    const type = planCreateType(statement('createType', 'CREATE TYPE addresses AS ARRAY<address>'), metastoreOf(TYPE))
    expect(type).toMatchObject({ kind: 'ARRAY', element: { kind: 'STRUCT' } })
  })

  it('are dropped by name', () => {
    expect(planDropType(statement('dropType', 'DROP TYPE address'), metastoreOf(TYPE))).toBe(true)
    expect(planDropType(statement('dropType', 'DROP TYPE IF EXISTS nope'), metastoreOf(TYPE))).toBe(false)
    expect(() => planDropType(statement('dropType', 'DROP TYPE nope'), metastoreOf(TYPE))).toThrow(
      'Type NOPE does not exist.\nExisting: ADDRESS.',
    )
  })
})
