import { expect, test } from 'vitest'
import { EMPTY_CATALOG } from '../../../src/engine/commands/catalog.ts'
import { PullPlans } from '../../../src/engine/pull-plans.ts'
import { type PlannedTablePull, planPullQuery } from '../../../src/plan/queries/pull-query.ts'
import { contextOf, metastoreOf, statement } from '../plan/metastore.ts'

const metastore = metastoreOf(
  "CREATE STREAM i (k INT KEY, s STRING, v INT) WITH (kafka_topic='t', value_format='JSON')",
  'CREATE TABLE t AS SELECT s, COUNT(*) AS n FROM i GROUP BY s',
  "CREATE TABLE two WITH (key_format='JSON') AS SELECT k, s, COUNT(*) AS n FROM i GROUP BY k, s",
)
const catalog = { ...EMPTY_CATALOG, metastore }

function planned(sql: string): PlannedTablePull {
  return planPullQuery(statement('query', sql).query, 'Q', contextOf(metastore)) as PlannedTablePull
}

/** Plans that have kept the plan of the statement. */
function after(sql: string, properties = {}): PullPlans {
  const plans = new PullPlans()
  const plan = planned(sql)
  const { predicate, columns, limit } = plan
  const reads = { isEnabled: false, maxLag: 0 }
  const made = { planned: plan, form: { predicate, columns, limit }, materializedBy: 'Q', reads, catchUp: null }
  plans.keep({ sql, properties }, statement('query', sql).query, made, catalog)
  return plans
}

const found = (plans: PullPlans, sql: string, properties = {}) => plans.find({ sql, properties }, catalog)?.planned

test.each([
  ["SELECT * FROM t WHERE s = 'a';", "SELECT * FROM t WHERE s = 'it''s';"],
  ["SELECT * FROM t WHERE s >= 'a' AND s < 'c';", "SELECT * FROM t WHERE s >= 'b' AND s < '';"],
  ["SELECT n FROM t\nWHERE s = 'a' LIMIT 3;", "SELECT n FROM t\nWHERE s = 'b' LIMIT 3;"],
  ["SELECT * FROM two WHERE s = 'a' AND k = 1;", "SELECT * FROM two WHERE s = 'b' AND k = 22;"],
  ['SELECT * FROM t WHERE n > 3;', 'SELECT * FROM t WHERE n > 3;'],
])('a plan of %j serves %j, and is what that would be planned as', (first, second) => {
  expect(found(after(first), second)).toEqual(planned(second))
})

test.each([
  ["SELECT * FROM t WHERE s = 'a';", 'SELECT * FROM t WHERE s = 1;'],
  ["SELECT * FROM t WHERE s = 'a' LIMIT 3;", "SELECT * FROM t WHERE s = 'a' LIMIT 4;"],
  ['SELECT * FROM t WHERE n > 3;', 'SELECT * FROM t WHERE n > 4;'],
  ["SELECT s, 'x' AS c FROM t WHERE s = 'a';", "SELECT s, 'y' AS c FROM t WHERE s = 'a';"],
  ["SELECT * FROM two WHERE s = 'a' AND k = 1;", "SELECT * FROM two WHERE s = 'a' AND k = 12345678901;"],
  ["SELECT * FROM t WHERE s = 'a';", "SELECT * FROM t WHERE s = 'a' -- b\n;"],
])('a plan of %j does not serve %j', (first, second) => {
  expect(found(after(first), second)).toBeUndefined()
})

test('a condition that calls a function is planned each time', () => {
  const sql = 'SELECT * FROM t WHERE n > UNIX_TIMESTAMP();'
  expect(found(after(sql), sql)).toBeUndefined()
})

test('other settings and another catalog need plans of their own', () => {
  const sql = "SELECT * FROM t WHERE s = 'a';"
  const plans = after(sql, { 'ksql.query.pull.table.scan.enabled': 'false' })
  expect(found(plans, sql)).toBeUndefined()
  expect(found(plans, sql, { 'ksql.query.pull.table.scan.enabled': 'false' })).toBeDefined()
  expect(after(sql).find({ sql }, { ...catalog })).toBeNull()
})
