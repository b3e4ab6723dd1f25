import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { partitionForKey } from '../../src/broker/partitioner.ts'
import type { Engine } from '../../src/engine/api.ts'
import { type ServerParts, startServerParts } from '../../src/main.ts'
import { FaultServer } from '../faults/support/server.ts'
import { decode, encode, record } from '../support/batches.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

const PARTITIONS = 4

interface Server {
  readonly parts: ServerParts
  readonly engine: Engine
  /** What the operator was told. */
  readonly told: string[]
}

describeKafka('two servers of a cluster', ({ bootstrapServers }) => {
  const id = `two-${process.pid}-${performance.now().toFixed(0)}`
  const open = new Set<ServerParts>()
  const directories: string[] = []
  const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
  let produced = 0
  let input = ''

  const properties = {
    'ksql.service.id': id,
    'ksql.streams.auto.offset.reset': 'earliest',
    'ksql.streams.num.stream.threads': '1',
    'ksql.streams.commit.interval.ms': '100',
  }

  function directory(): string {
    const made = mkdtempSync(join(tmpdir(), 'millrace-two-'))
    directories.push(made)
    return made
  }

  async function start(name: string): Promise<Server> {
    const dataDir = directory()
    const told: string[] = []
    const parts = startServerParts({
      dataDir,
      bootstrapServers,
      properties: { ...properties, 'ksql.advertised.listener': `http://${name}` },
      inform: (message) => told.push(message),
      warn: (message) => told.push(message),
    })
    open.add(parts)
    return { parts, engine: await parts.engine, told }
  }

  const stop = async ({ parts }: Server) => {
    open.delete(parts)
    await parts.close()
  }

  /** Numbers in a row; keys are those modulo `keys`. */
  async function produce(count: number, keys = Number.POSITIVE_INFINITY): Promise<void> {
    const producer = broker.producer()
    for (const last = produced + count; produced < last; produced++) {
      const key = String(produced % keys)
      const partition = partitionForKey(Buffer.from(key), PARTITIONS)
      void producer.send(input, partition, encode([record(`{"N":${produced}}`, produced, key)]))
    }
    await producer.close()
  }

  /** While slots move. */
  async function produceSlowly(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 10) {
      await produce(10)
      await delay(20)
    }
  }

  async function written(topic: string): Promise<number[]> {
    const ends = await broker.endOffsets(topic, { readCommitted: true })
    const fetcher = broker.fetcher({ readCommitted: true })
    for (const { partition } of ends) fetcher.assign({ topic, partition, offset: 0 })
    const left = new Map(ends.filter(({ offset }) => offset > 0).map(({ partition, offset }) => [partition, offset]))
    const numbers: number[] = []
    while (left.size > 0)
      for (const { partition, batches, fetchOffset, abortedTransactions, nextOffset } of await fetcher.poll(500)) {
        for (const { value } of decode(batches, fetchOffset, abortedTransactions))
          numbers.push(JSON.parse(String(value)).N)
        if (nextOffset >= left.get(partition)!) left.delete(partition)
      }
    await fetcher.close()
    return numbers.sort((a, b) => a - b)
  }

  const all = () => Array.from({ length: produced }, (_, n) => n)
  const reached = (topic: string) =>
    expect.poll(async () => (await written(topic)).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(produced)

  beforeAll(() => broker.connect())
  afterAll(() => broker.close())

  afterEach(async () => {
    produced = 0
    await Promise.all([...open].map((parts) => parts.close()))
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
  })

  test.each(['at_least_once', 'exactly_once_v2'])(
    'share the work, take it over from each other, and write each record once: %s',
    async (guarantee) => {
      input = `${id}-${guarantee}`
      const output = `${input}-out`
      const one = await start('one')
      await one.engine.execute({
        properties: { 'processing.guarantee': guarantee },
        sql: `CREATE STREAM ${guarantee} (k STRING KEY, n INT) WITH (kafka_topic='${input}', value_format='JSON', partitions=${PARTITIONS});
            CREATE STREAM ${guarantee}_out WITH (kafka_topic='${output}') AS SELECT k, n FROM ${guarantee};`,
      })
      await produce(200)
      await reached(output)

      const [two] = await Promise.all([start('two'), produceSlowly(200)])
      await expect.poll(() => two.told.join(), { timeout: 10_000 }).toContain('has got slots')
      await produce(200)
      await reached(output)
      expect(await written(output)).toEqual(all())
      for (const { parts } of [one, two]) {
        const metrics = () => parts.metrics.metrics()
        await expect.poll(metrics, { timeout: 5_000 }).toMatch(/millrace_query_records_consumed_total\{.*\} [1-9]/)
      }

      await Promise.all([stop(one), produceSlowly(200)])
      await produce(200)
      await reached(output)
      expect(await written(output)).toEqual(all())
      expect([one, two].flatMap(({ told }) => told).filter((message) => message.includes('not heard'))).toEqual([])
    },
  )

  test('what a killed server had, its state too, the other takes over, and answers for all of it', async () => {
    input = `${id}-counted`
    const config = { ...properties, 'bootstrap.servers': bootstrapServers, 'session.timeout.ms': '6000' }
    const servers = await Promise.all([FaultServer.start(directory(), config), FaultServer.start(directory(), config)])
    try {
      const [one, two] = servers
      await one!.execute(`
        CREATE STREAM c (k STRING KEY, n INT) WITH (kafka_topic='${input}', value_format='JSON', partitions=${PARTITIONS});
        CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM c GROUP BY k;`)
      const counts = (server: FaultServer) => async () =>
        (await server.pull('SELECT k, n FROM t;')).map(([, n]) => n as number)
      const allOf = (n: number) => Array(40).fill(n)
      await produce(400, 40)
      await expect.poll(counts(one!), { timeout: 10_000 }).toEqual(allOf(10))
      await expect.poll(counts(two!), { timeout: 10_000 }).toEqual(allOf(10))

      await one!.kill()
      await produce(400, 40)
      await expect.poll(counts(two!), { timeout: 20_000 }).toEqual(allOf(20))
    } finally {
      await Promise.all(servers.map((server) => server.kill()))
    }
  })

  test("a standby answers within two seconds of its owner's end, and takes over without a restore", {
    timeout: 180_000,
  }, async () => {
    input = `${id}-copied`
    const config = {
      ...properties,
      'ksql.service.id': `${id}-copied`,
      'bootstrap.servers': bootstrapServers,
      'session.timeout.ms': '6000',
      'num.standby.replicas': '1',
      'ksql.query.pull.enable.standby.reads': 'true',
      'ksql.heartbeat.enable': 'true',
      'ksql.lag.reporting.enable': 'true',
      'ksql.lag.reporting.send.interval.ms': '200',
    }
    const servers = await Promise.all([FaultServer.start(directory(), config), FaultServer.start(directory(), config)])
    try {
      const [one, two] = servers
      await one!.execute(`
        CREATE STREAM d (k STRING KEY, n INT) WITH (kafka_topic='${input}', value_format='JSON', partitions=${PARTITIONS});
        CREATE TABLE u AS SELECT k, COUNT(*) AS n FROM d GROUP BY k;
        CREATE INDEX u_by_n ON u (n);`)
      const counts = (server: FaultServer) => async () =>
        (await server.pull('SELECT k, n FROM u;')).map(([, n]) => n as number)
      const allOf = (n: number) => Array(4000).fill(n)
      const keysWith = async (n: number, server: FaultServer) =>
        (await server.pull(`SELECT k FROM u WHERE n = ${n};`)).length
      await produce(8000, 4000)
      await expect.poll(counts(two!), { timeout: 40_000 }).toEqual(allOf(2))
      // Each of the two has a part of the partitions, and up-to-date copies of the others.
      const standbys = async () => {
        const { clusterStatus } = (await (await fetch(`${two!.url}/clusterStatus`)).json()) as ClusterStatusAnswer
        return Object.values(clusterStatus).map(({ hostStoreLags, activeStandbyPerQuery }) => ({
          copied: Object.values(activeStandbyPerQuery).flatMap(({ standByPartitions }) => standByPartitions).length,
          lags: Object.values(hostStoreLags.stateStoreLags).flatMap(({ lagByPartition }) =>
            Object.values(lagByPartition).map(({ offsetLag }) => offsetLag),
          ),
        }))
      }
      const shared = { copied: PARTITIONS / 2, lags: Array(PARTITIONS / 2).fill(0) }
      await expect.poll(standbys, { timeout: 40_000 }).toEqual([shared, shared])

      for (const server of servers) expect([await keysWith(1, server), await keysWith(2, server)]).toEqual([0, 4000])

      await one!.kill()
      const killedAt = performance.now()
      await expect.poll(counts(two!), { timeout: 2_000, interval: 20 }).toEqual(allOf(2))
      expect(performance.now() - killedAt).toBeLessThan(2_000)

      await produce(4000, 4000)
      await expect.poll(counts(two!), { timeout: 30_000 }).toEqual(allOf(3))
      expect([await keysWith(2, two!), await keysWith(3, two!)]).toEqual([0, 4000])
      const restored = await two!.metric('millrace_query_restored_records')
      // A copy that was caught in the middle of the last commit reads the rest of it.
      expect(restored.size).toBe(1)
      expect([...restored.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(500)
    } finally {
      await Promise.all(servers.map((server) => server.kill()))
    }
  })
})

interface ClusterStatusAnswer {
  readonly clusterStatus: Readonly<
    Record<
      string,
      {
        readonly activeStandbyPerQuery: Readonly<Record<string, { readonly standByPartitions: readonly unknown[] }>>
        readonly hostStoreLags: {
          readonly stateStoreLags: Readonly<
            Record<string, { readonly lagByPartition: Readonly<Record<string, { readonly offsetLag: number }>> }>
          >
        }
      }
    >
  >
}
