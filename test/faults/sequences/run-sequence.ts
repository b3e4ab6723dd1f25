/** One sequence: a cluster, its load, the steps, and the comparison with what had to come out. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Broker } from '../../../src/broker/broker.ts'
import { KafkaBroker } from '../../../src/broker/kafka/kafka-broker.ts'
import { seeded, withDataDir } from '../support/server.ts'
import { readRecords } from '../support/topics.ts'
import { copiesReady } from './copies.ts'
import { FaultCluster, type StepKind } from './fault-cluster.ts'
import { Load, PARTITIONS } from './load.ts'
import { PullProber } from './pull-prober.ts'

/** A step that does something to what the servers need, and not to one of them. Its name says what. */
export interface OtherStep {
  readonly name: string
  readonly perform: () => Promise<unknown>
}

export interface SequenceOptions {
  readonly seed: number
  /** The brokers, reached without faults between. */
  readonly bootstrapServers: string
  /** What the servers connect to. Default: the same. */
  readonly serversConnectTo?: string
  readonly servers: number
  /** How many random steps, or which ones. */
  readonly steps: number | readonly (StepKind | OtherStep)[]
  /** See `FaultClusterOptions`. */
  readonly sessionMs?: number
  /** How many replicas internal topics have. Default 1; the other topics have as many as the brokers' default. */
  readonly replicas?: number
  readonly exactlyOnce: boolean
  readonly standbys: number
  /** Whether each step waits until every partition has a copy that is up to date. Default false. */
  readonly awaitsCopies?: boolean
  /** The process of the broker, which is frozen now and then; null: it is not known. */
  readonly brokerPid: number | null
  readonly say: (text: string) => void
}

export interface SequenceResult {
  readonly steps: readonly string[]
  readonly failures: readonly string[]
  /** Records on the topics of the sinks. */
  readonly records: number
  readonly repeated: number
  /** The longest time in which a key of a table could not be read while servers came and went. */
  readonly longestGapMs: number
}

/** The load outlasts an outage of all brokers. */
const PATIENCE = { retryMs: 600_000, deliveryTimeoutMs: 600_000 } as const
/** Without progress for this long something is missing. */
const STALL_MS = 90_000
const POLL_MS = 250
/** Each key of the load is among them. */
const FIRST_RECORDS = 200
/** What began with the last step shows by then. */
const LAST_MS = 5_000
/** From this length on, the attempts in a gap of the answers of pull queries are printed. */
const TOLD_GAP_MS = 1_000

export function runSequence(options: SequenceOptions): Promise<SequenceResult> {
  return withDataDir(async (directory) => {
    const { seed, bootstrapServers, servers, exactlyOnce, standbys, brokerPid, sessionMs, replicas, say } = options
    const broker = new KafkaBroker({ bootstrapServers: bootstrapServers.split(','), ...PATIENCE })
    await broker.connect()
    const name = `seq${process.pid}x${seed}`
    const cluster = new FaultCluster({
      directory,
      bootstrapServers: options.serversConnectTo ?? bootstrapServers,
      serviceId: name,
      ...(sessionMs !== undefined && { sessionMs }),
      ...(replicas !== undefined && { replicas }),
      exactlyOnce,
      standbys,
      brokerPid,
    })
    const load = new Load(broker, name)
    try {
      await load.createTopics()
      await cluster.startFirst(servers)
      await cluster.any.execute(load.statements, { 'auto.offset.reset': 'earliest' })
      load.start()
      const random = seeded(seed)
      const prober = new PullProber(cluster, {
        keys: load.someKeys,
        statement: (key) => `SELECT k, n FROM counted WHERE k = '${key}';`,
        random: seeded(seed + 1),
      })
      await reached(
        () => totalOf(cluster, 'counted'),
        (total) => total > FIRST_RECORDS,
      )
      prober.start()
      const steps: string[] = []
      const script = typeof options.steps === 'number' ? Array(options.steps).fill(null) : options.steps
      for (const kind of script as readonly (StepKind | OtherStep | null)[]) {
        await delay(500 + random() * 1_500)
        if (options.awaitsCopies === true)
          say(`  ${await copiesReady(cluster, PARTITIONS)} ms until each partition had a copy`)
        const step = await take(kind, cluster, random)
        say(`  ${step}`)
        steps.push(step)
      }
      await delay(LAST_MS)
      const { longestMs: longestGapMs, answers, attempts } = await prober.stop()
      say(`  the longest gap between answers of pull queries: ${longestGapMs} ms (${answers} answers)`)
      if (longestGapMs > TOLD_GAP_MS) for (const attempt of attempts) say(`    ${attempt}`)
      await load.stop()
      await cluster.restoreAll()
      const result = await finish(broker, cluster, load, exactlyOnce)
      if (result.failures.length > 0) {
        await describeLag(broker, name, say)
        await describeSetbacks(broker, load.recountTopic, say)
        say(cluster.logs)
      }
      return { steps, ...result, longestGapMs }
    } finally {
      await load.stop()
      await cluster.end()
      await broker.close()
    }
  })
}

