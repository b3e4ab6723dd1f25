import { expect, test } from 'vitest'
import { ManualTimer } from '../../../../src/clock.ts'
import type { TaskAssignment } from '../../../../src/runtime/assignment.ts'
import { grownTopics, PartitionWatch, placesByKey } from '../../../../src/runtime/queries/partition-watch.ts'
import { planOf } from '../../../support/plan-of.ts'

const STREAM = "CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);"

const taskReading = (partition: number) => ({ inputs: [{ topic: 's', partition }] }) as unknown as TaskAssignment

test('a topic has grown when it has partitions that no task reads', async () => {
  const plan = await planOf(STREAM, 'CREATE STREAM o AS SELECT * FROM s;')
  const tasks = [taskReading(0), taskReading(1)]
  expect(grownTopics(plan, tasks, new Map([['s', 2]]))).toEqual([])
  expect(grownTopics(plan, tasks, new Map())).toEqual([])
  expect(grownTopics(plan, tasks, new Map([['s', 5]]))).toEqual([{ topic: 's', read: 2, now: 5 }])
})

test.each([
  ['CREATE STREAM o AS SELECT k, v + 1 AS w FROM s WHERE v > 0;', false],
  ['CREATE STREAM o AS SELECT v, k FROM s PARTITION BY v;', false],
  ['CREATE TABLE o AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;', true],
  ['CREATE TABLE o AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;', true],
])('%s keeps keys in their partitions: %s', async (sql, keeps) => {
  expect(placesByKey(await planOf(STREAM, sql))).toBe(keeps)
})

test('topics are looked at while there are queries, one look at a time, whatever the broker answers', async () => {
  const timer = new ManualTimer()
  const looks: PromiseWithResolvers<never>[] = []
  let isNeeded = false
  const watch = new PartitionWatch({
    broker: {
      listTopics: () => {
        looks.push(Promise.withResolvers<never>())
        return looks.at(-1)!.promise
      },
    },
    timer,
    periodMs: 10,
    isNeeded: () => isNeeded,
    onCounts: () => {},
  })
  timer.advance(10)
  expect(looks).toHaveLength(0)
  isNeeded = true
  timer.advance(30)
  expect(looks).toHaveLength(1)
  looks[0]!.reject(new Error('It does not answer.'))
  await new Promise((resolve) => setImmediate(resolve))
  timer.advance(10)
  expect(looks).toHaveLength(2)
  watch.close()
  timer.advance(100)
  expect(looks).toHaveLength(2)
})
