import { expect, test } from 'vitest'
import type { ProducerOptions } from '../../../src/broker/broker.ts'
import { sleep } from '../../../src/clock.ts'
import { DEFAULT_PERIOD_MS } from '../../../src/runtime/queries/partition-watch.ts'
import { BIGINT, STRING } from '../../../src/types/sql-type.ts'
import { seeded } from '../../faults/support/server.ts'
import { produceJson } from '../../support/produce-json.ts'
import { pullAll, pullRows } from '../../support/pull-requests.ts'
import { MemoryBroker } from '../../support/simulation/memory-broker.ts'
import { MemoryDisk } from '../../support/simulation/memory-environment.ts'
import { MemoryLog } from '../../support/simulation/memory-log.ts'
import { SimulatedGroup } from '../../support/simulation/simulated-group.ts'
import { planSimulatedQueries, type SimulatedQueries } from '../../support/simulation/simulated-queries.ts'
import { SimulatedServer } from '../../support/simulation/simulated-server.ts'
import { VirtualTime } from '../../support/simulation/virtual-time.ts'

const PARTITIONS = 4
const KEYS = 8
/** So many that each partition has some. */
const OTHERS = 32
const COUNTS = pullAll([
  { name: 'K', type: STRING },
  { name: 'N', type: BIGINT },
])
/** The id of the query that the second statement makes. */
const QUERY_ID = 'Q2'
/** By then a server has looked for new partitions. */
const WATCHED_MS = DEFAULT_PERIOD_MS + 1_000

/** A cluster that counts what is produced. */
class CountingCluster {
  readonly group = new SimulatedGroup(0)
  readonly #queries: SimulatedQueries
  readonly #guarantee: string
  readonly #time: VirtualTime
  readonly #log: MemoryLog
  readonly #broker: MemoryBroker
  readonly #disk = new MemoryDisk()

  constructor(queries: SimulatedQueries, guarantee: string, time: VirtualTime) {
    this.#queries = queries
    this.#guarantee = guarantee
    this.#time = time
    this.#log = new MemoryLog({ clock: time, timer: time, knows: this.group.knows })
    this.#broker = new MemoryBroker(this.#log)
    for (const topic of queries.topics) this.#log.createTopic(topic)
  }

