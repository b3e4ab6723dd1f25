/**
 * The seven jobs side by side with Kafka Streams: `npm run bench -- compare [JOB...] [--reps 3] [--peers ks,millrace,embedded,raw] [--quick]`.
 *
 * Needs Java 17 and Maven for Kafka Streams, and a Kafka: the one that KAFKA_BOOTSTRAP_SERVERS names, else one is started from Maven's jars.
 * N: records of input (1,000,000; --quick: 200,000). All peers run in turn within one repetition, so that ratios are between neighbours.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import type { Broker } from '../src/broker/broker.ts'
import { openEmbeddedLog } from '../src/broker/embedded/embedded-log.ts'
import { KafkaBroker } from '../src/broker/kafka/kafka-broker.ts'
import { expected, JOBS, type Job } from './compare/jobs.ts'
import { kafkaStreamsCommand } from './compare/kafka-streams.ts'
import { isLoaded, load } from './compare/load.ts'
import { type MeasureOptions, measureOnEmbedded, measureOnKafka, type Peer, type Result } from './compare/measure.ts'
import { table } from './compare/table.ts'
import { withKafka } from './compare/with-kafka.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reps: { type: 'string', default: '3' },
    peers: { type: 'string', default: 'ks,millrace,embedded,raw' },
    quick: { type: 'boolean', default: false },
  },
})
const records = Number(process.env['N'] ?? (values.quick ? 200_000 : 1_000_000))
const jobs = JOBS.filter((job) => positionals.length === 0 || positionals.includes(job))
const peers = values.peers.split(',')
const directory = join(tmpdir(), 'millrace-bench')
const JUDGE = ['sh', join(import.meta.dirname, 'judge.sh')]
const RAW = join(import.meta.dirname, 'compare', 'raw.ts')

await withKafka(join(directory, 'kafka'), async (bootstrapServers) => {
  const broker = new KafkaBroker({ bootstrapServers: bootstrapServers.split(',') })
  await broker.connect()
  try {
    if (!(await isLoaded(broker, records))) await say('filling the topics of Kafka', () => load(broker, records))
    await compare(broker, bootstrapServers)
  } finally {
    await broker.close()
  }
})

async function compare(broker: Broker, bootstrapServers: string): Promise<void> {
  const environment = { BROKERS: bootstrapServers }
  const results: Result[] = []
  for (let repetition = 1; repetition <= Number(values.reps); repetition++) {
    for (const job of jobs) {
      const options: MeasureOptions = { job, records, expected: await expectation(job), directory }
      for (const measure of await measurements(broker, environment, options)) {
        const result = await measure()
        results.push(result)
        const { peer, ok, rate, cpuSeconds, peakMemoryMb, otherCores } = result
        const figures = `${rate} records/s, ${cpuSeconds.toFixed(2)} CPU s, ${peakMemoryMb} MB, others ${otherCores.toFixed(2)} cores`
        console.error(`${repetition}/${values.reps} ${job} ${peer}: ${ok ? '' : 'NOT OK, '}${figures}`)
      }
    }
    if (peers.includes('raw')) await rawLimits(environment)
  }
  console.log(table(results, 'ks'))
}

async function measurements(
  broker: Broker,
  environment: Peer['environment'],
  options: MeasureOptions,
): Promise<(() => Promise<Result>)[]> {
  const onKafka = (name: string, command: readonly string[]) => () =>
    measureOnKafka(broker, { name, command, environment }, options)
  return [
    ...(peers.includes('ks') ? [onKafka('ks', await kafkaStreamsCommand())] : []),
    ...(peers.includes('millrace') ? [onKafka('millrace', JUDGE)] : []),
    ...(peers.includes('embedded') ? [() => onEmbeddedLog(options)] : []),
  ]
}

/** Each run gets a copy of the filled log. */
async function onEmbeddedLog(options: MeasureOptions): Promise<Result> {
  const filled = join(directory, `embedded-${records}`)
  if (!existsSync(join(filled, 'complete'))) await say('filling the embedded log', () => fillEmbedded(filled))
  const dataDir = join(directory, 'embedded-run')
  rmSync(dataDir, { recursive: true, force: true })
  cpSync(filled, dataDir, { recursive: true })
  const peer: Peer = { name: 'embedded', command: JUDGE, environment: {} }
  try {
    return await measureOnEmbedded(dataDir, (use) => withEmbedded(dataDir, use), peer, options)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function fillEmbedded(dataDir: string): Promise<void> {
  rmSync(dataDir, { recursive: true, force: true })
  mkdirSync(dataDir, { recursive: true })
  await withEmbedded(dataDir, (broker) => load(broker, records))
  writeFileSync(join(dataDir, 'complete'), '')
}

/** The log of a server with that data directory. */
async function withEmbedded<T>(dataDir: string, use: (broker: Broker) => Promise<T>): Promise<T> {
  const log = await openEmbeddedLog({ dataDir: join(dataDir, 'log') })
  const broker = log.broker()
  try {
    await broker.connect()
    return await use(broker)
  } finally {
    await broker.close()
    await log.close()
  }
}

async function rawLimits(environment: Readonly<Record<string, string>>): Promise<void> {
  for (const raw of ['fetch', 'parse']) {
    const env = { ...process.env, ...environment, RAW: raw, N: String(records) }
    const { stdout } = await promisify(execFile)(process.execPath, [RAW], { env })
    const { rate, cpuSeconds } = JSON.parse(stdout) as { rate: number; cpuSeconds: number }
    console.error(`raw ${raw}: ${rate} records/s, ${cpuSeconds.toFixed(2)} CPU s`)
  }
}

/** Rows and hash of a job; computed once for a number of records. */
async function expectation(job: Job): Promise<{ rows: number; hash: string }> {
  const file = join(directory, `expected-${job}-${records}.json`)
  if (!existsSync(file)) {
    const { rows, hash } = expected(job, records)
    mkdirSync(directory, { recursive: true })
    writeFileSync(file, JSON.stringify({ rows, hash }))
  }
  return JSON.parse(readFileSync(file, 'utf8')) as { rows: number; hash: string }
}

async function say(what: string, action: () => Promise<void>): Promise<void> {
  const startedAt = Date.now()
  await action()
  console.error(`${what}: ${Date.now() - startedAt} ms`)
}
