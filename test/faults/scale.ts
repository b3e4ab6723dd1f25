/**
 * Scale: one, two and three servers of one worker each read a topic of twelve partitions. The partitions are split evenly, a record costs about
 * as much CPU on three servers as on one, beside what servers cost that have nothing to read, and the last of many queries moves nothing. The
 * cost is that of records alone: queries are measured once their code has run for a while on each server, since each compiles it for itself,
 * however many records come. Options: `records` (6,000,000), `queries` (500).
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Broker } from '../../src/broker/broker.ts'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import type { ClusterStatus } from '../../src/engine/requests.ts'
import { findKafka } from '../support/kafka.ts'
import type { Fault, FaultOptions } from './fault.ts'
import { FaultCluster } from './sequences/fault-cluster.ts'
import type { FaultServer } from './support/server.ts'
import { withDataDir } from './support/server.ts'
import { writeRecords } from './support/topics.ts'

const PARTITIONS = 12
const SIZES = [1, 2, 3] as const
/** Servers join before anything is read. */
const SETTLED_MS = 5_000
/** Scrapes are work of the servers too, a millisecond or two each. */
const POLL_MS = 500
const STALL_MS = 300_000
/** How long servers that have read everything are watched, for what they cost without records. */
const IDLE_MS = 10_000
/** Part of the records of measured queries that are read before the measurement begins. */
const WARM_UP = 1 / 3
/** CPU per record of three servers, as a multiple of that of one. */
const MOST_COST = 1.15
const CONSUMED = 'millrace_query_records_consumed_total'
/** Statements of one request. */
const BATCH = 25

interface Run {
  /** Beyond what the servers cost without records. */
  readonly microsecondsPerRecord: number
  /** CPU of all servers without records, as a part of one core. */
  readonly idleCores: number
  /** Partitions that each server works on. */
  readonly split: readonly number[]
}

export const scale: Fault = async (options) => {
  const kafka = await findKafka()
  const broker = new KafkaBroker({ bootstrapServers: kafka.bootstrapServers.split(',') })
  await broker.connect()
  const records = options.number('records', 6_000_000)
  const topic = `scale${process.pid}-in`
  try {
    await fill(broker, topic, records)
    options.say(`${records} records are written`)
    const failures: string[] = []
    const measured: Record<string, string | number> = { kafka: kafka.origin, records }
    const costs: number[] = []
    for (const size of SIZES) {
      const { microsecondsPerRecord, idleCores, split } = await measure(
        kafka.bootstrapServers,
        { size, topic, records },
        options,
      )
      costs.push(microsecondsPerRecord)
      measured[`idleCores${size}`] = Number(idleCores.toFixed(3))
      measured[`microsecondsPerRecord${size}`] = Number(microsecondsPerRecord.toFixed(2))
      measured[`partitions${size}`] = split.join(' ')
      if (split.some((count) => count !== PARTITIONS / size))
        failures.push(`${size} servers: ${split.join(', ')} partitions`)
    }
    const ratio = costs[2]! / costs[0]!
    measured['ratio'] = Number(ratio.toFixed(3))
    if (ratio > MOST_COST) failures.push(`a record costs ${ratio.toFixed(2)} times as much on three servers as on one`)
    const moved = await createMany(kafka.bootstrapServers, topic, options)
    measured['queries'] = options.number('queries', 500)
    if (moved !== null) failures.push(moved)
    return { failures, measured }
  } finally {
    await broker.deleteTopic(topic).catch(() => {})
    await broker.close()
    await kafka.stop()
  }
}

async function fill(broker: Broker, topic: string, records: number): Promise<void> {
  await broker.createTopic({ name: topic, partitions: PARTITIONS })
  function* rows() {
    for (let n = 0; n < records; n++)
      yield { key: `k${n % 9_973}`, value: JSON.stringify({ C: `c${n % 101}`, N: n }), timestamp: n }
  }
  await writeRecords(broker, topic, PARTITIONS, rows())
}

/** Runs `use` with that many servers, which have divided the slots. */
function withServers<T>(
  bootstrapServers: string,
  { size, name }: { readonly size: number; readonly name: string },
  use: (cluster: FaultCluster) => Promise<T>,
): Promise<T> {
  return withDataDir(async (directory) => {
    const cluster = new FaultCluster({
      directory,
      bootstrapServers,
      serviceId: name,
      exactlyOnce: false,
      standbys: 0,
      brokerPid: null,
    })
    try {
      await cluster.startFirst(size)
      await delay(SETTLED_MS)
      return await use(cluster)
    } finally {
      await cluster.end()
    }
  })
}

const sourceOf = (topic: string): string =>
  `CREATE STREAM s (k STRING KEY, c STRING, n INT) WITH (kafka_topic='${topic}', value_format='JSON');`