  /** Nothing is committed by the clock. */
  async start(identity: string, broker = new MemoryBroker(this.#log)): Promise<SimulatedServer> {
    const server = await SimulatedServer.start({
      broker,
      identity,
      directory: identity,
      config: {
        'auto.offset.reset': 'earliest',
        'commit.interval.ms': '600000',
        'processing.guarantee': this.#guarantee,
      },
      plans: this.#queries.plans,
      clock: this.#time,
      timer: this.#time,
      random: seeded(1),
      openEnvironment: this.#disk.open,
    })
    await this.group.join(server)
    return server
  }

  /** A client whose commits of positions, other than those of workers, wait for what `untilWhen` answers. */
  slowlyCommitting(untilWhen: () => Promise<void>): MemoryBroker {
    const broker = new MemoryBroker(this.#log)
    const commitOffsets = broker.commitOffsets.bind(broker)
    const producer = broker.producer.bind(broker)
    return Object.assign(broker, {
      commitOffsets: async (...given: Parameters<typeof commitOffsets>) => {
        await untilWhen()
        return commitOffsets(...given)
      },
      producer: (options: ProducerOptions = {}) => {
        const made = producer(options)
        if (options.transactionalId?.endsWith('-positions') !== true) return made
        const sendOffsets = made.sendOffsets.bind(made)
        return Object.assign(made, {
          sendOffsets: async (...given: Parameters<typeof sendOffsets>) => {
            await untilWhen()
            return sendOffsets(...given)
          },
        })
      },
    })
  }

  addPartition(): void {
    this.#log.addPartitions('s', 1)
  }

  /** What is committed for the query, by partition of the topic. */
  async committed(): Promise<number[]> {
    const offsets = await this.#broker.fetchOffsets(`_confluent-ksql-default_query_${QUERY_ID}`)
    const sorted = offsets.filter(({ topic }) => topic === 's').toSorted((a, b) => a.partition - b.partition)
    return sorted.map(({ offset }) => offset)
  }

  async ends(): Promise<number[]> {
    return (await this.#broker.endOffsets('s')).map(({ offset }) => offset)
  }

  produce(keys: readonly string[], partitions = PARTITIONS): Promise<void> {
    const records = keys.map((key, n) => ({ key, value: { N: n } }))
    return produceJson(this.#broker, { topic: 's', partitions }, records)
  }

  async consumed(server: SimulatedServer, records: number): Promise<void> {
    while (server.runtime.status(QUERY_ID)?.recordsConsumed !== records) await sleep(this.#time, 10)
  }

  async counts(server: SimulatedServer): Promise<unknown[]> {
    return (await pullRows(server.runtime, QUERY_ID, COUNTS)).map(([, n]) => n)
  }
}

/** Each key so many times. */
const keys = (each: number): string[] => Array.from({ length: KEYS * each }, (_, n) => `k${n % KEYS}`)

test.each(['at_least_once', 'exactly_once_v2'])(
  'a frozen owner writes neither state nor positions once another has its slots: %s',
  async (guarantee) => {
    const queries = await planSimulatedQueries(`
      CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=${PARTITIONS});
      CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`)
    const time = new VirtualTime()
    await time.run(async () => {
      const cluster = new CountingCluster(queries, guarantee, time)
      const frozen = await cluster.start('frozen')
      await cluster.produce(keys(5))
      await frozen.runtime.settled()
      await cluster.produce(keys(5))
      await cluster.consumed(frozen, 10 * KEYS)
      // So that it reads nothing more when it is thawed, and its commit is what was under way.
      await frozen.runtime.pause(QUERY_ID)
      frozen.freeze()
      await cluster.group.evict(frozen)
      const successor = await cluster.start('successor')
      await cluster.produce(keys(5))
      await successor.runtime.settled()
      expect(await cluster.counts(successor)).toEqual(Array(KEYS).fill(15))

      // It does not know yet that its slots are another's, and commits what it had done.
      frozen.thaw()
      await frozen.release()
      // The successor continues with other keys: for the former ones the next owner finds what stands in the changelogs by now.
      await cluster.produce(Array.from({ length: OTHERS }, (_, n) => `other${n}`))
      await successor.runtime.settled()
      await cluster.group.evict(successor)
      await successor.kill()
      const third = await cluster.start('third')
      await third.runtime.settled()
      const found = (await cluster.counts(third)).toSorted((a, b) => Number(a) - Number(b))
      expect(found).toEqual([...Array(OTHERS).fill(1), ...Array(KEYS).fill(15)])
      for (const server of [frozen, third]) await server.close()
    })
  },
)

test.each(['at_least_once', 'exactly_once_v2'])(
  'a server that has lost its slots does not set a new partition back to its start: %s',
  async (guarantee) => {
    const queries = await planSimulatedQueries(`
      CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=${PARTITIONS});
      CREATE STREAM t AS SELECT k, n FROM s WHERE n >= 0;`)
    const time = new VirtualTime()
    await time.run(async () => {
      const cluster = new CountingCluster(queries, guarantee, time)
      const thawed = Promise.withResolvers<void>()
      let commitAt = Promise.resolve()
      const frozen = await cluster.start(
        'frozen',
        cluster.slowlyCommitting(() => commitAt),
      )
      await cluster.produce(keys(5))
      await frozen.runtime.settled()
      commitAt = thawed.promise
      cluster.addPartition()
      // It finds the partition, and is about to commit where it begins.
      await sleep(time, WATCHED_MS)
      await cluster.group.evict(frozen)
      const successor = await cluster.start('successor')
      await cluster.produce(keys(5), PARTITIONS + 1)
      await successor.runtime.settled()
      const ends = await cluster.ends()
      expect(ends.at(-1)).toBeGreaterThan(0)
      expect(await cluster.committed()).toEqual(ends)

      thawed.resolve()
      await sleep(time, WATCHED_MS)
      expect(await cluster.committed()).toEqual(ends)
      for (const server of [frozen, successor]) await server.close()
    })
  },
)
