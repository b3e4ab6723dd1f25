/** EMIT FINAL with a time-out, over running queries whose state is on disk. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock, systemTimer } from '../../../../src/clock.ts'
import { durableStores } from '../../../../src/runtime/stores/durable-stores.ts'
import { temporaryDirectory } from '../../../support/engine.ts'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
let directory: ReturnType<typeof temporaryDirectory>
beforeEach(async () => {
  directory = temporaryDirectory()
  world = await QueryWorld.open(() => ({
    stores: durableStores({
      directory: directory.path,
      cacheBytes: 1024 * 1024,
      changelogs: null,
      clock: systemClock,
      timer: systemTimer,
      onWarning: (message) => expect.fail(message),
    }),
  }))
})
afterEach(async () => {
  await world.close()
  directory.remove()
})

const SOURCE = "CREATE STREAM s (k STRING KEY, c STRING) WITH (kafka_topic='s', value_format='JSON', partitions=2);"
const WINDOW = 'WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS)'
const BOUND = { timeout: 20_000, interval: 20 }

const counts = async (): Promise<number[]> => (await world.read('T')).map(({ value }) => (value as { N: number }).N)

test.each([
  ['the key', `SELECT k, COUNT(*) AS n FROM s ${WINDOW} GROUP BY k EMIT FINAL TIMEOUT 20 MILLISECONDS`],
  ['another column', `SELECT c, COUNT(*) AS n FROM s ${WINDOW} GROUP BY c EMIT FINAL TIMEOUT 20 MILLISECONDS`],
])(
  'a window leaves once without a later record, and not again after a restart: grouped by %s',
  async (_name, query) => {
    await world.run(SOURCE)
    const row = { key: 'a', value: { C: 'red' }, timestamp: 1_000 }
    await world.produce('s', [row, row])
    const plans = await world.run(`CREATE TABLE t AS ${query};`)
    await expect.poll(counts, BOUND).toEqual([2])
    await world.runtime.settled()
    await world.restart()
    for (const plan of plans) await world.runtime.start({ plan, config: {}, paused: false })
    await world.produce('s', [row, { ...row, timestamp: 12_000 }])
    await expect.poll(counts, BOUND).toEqual([2, 1])
  },
  60_000,
)