async function measure(
  bootstrapServers: string,
  { size, topic, records }: { readonly size: number; readonly topic: string; readonly records: number },
  { say }: FaultOptions,
): Promise<Run> {
  const name = `scale${process.pid}x${size}`
  return withServers(bootstrapServers, { size, name }, async (cluster) => {
    const { servers } = cluster
    const create = (queries: string) =>
      cluster.any.execute(
        `CREATE STREAM filtered${queries} WITH (kafka_topic='${name}-f${queries}') AS SELECT k, n FROM s WHERE n % 10 = 0;
         CREATE TABLE counted${queries} WITH (kafka_topic='${name}-c${queries}') AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`,
        { 'auto.offset.reset': 'earliest' },
      )
    await cluster.any.execute(sourceOf(topic))
    // The first queries make the code hot: what a start costs is no cost of a record.
    await create('1')
    await untilRead(servers, 2 * records)
    await delay(SETTLED_MS)
    const { cores: idleCores } = await measureCpu(servers, () => delay(IDLE_MS))
    await create('2')
    const warm = await untilRead(servers, (2 + 2 * WARM_UP) * records)
    const { result: read, cores, seconds } = await measureCpu(servers, () => untilRead(servers, 4 * records))
    const microsecondsPerRecord = ((cores - idleCores) * seconds * 1e6) / (read - warm)
    const split = [...(await partitionsByHost(cluster.any, 'CTAS_COUNTED1')).values()].map(({ length }) => length)
    const cost = `${microsecondsPerRecord.toFixed(2)} us of CPU per record beside ${(100 * idleCores).toFixed(1)} % of a core`
    say(`${size} servers: ${cost}; ${split.join(', ')} partitions`)
    return { microsecondsPerRecord, idleCores, split }
  })
}

/** CPU that the servers take during `work`, as a part of one core. */
async function measureCpu<Result>(servers: readonly FaultServer[], work: () => Promise<Result>) {
  const before = cpuOf(servers)
  const startedAt = performance.now()
  const result = await work()
  const seconds = (performance.now() - startedAt) / 1000
  return { result, seconds, cores: (cpuOf(servers) - before) / seconds }
}

const cpuOf = (servers: readonly FaultServer[]): number => servers.reduce((sum, server) => sum + server.cpuSeconds(), 0)

/** Resolves with how many records all queries have read, once these are at least `records`. */
async function untilRead(servers: readonly FaultServer[], records: number): Promise<number> {
  for (let read = -1, changedAt = performance.now(); ; await delay(POLL_MS)) {
    const counts = await Promise.all(servers.map(async (server) => [...(await server.metric(CONSUMED)).values()]))
    const now = counts.flat().reduce((sum, count) => sum + count, 0)
    if (now >= records) return now
    if (now !== read) changedAt = performance.now()
    read = now
    if (performance.now() - changedAt > STALL_MS) throw new Error(`Only ${now} of ${records} records were read.`)
  }
}

/** Which partitions of the topic each server works on for the query. */
async function partitionsByHost(server: FaultServer, query: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const response = await fetch(`${server.url}/clusterStatus`)
  const { clusterStatus } = (await response.json()) as { readonly clusterStatus: ClusterStatus }
  return new Map(
    Object.entries(clusterStatus).map(([host, { activeStandbyPerQuery }]) => {
      const id = Object.keys(activeStandbyPerQuery).find((one) => one.startsWith(query))
      const active = id === undefined ? [] : activeStandbyPerQuery[id]!.activePartitions
      return [host, active.map(({ partition }) => partition)]
    }),
  )
}

/** What has moved by the last query; null: nothing. */
async function createMany(
  bootstrapServers: string,
  topic: string,
  { number, say }: FaultOptions,
): Promise<string | null> {
  const name = `scale${process.pid}xq`
  const queries = number('queries', 500)
  return withServers(bootstrapServers, { size: 3, name }, async (cluster) => {
    const create = (i: number) =>
      `CREATE STREAM f${i} WITH (kafka_topic='${name}-f', partitions=${PARTITIONS}) AS SELECT k, n FROM s WHERE n = ${i};`
    await cluster.any.execute(`${sourceOf(topic)} ${create(0)}`)
    const placed = () => partitionsByHost(cluster.any, 'CSAS_F0_')
    const before = JSON.stringify([...(await placed())])
    for (let made = 1; made < queries; made += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, queries - made) }, (_, i) => create(made + i))
      await cluster.any.execute(batch.join('\n'))
      say(`${made + batch.length} queries`)
    }
    const after = JSON.stringify([...(await placed())])
    return before === after ? null : `${queries} queries have moved partitions: from ${before} to ${after}`
  })
}
