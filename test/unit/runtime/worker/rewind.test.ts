import { afterEach, expect, test } from 'vitest'
import type { Broker, Producer } from '../../../../src/broker/broker.ts'
import { BrokerError } from '../../../../src/broker/broker-error.ts'
import { changed } from '../../../support/changed.ts'
import { QueryWorld } from '../../../support/query-world.ts'
import { until } from '../../../support/until.ts'

let world: QueryWorld
afterEach(() => world.close())

/** A broker that aborts the next transaction when `aborts.next` is set. */
function aborting(broker: Broker, aborts: { next: boolean }): Broker {
  const producer = (...options: Parameters<Broker['producer']>) =>
    changed(broker.producer(...options), (real) => ({
      commit: (() => {
        if (!aborts.next) return real.commit()
        aborts.next = false
        return Promise.reject(new BrokerError('TRANSACTION_ABORTED', 'The transaction was open for too long.'))
      }) satisfies Producer['commit'],
    }))
  return changed(broker, () => ({ producer }))
}

test('a query whose transaction was aborted says that and why it continues at its last commit', async () => {
  const aborts = { next: false }
  const notices: string[] = []
  world = await QueryWorld.open((log) => ({
    broker: aborting(log.broker(), aborts),
    onNotice: (queryId, message) => notices.push(`${queryId}: ${message}`),
  }))
  const [plan] = await world.run(
    `CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);
     CREATE STREAM copy AS SELECT k, n FROM s;`,
    { 'auto.offset.reset': 'earliest', 'processing.guarantee': 'exactly_once_v2' },
  )
  await world.runtime.settled()
  aborts.next = true
  await world.produce('s', [{ key: 'a', value: { n: 1 } }])
  await until(() => notices.length > 0)
  await world.runtime.settled()
  expect(notices).toEqual([`${plan!.queryId}: It continues at its last commit. The transaction was open for too long.`])
  expect(await world.values('COPY')).toEqual([{ N: 1 }])
})
