import { describe, expect, it } from 'vitest'
import { putQuery } from '../../../../src/metastore/metastore.ts'
import { afterDrop, planDropSource } from '../../../../src/plan/statements/drop-source.ts'
import { metastoreOf, statement } from '../metastore.ts'

const S = "CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='t', value_format='JSON')"
const drop = (sql: string) => statement('dropSource', sql)

describe('DROP', () => {
  it('takes the query that made the source with it', () => {
    const metastore = metastoreOf(S, 'CREATE STREAM d AS SELECT * FROM s')
    const planned = planDropSource(drop('DROP STREAM d'), metastore)!
    expect(planned.queryIds).toEqual(['Q_D'])
    expect(planned.deleteTopic).toBeNull()
    const after = afterDrop(metastore, planned)
    expect([...after.sources.keys()]).toEqual(['S'])
    expect(after.queries.size).toBe(0)
  })

  it('is nothing to do where IF EXISTS finds nothing', () => {
    expect(planDropSource(drop('DROP STREAM IF EXISTS nope'), metastoreOf(S))).toBeNull()
  })

  it('refuses a source that is not there, with the names that are', () => {
    expect(() => planDropSource(drop('DROP STREAM nope'), metastoreOf(S))).toThrow(
      'Stream NOPE does not exist.\nExisting: S.',
    )
  })

  it('refuses the other kind', () => {
    expect(() => planDropSource(drop('DROP TABLE s'), metastoreOf(S))).toThrow(
      'Incompatible data source type is STREAM, but statement was DROP TABLE',
    )
  })

  it('refuses while derived sources read it', () => {
    const metastore = metastoreOf(S, 'CREATE STREAM d AS SELECT * FROM s', 'CREATE STREAM e AS SELECT * FROM s')
    expect(() => planDropSource(drop('DROP STREAM s'), metastore)).toThrow(
      'Cannot drop S.\nThe following streams and/or tables read from this source: [D, E].\nYou need to drop them before dropping S.',
    )
  })

  it('refuses while inserts read or write it', () => {
    const link = { queryId: 'INSERTQUERY_1', kind: 'INSERT', reads: ['S'], writes: 'D' } as const
    const metastore = putQuery(metastoreOf(S, S.replace('STREAM s', 'STREAM d')), link)
    expect(() => planDropSource(drop('DROP STREAM s'), metastore)).toThrow(
      'Cannot drop S.\nThe following queries read from this source: [INSERTQUERY_1].\n' +
        'The following queries write into this source: [].\nYou need to terminate them before dropping S.',
    )
    expect(() => planDropSource(drop('DROP STREAM d'), metastore)).toThrow(
      'The following queries write into this source: [INSERTQUERY_1].',
    )
  })

  it('deletes the topic only if no other source has it and it is not read-only', () => {
    const metastore = metastoreOf(S)
    expect(planDropSource(drop('DROP STREAM s DELETE TOPIC'), metastore)?.deleteTopic).toBe('t')
    const shared = metastoreOf(S, S.replace('STREAM s', 'STREAM other'))
    expect(() => planDropSource(drop('DROP STREAM s DELETE TOPIC'), shared)).toThrow(
      'Refusing to delete topic. Found other data sources (OTHER) using topic t',
    )
    const readOnly = metastoreOf(S.replace('CREATE', 'CREATE SOURCE'))
    expect(() => planDropSource(drop('DROP STREAM s DELETE TOPIC'), readOnly)).toThrow(
      'Cannot delete topic for read-only source: S',
    )
  })
})