/** Null: something at random. Returns what was done. */
async function take(kind: StepKind | OtherStep | null, cluster: FaultCluster, random: () => number): Promise<string> {
  if (kind === null) return cluster.step(random)
  if (typeof kind === 'string') return cluster.perform(kind, random)
  await kind.perform()
  return kind.name
}

async function finish(
  broker: Broker,
  cluster: FaultCluster,
  load: Load,
  exactlyOnce: boolean,
): Promise<Omit<SequenceResult, 'steps' | 'longestGapMs'>> {
  const failures: string[] = []
  let records = 0
  let repeated = 0
  for (const topic of load.numberTopics) {
    const counts = await reached(
      () => numbersOf(broker, topic),
      ({ size }) => size >= load.written,
    )
    const sum = [...counts.values()].reduce((total, count) => total + count, 0)
    records += sum
    repeated += sum - counts.size
    if (counts.size < load.written) failures.push(`${topic}: ${load.written - counts.size} of ${load.written} missing`)
    if (exactlyOnce && sum > counts.size) failures.push(`${topic}: ${sum - counts.size} of ${load.written} twice`)
  }
  for (const table of load.countTables) {
    const total = await reached(
      () => totalOf(cluster, table),
      (found) => found >= load.written,
    )
    const isRight = exactlyOnce ? total === load.written : total >= load.written
    if (!isRight) failures.push(`${table}: the counts add up to ${total} of ${load.written}`)
  }
  return { failures, records, repeated }
}

/** Tells how far the queries have come in their internal topics. */
async function describeLag(broker: Broker, service: string, say: (text: string) => void): Promise<void> {
  for (const { name: topic } of await broker.listTopics()) {
    const group = /^(_confluent-ksql-.*query_C[^-]*)-.*-repartition$/.exec(topic)?.[1]
    if (group === undefined || !topic.includes(service)) continue
    const committed = (await broker.fetchOffsets(group)).filter((offset) => offset.topic === topic)
    const ends = await broker.endOffsets(topic)
    const stable = await broker.endOffsets(topic, { readCommitted: true })
    for (const { partition, offset, metadata } of committed)
      say(
        `  ${topic}-${partition}: ${offset} (${metadata}) of ${stable[partition]?.offset} of ${ends[partition]?.offset}`,
      )
  }
}

/** Tells where counts went back. */
async function describeSetbacks(broker: Broker, topic: string, say: (text: string) => void): Promise<void> {
  const last = new Map<string, number>()
  for await (const { key, value, partition, offset } of readRecords(broker, topic)) {
    const { N } = JSON.parse(value ?? '{"N":0}') as { N: number }
    const before = last.get(String(key)) ?? 0
    if (N < before) say(`  ${topic}-${partition}: ${key} goes from ${before} to ${N} at ${offset}`)
    last.set(String(key), N)
  }
}

/** The value of `look` once it is as wanted, or has not changed for a while. */
async function reached<Value>(look: () => Promise<Value>, isDone: (value: Value) => boolean): Promise<Value> {
  let value = await look()
  let mark = JSON.stringify(value instanceof Map ? value.size : value)
  for (let changedAt = performance.now(); !isDone(value); ) {
    if (performance.now() - changedAt > STALL_MS) return value
    await delay(POLL_MS)
    value = await look()
    const now = JSON.stringify(value instanceof Map ? value.size : value)
    if (now !== mark) changedAt = performance.now()
    mark = now
  }
  return value
}

/** How often each number of the load is there. */
async function numbersOf(broker: Broker, topic: string): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  for await (const { value } of readRecords(broker, topic)) {
    const { N } = JSON.parse(value!) as { N: number }
    counts.set(N, (counts.get(N) ?? 0) + 1)
  }
  return counts
}

async function totalOf(cluster: FaultCluster, table: string): Promise<number> {
  try {
    const rows = await cluster.any.pull(`SELECT k, n FROM ${table};`)
    return rows.reduce((sum, [, n]) => sum + (n as number), 0)
  } catch {
    // While slots move there may be no answer.
    return -1
  }
}
