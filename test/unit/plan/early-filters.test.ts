import { expect, test } from 'vitest'
import { planCreateAs } from '../../../src/plan/queries/persistent-query.ts'
import { contextOf, metastoreOf, statement } from './metastore.ts'

const WITH = "WITH (kafka_topic='t', value_format='JSON')"
const metastore = metastoreOf(
  `CREATE STREAM a (x INT, y INT) ${WITH}`,
  `CREATE STREAM b (x INT, y INT) ${WITH}`,
  `CREATE TABLE t (k INT PRIMARY KEY, x INT, y INT) ${WITH}`,
  `CREATE TABLE u (k INT PRIMARY KEY, x INT, y INT) ${WITH}`,
)

/** What each filter of the query tests, but for that of its key, and the condition that is left to its joins. */
function conditionsOf(query: string): string[] {
  const kind = query.includes('STATE TTL') ? 'STREAM' : 'TABLE'
  const { plan } = planCreateAs(statement('createAs', `CREATE ${kind} q AS ${query}`), 'Q', contextOf(metastore))
  return plan.steps.flatMap((step) => {
    if (step.id === 'Result/KeyFilter') return []
    if (step.kind === 'filter' || step.kind === 'tableFilter') return [`${step.id} ${step.text}`]
    return step.kind === 'changeJoin' && step.residual !== null ? [`${step.id} ${step.residual.text}`] : []
  })
}

const streams = (rest: string): string[] =>
  conditionsOf(`SELECT a.x, a.y, b.y FROM a JOIN b STATE TTL 1 DAY ON a.x = b.x ${rest}`)
const tables = (join: string, rest: string): string[] =>
  conditionsOf(`SELECT t.k, u.k, t.y, u.y FROM t ${join} u ON t.x = u.x AND t.y <> u.y ${rest}`)

test('conditions on one side of an inner join are tested before it', () => {
  expect(streams('AND a.y = 1 AND (b.y > 2 OR b.y IS NULL) AND a.y < b.y')).toEqual([
    'Join-left/OnFilter (A_Y = 1)',
    'Join-right/OnFilter ((B_Y > 2) OR (B_Y IS NULL))',
    'Join (A_Y < B_Y)',
  ])
  expect(streams('WHERE a.y = 1 AND b.y = 2 AND a.y + b.y = 3')).toEqual([
    'KafkaTopic_Left/WhereFilter (A_Y = 1)',
    'KafkaTopic_Right/WhereFilter (B_Y = 2)',
    'WhereFilter ((A_Y + B_Y) = 3)',
  ])
})

test('conditions of ON are tested before a join whose result has no row that does not meet them', () => {
  const on = 'AND t.y = 1 AND u.y = 2'
  expect(tables('LEFT JOIN', on)).toEqual(['Join-right/OnFilter (U_Y = 2)', 'Join ((T_Y <> U_Y) AND (T_Y = 1))'])
  expect(tables('RIGHT JOIN', on)).toEqual(['Join-left/OnFilter (T_Y = 1)', 'Join ((T_Y <> U_Y) AND (U_Y = 2))'])
  expect(tables('FULL JOIN', on)).toEqual(['Join (((T_Y <> U_Y) AND (T_Y = 1)) AND (U_Y = 2))'])
})

test('WHERE is tested before a join that puts no NULLs in the place of the row', () => {
  const where = 'WHERE t.y = 1 AND u.y = 2'
  const rest = 'Join (T_Y <> U_Y)'
  expect(tables('LEFT JOIN', where)).toEqual(['KafkaTopic_Left/WhereFilter (T_Y = 1)', rest, 'WhereFilter (U_Y = 2)'])
  expect(tables('RIGHT JOIN', where)).toEqual(['KafkaTopic_Right/WhereFilter (U_Y = 2)', rest, 'WhereFilter (T_Y = 1)'])
  expect(tables('FULL JOIN', where)).toEqual([rest, 'WhereFilter ((T_Y = 1) AND (U_Y = 2))'])
})

test('EXISTS and NOT EXISTS look among the rows that meet their condition', () => {
  const query = (not: string): string[] =>
    conditionsOf(`SELECT k, y FROM t WHERE ${not} EXISTS (SELECT 1 FROM u WHERE u.x = t.x AND u.y = 2 AND t.y = 1)`)
  expect(query('')).toContain('Join-left/OnFilter (T_Y = 1)')
  expect(query('NOT')).not.toContain('Join-left/OnFilter (T_Y = 1)')
  for (const found of [query(''), query('NOT')]) expect(found.join()).toContain('= 2)')
})

test('joins of ksqlDB keep its steps', () => {
  expect(conditionsOf('SELECT t.k, t.y FROM t JOIN u ON t.k = u.k WHERE t.y = 1')).toEqual(['WhereFilter (T_Y = 1)'])
})
