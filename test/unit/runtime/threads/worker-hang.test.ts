import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EmbeddedLog } from '../../../../src/broker/embedded/embedded-log.ts'
import { systemTimer } from '../../../../src/clock.ts'
import { BUILT_IN_FUNCTIONS } from '../../../../src/functions/index.ts'
import { createRegistry } from '../../../../src/functions/registry.ts'
import { workerThreads } from '../../../../src/runtime/threads/worker-threads.ts'
import { functions as crashing } from '../../../support/crashing-functions.ts'
import { type Overrides, QueryWorld } from '../../../support/query-world.ts'
import { until } from '../../../support/until.ts'

let world: QueryWorld
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-hang-'))
})
afterEach(async () => {
  await world.close()
  rmSync(directory, { recursive: true, force: true })
})

const deaths: string[] = []

/** All tasks in one thread. */
const inOneWorker = (log: EmbeddedLog): ReturnType<Overrides> => ({
  functions: createRegistry([...BUILT_IN_FUNCTIONS, ...crashing]),
  workers: workerThreads({
    count: 1,
    serverId: 'test_',
    config: { 'millrace.worker.timeout.ms': '2000' },
    connect() {
      const attachment = log.attachment()
      return { connection: { kind: 'embedded', attachment }, transfer: [attachment.port] }
    },
    stores: { kind: 'disk', directory, cacheBytes: 1e6, changelogs: false },
    functionModules: [new URL('../../../support/crashing-functions.ts', import.meta.url).href],
    timer: systemTimer,
    onDeath: ({ message }) => deaths.push(message),
    log: () => {},
  }),
})

const LOGS = `CREATE STREAM logs (userid STRING KEY, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=1);`
const logs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: 'a', value: { n: from + i } }))
const RETRY = { 'auto.offset.reset': 'earliest', 'ksql.query.retry.backoff.initial.ms': '1' }

describe.each([
  ['a column', 'SELECT userid, HANG_THREAD(n) AS n FROM logs'],
  ['a filter', 'SELECT userid, n FROM logs WHERE HANG_THREAD(n) >= 0'],
])('a query whose thread never comes back from %s', { timeout: 60_000 }, (_, select) => {
  test('is stopped when that has happened twice; the others continue where they were', async () => {
    world = await QueryWorld.open(inOneWorker)
    deaths.length = 0
    const plans = await world.run(
      `${LOGS}
      CREATE STREAM fine AS SELECT userid, n FROM logs WHERE n >= 0;
      CREATE STREAM hanging AS ${select};
      CREATE TABLE counts AS SELECT userid, COUNT(*) AS n FROM logs GROUP BY userid;
      CREATE STREAM also_fine AS SELECT userid, n FROM logs;`,
      RETRY,
    )
    const [fine, hanging] = plans.map(({ queryId }) => queryId)
    await world.produce('logs', logs(0, 10))
    await world.runtime.settled()
    await world.produce('logs', logs(13, 14))
    await until(() => world.runtime.status(hanging!)?.state === 'ERROR')
    await world.produce('logs', logs(20, 30))
    await world.runtime.settled()
    expect(deaths).toEqual(
      Array(2).fill('Worker thread 0 did not come back from its work within 2000 ms, and was ended.'),
    )
    expect(world.runtime.status(hanging!)).toMatchObject({
      state: 'ERROR',
      failures: [
        { type: 'SYSTEM', message: expect.stringMatching(/died 2 times .* did not come back .* not tried again/) },
      ],
    })
    expect(world.runtime.status(fine!)).toMatchObject({ state: 'RUNNING', failures: [] })
    expect((await world.values('COUNTS')).at(-1)).toEqual({ N: 21 })
    for (const topic of ['FINE', 'ALSO_FINE']) {
      const numbers = new Set(((await world.values(topic)) as { N: number }[]).map(({ N }) => N))
      expect([...numbers].toSorted((a, b) => a - b)).toEqual([
        ...Array(10).keys(),
        13,
        ...logs(20, 30).map(({ value }) => value.n),
      ])
    }
  })
})
