import { describe, expect, it } from 'vitest'
import { readsOldValue } from '../../../src/operators/old-value.ts'
import { planCreateAs } from '../../../src/plan/queries/persistent-query.ts'
import { contextOf, metastoreOf, statement } from '../plan/metastore.ts'

const METASTORE = metastoreOf(
  `CREATE STREAM s (k STRING KEY, g STRING, v INT) WITH (kafka_topic='s', value_format='JSON')`,
  `CREATE TABLE t (k STRING PRIMARY KEY, g STRING, v INT) WITH (kafka_topic='t', value_format='JSON')`,
)

/** Whether the aggregation of the query has to give old rows. */
function givesOldRows(query: string): boolean {
  const { plan } = planCreateAs(
    statement('createAs', `CREATE TABLE r WITH (key_format='JSON') AS ${query};`),
    'Q',
    contextOf(METASTORE),
  )
  const { id } = plan.steps.find(({ kind }) => kind === 'changeAggregate')!
  return readsOldValue(id, plan.steps)
}

describe('old rows of DISTINCT aggregates', () => {
  it('are not made for groups of a stream, whose rows are never deleted', () => {
    expect(givesOldRows('SELECT g, k, COUNT(DISTINCT v) FROM s GROUP BY g, k')).toBe(false)
  })

  it.each([
    [
      'a condition that a row no longer matches',
      'SELECT g, k, COUNT(DISTINCT v) AS n FROM s GROUP BY g, k HAVING COUNT(*) < 5',
    ],
    ['groups of a table, which can lose their rows', 'SELECT g, k, COUNT(DISTINCT v) FROM t GROUP BY g, k'],
    [
      'an aggregate over the aggregate',
      'SELECT n, k, COUNT(*) FROM (SELECT g, k, COUNT(DISTINCT v) AS n FROM s GROUP BY g, k) GROUP BY n, k',
    ],
  ])('are made for %s', (_name, query) => expect(givesOldRows(query)).toBe(true))
})
