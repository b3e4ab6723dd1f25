/** A process that writes to an embedded log until it is killed, for embedded-kill.test.ts. Prints what was acknowledged. */

import { writeSync } from 'node:fs'
import { openEmbeddedLog } from '../../../src/broker/embedded/embedded-log.ts'
import { encode, record } from '../batches.ts'

const log = await openEmbeddedLog({
  dataDir: process.argv[2]!,
  maintenanceIntervalMs: 20,
  fsync: 30,
  warn: console.error,
})
const broker = log.broker()
const config = { 'segment.bytes': '20000' }
if ((await broker.describeTopic('plain')) === null) {
  await broker.createTopic({ name: 'plain', partitions: 1, config })
  await broker.createTopic({ name: 'atomic', partitions: 2, config })
}
const plain = broker.producer()
const atomic = broker.producer({ transactionalId: 'tx' })
await atomic.initTransactions()
const committed = await broker.fetchOffsets('g')

for (let n = committed[0]?.offset ?? 0; ; n++) {
  const { baseOffset } = await plain.send('plain', 0, encode([record(`${n}`)]))
  atomic.begin()
  for (const partition of [0, 1]) await atomic.send('atomic', partition, encode([record(`${n}`)]))
  await atomic.sendOffsets('g', [{ topic: 'plain', partition: 0, offset: n + 1 }])
  // Every third is dropped.
  if (n % 3 === 2) {
    await atomic.abort()
    await broker.commitOffsets('g', [{ topic: 'plain', partition: 0, offset: n + 1 }])
  } else await atomic.commit()
  writeSync(1, `${baseOffset} ${n}\n`)
  if (n % 50 === 0) await new Promise(setImmediate)
}
