import { expect, test } from 'vitest'
import { EMPTY_CATALOG } from '../../../../src/engine/commands/catalog.ts'
import { InsertPlans } from '../../../../src/engine/inserts/insert-plans.ts'
import { planInsertValues } from '../../../../src/plan/statements/insert-values.ts'
import { contextOf, metastoreOf, statement } from '../../plan/metastore.ts'

const metastore = metastoreOf(
  `CREATE STREAM s (k STRING KEY, i INT, b BIGINT, d DOUBLE, m DECIMAL(6, 2), t TIMESTAMP) WITH (kafka_topic='s', value_format='JSON')`,
  "CREATE TABLE t (k STRING PRIMARY KEY, v STRING) WITH (kafka_topic='t', value_format='JSON')",
  'CREATE STREAM derived AS SELECT * FROM s',
)
const catalog = { ...EMPTY_CATALOG, metastore }
const planning = contextOf(metastore)

const insert = (sql: string) => statement('insertValues', sql)

/** Plans that have kept the plan of the statement. */
function after(sql: string): InsertPlans {
  const plans = new InsertPlans()
  plans.keep({ sql }, insert(sql), catalog, planning)
  return plans
}

const ALL = 'INSERT INTO s VALUES'

test.each([
  [`${ALL} ('a', 1, 2, 3, 4, '2020-01-01');`, `${ALL} ('it''s', 22, 0, 999999999, 5, '2021-05-06T07:08:09');`],
  [`${ALL} ('a', -1, -2, -3.5, -4.25, '2020-01-01');`, `${ALL} ('b', -22, -0, -0.5, -1.1, '2020-01-02');`],
  ["INSERT INTO s (d, k)\nVALUES (1.5, 'a');", "INSERT INTO s (d, k)\nVALUES (2.25, '');"],
  ["INSERT INTO t VALUES ('a', 'b'), ('c', 'd');", "INSERT INTO t VALUES ('e', 'f'), ('g', '');"],
])('a plan of %j serves %j, and gives the rows that it would be planned as', (first, second) => {
  expect(after(first).find({ sql: second }, catalog)).toEqual(planInsertValues(insert(second), planning))
})

test.each([
  ["INSERT INTO s (k, i) VALUES ('a', 1);", "INSERT INTO s (k, i) VALUES ('a', 12345678901);"],
  ["INSERT INTO s (k, m) VALUES ('a', 1.5);", "INSERT INTO s (k, m) VALUES ('a', 1.555);"],
  ["INSERT INTO s (k, t) VALUES ('a', '2020-01-01');", "INSERT INTO s (k, t) VALUES ('a', 'soon');"],
  ["INSERT INTO s (k, i) VALUES ('a', 1);", "INSERT INTO s (k, i) VALUES ('a', '1');"],
  ["INSERT INTO s (k, i) VALUES ('a', 1 + 1);", "INSERT INTO s (k, i) VALUES ('a', 1 + 2);"],
  ["INSERT INTO s (k, i) VALUES ('a', NULL);", "INSERT INTO s (k, i) VALUES ('b', NULL);"],
  ["INSERT INTO s (ROWTIME, k) VALUES (1, 'a');", "INSERT INTO s (ROWTIME, k) VALUES (2, 'a');"],
  ["INSERT INTO t (v) VALUES ('a');", "INSERT INTO t (v) VALUES ('b');"],
  ["INSERT INTO derived (k) VALUES ('a');", "INSERT INTO derived (k) VALUES ('b');"],
])('a plan of %j does not serve %j', (first, second) => {
  expect(after(first).find({ sql: second }, catalog)).toBeNull()
})

test('a request with settings, and another catalog, need plans of their own', () => {
  const sql = "INSERT INTO t VALUES ('a', 'b');"
  const plans = after(sql)
  expect(plans.find({ sql }, catalog)).not.toBeNull()
  expect(plans.find({ sql, properties: { 'ksql.insert.into.values.enabled': 'false' } }, catalog)).toBeNull()
  expect(plans.find({ sql }, { ...catalog })).toBeNull()
})
