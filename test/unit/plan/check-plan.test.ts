import { expect, it } from 'vitest'
import type { Step } from '../../../src/operators/index.ts'
import { checkPlan } from '../../../src/plan/check-plan.ts'
import type { PhysicalPlan } from '../../../src/plan/physical-plan.ts'
import { planCreateAs } from '../../../src/plan/queries/persistent-query.ts'
import { planPushQuery } from '../../../src/plan/queries/push-query.ts'
import { planSourceTable } from '../../../src/plan/statements/create-source.ts'
import { BIGINT, type SqlType, STRING } from '../../../src/types/sql-type.ts'
import { contextOf, metastoreOf, statement } from './metastore.ts'

const METASTORE = metastoreOf(
  "CREATE STREAM s (k STRING KEY, v INT, w STRING) WITH (kafka_topic='s', value_format='JSON')",
  "CREATE STREAM r (k STRING KEY, x INT) WITH (kafka_topic='r', value_format='JSON')",
  "CREATE TABLE t (id STRING PRIMARY KEY, n INT, other STRING) WITH (kafka_topic='t', value_format='JSON')",
  "CREATE TABLE u (id STRING PRIMARY KEY, m INT) WITH (kafka_topic='u', value_format='JSON')",
)

const persistent = (sql: string): PhysicalPlan =>
  planCreateAs(statement('createAs', sql), 'Q', contextOf(METASTORE)).plan

const push = (sql: string): PhysicalPlan =>
  planPushQuery(statement('query', sql).query, () => 'Q', contextOf(METASTORE)).plan

const FILTERED = "CREATE STREAM o AS SELECT k, v + 1 AS v FROM s WHERE w = 'a'"
const COUNTED = 'CREATE TABLE o AS SELECT w, SUM(v) AS n FROM s GROUP BY w'
const JOINED = 'CREATE STREAM o AS SELECT s.k, v, x FROM s JOIN r WITHIN 1 HOUR GRACE PERIOD 1 HOUR ON s.k = r.k'
const FOREIGN = 'CREATE TABLE o AS SELECT t.id, n, m FROM t JOIN u ON t.other = u.id'
const PUSHED = 'SELECT * FROM t EMIT CHANGES'

/** A plan whose steps of one kind are changed as JSON: what no planner should make. */
function broken<Kind extends Step['kind']>(
  plan: PhysicalPlan,
  kind: Kind,
  change: (step: Extract<Step, { kind: Kind }>) => Extract<Step, { kind: Kind }>,
): PhysicalPlan {
  expect(plan.steps.map((step) => step.kind)).toContain(kind)
  const isIt = (step: Step): step is Extract<Step, { kind: Kind }> => step.kind === kind
  return { ...plan, steps: plan.steps.map((step) => (isIt(step) ? change(step) : step)) }
}

it.each([
  ['a filter', persistent(FILTERED)],
  ['an aggregation', persistent(COUNTED)],
  ['a windowed aggregation', persistent(COUNTED.replace('GROUP', 'WINDOW TUMBLING (SIZE 1 HOUR) GROUP'))],
  ['a stream-stream join', persistent(JOINED)],
  ['a join of tables by a foreign key', persistent(FOREIGN)],
  ['a push query', push(PUSHED)],
  ['a source table', planSourceTable(METASTORE.sources.get('T')!, 'Q')],
])('the plan of %s passes as it is, also when it was stored as JSON', (_what, plan) => {
  const stored = JSON.parse(JSON.stringify(plan)) as PhysicalPlan
  expect(checkPlan(stored)).toBe(stored)
})

it.each<readonly [what: string, plan: PhysicalPlan, message: string]>([
  [
    'a filter that reads behind the row',
    broken(persistent(FILTERED), 'filter', (step) => ({
      ...step,
      predicate: { kind: 'isNull', type: null, negated: false, operand: column(7, 'W', STRING) },
    })),
    'Step WhereFilter reads `W` STRING at place 7 of its input, where a row of length 3 has nothing.',
  ],
  [
    'a projection that reads another column',
    broken(persistent(FILTERED), 'project', (step) => ({
      ...step,
      columns: [{ name: 'V', type: STRING, text: 'W', expression: column(0, 'W', STRING) }],
    })),
    'Step Project reads `W` STRING at place 0 of its input, where `K` STRING is there.',
  ],
  [
    'an aggregate function that reads a column of another type',
    broken(persistent(COUNTED), 'aggregate', (step) => ({
      ...step,
      functions: step.functions.map((call) => ({ ...call, args: [column(0, 'V', BIGINT)] })),
    })),
    'reads `V` BIGINT at place 0 of its input, where `V` INTEGER is there.',
  ],
  [
    'a grouping by a column that is not there',
    broken(persistent(COUNTED), 'groupBy', (step) => ({
      ...step,
      key: step.key.map((part) => ({ ...part, expression: column(2, 'W', STRING) })),
    })),
    'reads `W` STRING at place 2 of its input, where a row of length 2 has nothing.',
  ],
  [
    'a join whose sides have keys of different types',
    broken(persistent(JOINED), 'source', (step) =>
      step.source === 'R' ? { ...step, key: [{ name: 'K', type: BIGINT }], columns: step.columns.slice(1) } : step,
    ),
    'reads a column of type STRING at place 0 of its input, where `K` BIGINT is there.',
  ],
  [
    'a foreign key that is not there',
    broken(persistent(FOREIGN), 'foreignKeySubscribe', (step) => ({
      ...step,
      foreignKey: { ...step.foreignKey, expression: column(9, 'OTHER', STRING) },
    })),
    'reads `OTHER` STRING at place 9 of its input',
  ],
  [
    'answers about other columns than the right side sends',
    broken(persistent(FOREIGN), 'foreignKeyResolve', (step) => ({
      ...step,
      rightColumns: [...step.rightColumns, { name: 'X', type: STRING }],
    })),
    'reads `X` STRING at place',
  ],
  [
    'an answer that is sent to the partition that a text names',
    broken(persistent(FOREIGN), 'repartition', (step) => ({ ...step, partitionColumn: 0 })),
    'reads a column of type INTEGER at place 0 of its input',
  ],
  [
    'a sink that writes the columns in another order',
    broken(persistent(FILTERED.replace('v + 1 AS v', 'v, w')), 'sink', (step) => ({
      ...step,
      value: step.value.toReversed(),
    })),
    'Step Sink reads `W` STRING at place 0 of its input, where `V` INTEGER is there.',
  ],
  [
    'a subscriber that looks for a column in a part of the key that there is not',
    broken(push(PUSHED), 'subscriber', (step) => ({ ...step, keyColumns: step.keyColumns.map(() => 1) })),
    'Step Subscriber reads a column of type STRING at place 1 of its input, where a row of length 1 has nothing.',
  ],
  [
    'a source that reads a column that its topic does not have',
    broken(persistent(FILTERED), 'source', (step) => ({ ...step, value: step.value.slice(0, 1) })),
    'Step KsqlTopic/Source reads a column of type STRING at place 1 of its input, where a row of length 1 has nothing.',
  ],
  [
    'a table that is read through a step that does not exist',
    { ...persistent(COUNTED), materialization: { store: 'S', step: 'Gone', stages: [] } },
    'The table of Q is read through step Gone, which does not exist.',
  ],
])('refuses %s', (_what, plan, message) => {
  expect(() => checkPlan(plan)).toThrow(message)
})

function column(index: number, name: string, type: SqlType) {
  return { kind: 'column', index, name, type } as const
}
