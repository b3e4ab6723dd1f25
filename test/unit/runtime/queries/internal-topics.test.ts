import { expect, test } from 'vitest'
import { splitTopology } from '../../../../src/plan/topology.ts'
import { internalTopics } from '../../../../src/runtime/queries/internal-topics.ts'
import { Layout } from '../../../../src/runtime/queries/layout.ts'
import { planOf } from '../../../support/plan-of.ts'

const STREAMS = ['s', 'other'].map(
  (name) =>
    `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (kafka_topic='${name}', value_format='JSON', partitions=2);`,
)
const PARTITIONS = new Map([
  ['s', 2],
  ['other', 2],
])

async function changelogsOf(sql: string) {
  const plan = await planOf(...STREAMS, sql)
  const layout = new Layout('app', splitTopology(plan.steps), PARTITIONS)
  const topics = internalTopics({ plan, config: {} }, layout, { changelogs: true })
  return topics.filter(({ name }) => name.endsWith('-changelog')).map(({ config }) => config)
}

test.each([
  'CREATE TABLE o AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY k;',
  'CREATE TABLE o AS SELECT k, COUNT(*) AS n FROM s WINDOW SESSION (1 HOUR) GROUP BY k;',
  'CREATE STREAM o AS SELECT s.k, other.v FROM s JOIN other WITHIN 1 HOUR ON s.k = other.k;',
])('changes of windows are deleted by the time at which they were appended: %s', async (sql) => {
  const changelogs = await changelogsOf(sql)
  expect(changelogs.length).toBeGreaterThan(0)
  for (const config of changelogs)
    expect(config).toMatchObject({ 'cleanup.policy': 'compact,delete', 'message.timestamp.type': 'LogAppendTime' })
})

test('changes of groups are kept for good, under the times of their records', async () => {
  expect(await changelogsOf('CREATE TABLE o AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;')).toEqual([
    expect.objectContaining({ 'cleanup.policy': 'compact', 'message.timestamp.type': 'CreateTime' }),
  ])
})
