import { describe, expect, it } from 'vitest'
import { planCreateAs, planInsertInto } from '../../../../src/plan/queries/persistent-query.ts'
import { contextOf, metastoreOf, statement } from '../metastore.ts'

const metastore = metastoreOf(
  "CREATE STREAM a (k STRING KEY, v INT) WITH (kafka_topic='t', value_format='JSON')",
  "CREATE STREAM same_topic (k STRING KEY, v INT) WITH (kafka_topic='t', value_format='JSON')",
  'CREATE STREAM b AS SELECT * FROM a',
  'CREATE STREAM c AS SELECT * FROM b',
  "CREATE STREAM other (k STRING KEY, v INT) WITH (kafka_topic='o', value_format='JSON')",
)

const insert = (sql: string, config: Readonly<Record<string, string>> = {}) =>
  planInsertInto(statement('insertInto', sql), 'INSERTQUERY_9', contextOf(metastore, config))

describe('a query that feeds itself', () => {
  it.each([
    ['INSERT INTO a SELECT * FROM a', 'comes back to it. One'],
    ['INSERT INTO a SELECT * FROM same_topic', 'comes back to it. One'],
    ['INSERT INTO a SELECT * FROM b', 'comes back to it, by way of Q_B. One'],
    ['INSERT INTO same_topic SELECT * FROM c', 'comes back to it, by way of Q_B, Q_C. One'],
    [
      'INSERT INTO b SELECT a.k AS k, a.v AS v FROM a JOIN c WITHIN 1 HOUR ON a.k = c.k',
      'comes back to it, by way of Q_C. One',
    ],
  ])('is refused: %s', (sql, message) => {
    expect(() => insert(sql)).toThrow(message)
  })

  it('is refused as CREATE AS over a topic that it reads', () => {
    const create = statement('createAs', "CREATE STREAM d WITH (kafka_topic='t') AS SELECT * FROM c")
    expect(() => planCreateAs(create, 'CSAS_D_1', contextOf(metastore))).toThrow('by way of Q_B, Q_C.')
  })

  it('is allowed by a setting', () => {
    expect(insert('INSERT INTO a SELECT * FROM b', { 'millrace.allow.loops': 'true' }).plan.sources).toEqual(['B'])
  })

  it('is not a query that only joins two ways to one sink', () => {
    expect(insert('INSERT INTO c SELECT * FROM a').plan.sources).toEqual(['A'])
    expect(insert('INSERT INTO other SELECT * FROM c').plan.sources).toEqual(['C'])
  })

  it('is not a query that takes the place of itself', () => {
    const replace = statement('createAs', 'CREATE OR REPLACE STREAM b AS SELECT k, v FROM a')
    expect(planCreateAs(replace, 'Q_B', contextOf(metastore)).plan.sources).toEqual(['A'])
  })
})
