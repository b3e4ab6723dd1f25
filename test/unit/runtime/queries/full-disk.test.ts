import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Broker, Producer } from '../../../../src/broker/broker.ts'
import { storageError } from '../../../../src/broker/embedded/segments/storage-error.ts'
import { systemClock, systemTimer } from '../../../../src/clock.ts'
import { durableStores } from '../../../../src/runtime/stores/durable-stores.ts'
import type { Checkpoint, StoreProvider, TaskStores } from '../../../../src/runtime/stores/task-stores.ts'
import { changed } from '../../../support/changed.ts'
import { QueryWorld } from '../../../support/query-world.ts'
import { until } from '../../../support/until.ts'

let world: QueryWorld
let isFull = false
const directories: string[] = []
afterEach(async () => {
  isFull = false
  await world.close()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=2);`
const logs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: 'a', value: { state: 'LA', n: from + i } }))
const CONFIG = {
  'auto.offset.reset': 'earliest',
  'ksql.query.retry.backoff.initial.ms': '1',
  'ksql.query.retry.backoff.max.ms': '8',
  'commit.interval.ms': '1',
}

const noSpace = () => Object.assign(new Error('write: no space left on device'), { code: 'ENOSPC' })

/** What the embedded log answers when the file system takes no more. */
function logOnFullDisk(broker: Broker): Broker {
  const producer = (...options: Parameters<Broker['producer']>) =>
    changed(broker.producer(...options), (real) => ({
      send: ((topic, partition, batch) =>
        isFull && topic !== 'logs'
          ? Promise.reject(storageError(`append to ${topic}-${partition}`, noSpace()))
          : real.send(topic, partition, batch)) satisfies Producer['send'],
    }))
  return changed(broker, () => ({ producer }))
}

function stateOnFullDisk(): StoreProvider {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-full-'))
  directories.push(directory)
  const provider = durableStores({
    directory,
    cacheBytes: 1e7,
    changelogs: null,
    clock: systemClock,
    timer: systemTimer,
    onWarning: () => {},
  })
  const checkpointOf = (stores: TaskStores) => (mark: Parameters<TaskStores['checkpoint']>[0]) =>
    changed<Checkpoint>(stores.checkpoint(mark), (real) => ({
      write: () => (isFull ? Promise.reject(noSpace()) : real.write()),
    }))
  return changed(provider, (real) => ({
    open: async (request) => changed(await real.open(request), (stores) => ({ checkpoint: checkpointOf(stores) })),
  }))
}

describe.each(['at_least_once', 'exactly_once_v2'])('a full disk, %s,', (guarantee) => {
  const config = { ...CONFIG, 'processing.guarantee': guarantee }

  test('under a sink: the query stops with the cause, and later misses nothing', async () => {
    world = await QueryWorld.open((log) => ({ broker: logOnFullDisk(log.broker()) }))
    const [plan] = await world.run(`${LOGS} CREATE STREAM la AS SELECT userid, n FROM logs;`, config)
    const status = () => world.runtime.status(plan!.queryId)!
    await world.produce('logs', logs(0, 10))
    await world.runtime.settled()
    isFull = true
    await world.produce('logs', logs(10, 20))
    await until(() => status().failures.length >= 3)
    expect(status()).toMatchObject({ state: expect.stringMatching('ERROR|RUNNING') })
    expect(status().failures.at(-1)).toMatchObject({
      type: 'SYSTEM',
      message: expect.stringContaining('No space is left on the disk to append to LA-'),
    })
    isFull = false
    await until(() => status().state === 'RUNNING')
    await world.runtime.settled()
    const numbers = ((await world.values('LA')) as { N: number }[]).map(({ N }) => N)
    expect(numbers.toSorted((a, b) => a - b)).toEqual([...Array(20).keys()])
  })

  test('under the state: the query stops with the cause, and later counts as if nothing had been', async () => {
    world = await QueryWorld.open(() => ({ stores: stateOnFullDisk() }))
    const [plan] = await world.run(
      `${LOGS} CREATE TABLE counts AS SELECT userid, COUNT(*) AS n FROM logs GROUP BY userid;`,
      config,
    )
    const status = () => world.runtime.status(plan!.queryId)!
    await world.produce('logs', logs(0, 10))
    await world.runtime.settled()
    isFull = true
    await world.produce('logs', logs(10, 20))
    await until(() => status().failures.length >= 1)
    expect(status().failures.at(-1)).toMatchObject({
      type: 'SYSTEM',
      message: expect.stringMatching(/^No space is left on the disk for the query's state/),
    })
    isFull = false
    await until(() => status().state === 'RUNNING')
    await world.runtime.settled()
    await world.produce('logs', logs(20, 30))
    await world.runtime.settled()
    expect((await world.values('COUNTS')).at(-1)).toEqual({ N: 30 })
  })
})
