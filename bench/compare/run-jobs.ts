/** Runs jobs by several peers in turn, so that what one is compared with ran right before it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../../src/broker/broker.ts'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { InProcessRegistry } from '../../src/registry/in-process/in-process-registry.ts'
import { rulesOf } from '../../src/registry/rules/rules-of.ts'
import { startRegistryServer } from '../../test/support/registry-server.ts'
import { BENCH_DIRECTORY } from './bench-directory.ts'
import { captureOutput } from './bound/captured-output.ts'
import { withEmbedded, withFilledLog } from './embedded-log.ts'
import type { Job, ValueFormat } from './job-sql.ts'
import { expected } from './jobs.ts'
import { kafkaStreamsCommand } from './kafka-streams.ts'
import { isLoaded, isLoadedAvro, load, loadAvro } from './load.ts'
import { type MeasureOptions, measureOnEmbedded, measureOnKafka, type Peer, type Result } from './measure.ts'
import { withKafka } from './with-kafka.ts'

/**
 * `ks`: Kafka Streams; `millrace`: Millrace over the same Kafka; `base`: another checkout of it, likewise; `embedded`: Millrace over its own log;
 * `bound`: the bytes of the job's input and output moved by themselves (bound/bound.ts).
 */
export type PeerName = 'ks' | 'millrace' | 'base' | 'embedded' | 'bound'

export interface RunJobs {
  readonly jobs: readonly Job[]
  /** JSON if left out. AVRO: only j1 and j7, not on the embedded log. */
  readonly format?: ValueFormat
  readonly peers: readonly PeerName[]
  readonly repetitions: number
  /** Records of input. */
  readonly records: number
  /** The checkout of the peer `base`. */
  readonly base?: string
  /** Runs after each repetition. */
  readonly between?: (bootstrapServers: string) => Promise<void>
}

const HERE = join(import.meta.dirname, '..', '..')

/** Tells each result on standard error as it comes. */
export async function runJobs(options: RunJobs): Promise<Result[]> {
  if (options.peers.every((peer) => peer === 'embedded')) return repeat(options, null, '')
  return withKafka(join(BENCH_DIRECTORY, 'kafka'), async (bootstrapServers) => {
    const broker = new KafkaBroker({ bootstrapServers: bootstrapServers.split(',') })
    await broker.connect()
    try {
      await fill(broker, options)
      return await repeat(options, broker, bootstrapServers)
    } finally {
      await broker.close()
    }
  })
}

async function fill(broker: Broker, { format, records }: RunJobs): Promise<void> {
  const [isFilled, make] = format === 'AVRO' ? [isLoadedAvro, loadAvro] : [isLoaded, load]
  if (!(await isFilled(broker, records))) await make(broker, records)
}

async function repeat(options: RunJobs, broker: Broker | null, bootstrapServers: string): Promise<Result[]> {
  const { jobs, format = 'JSON', peers, repetitions, records, between } = options
  const results: Result[] = []
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const job of jobs) {
      const measured: MeasureOptions = {
        job,
        format,
        records,
        expected: expectation(job, records),
        directory: BENCH_DIRECTORY,
      }
      if (repetition === 1 && peers.includes('bound')) await capture(options, broker!, bootstrapServers, measured)
      // The peer that comes first finds a machine that is a little slower, since the broker has just loaded other records.
      for (const peer of repetition % 2 === 1 ? peers : peers.toReversed()) {
        const result = await measure(await commandOf(peer, options), broker, bootstrapServers, measured)
        results.push(result)
        console.error(`${repetition}/${repetitions} ${job} ${peer}: ${describe(result)}`)
      }
    }
    await between?.(bootstrapServers)
  }
  return results
}

const capturedDirectory = (job: Job): string => join(BENCH_DIRECTORY, `captured-${job}`)

/** A run of the job that does not count: its output is what the peer `bound` writes. Rejects if the output is wrong. */
async function capture(
  options: RunJobs,
  broker: Broker,
  bootstrapServers: string,
  measured: MeasureOptions,
): Promise<void> {
  const { job } = measured
  const onOutput = (_: Broker, topic: string) => captureOutput(broker, topic, capturedDirectory(job))
  const command = await commandOf('millrace', options)
  const { ok } = await measure(command, broker, bootstrapServers, { ...measured, onOutput })
  if (!ok) throw new Error(`The output of ${job} is wrong, so there is nothing that its peer \`bound\` could write.`)
}

interface Command {
  readonly name: PeerName
  readonly command: readonly string[]
}

async function commandOf(name: PeerName, { base = HERE }: RunJobs): Promise<Command> {
  if (name === 'ks') return { name, command: await kafkaStreamsCommand() }
  if (name === 'bound') return { name, command: [process.execPath, join(import.meta.dirname, 'bound', 'bound.ts')] }
  return { name, command: ['sh', join(name === 'base' ? base : HERE, 'bench', 'judge.sh')] }
}

async function measure(
  { name, command }: Command,
  broker: Broker | null,
  bootstrapServers: string,
  options: MeasureOptions,
): Promise<Result> {
  const environment = {
    ...(name !== 'embedded' && { BROKERS: bootstrapServers }),
    ...(name === 'bound' && { CAPTURED: capturedDirectory(options.job) }),
  }
  const peer: Peer = { name, command, environment }
  if (options.format === 'AVRO') return withRegistry((url) => measureOnKafka(broker!, withUrl(peer, url), options))
  if (name !== 'embedded') return measureOnKafka(broker!, peer, options)
  return withFilledLog(BENCH_DIRECTORY, options.records, (dataDir) =>
    measureOnEmbedded(dataDir, (use) => withEmbedded(dataDir, use), peer, options),
  )
}

/** A registry of its own for each run, so that ids are the same in all. */
async function withRegistry<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = await startRegistryServer(new InProcessRegistry({ rules: rulesOf }))
  try {
    return await use(server.url)
  } finally {
    await server.close()
  }
}

const withUrl = (peer: Peer, url: string): Peer => ({
  ...peer,
  environment: { ...peer.environment, SCHEMA_REGISTRY_URL: url },
})

const describe = ({ ok, rate, cpuSeconds, peakMemoryMb, otherCores }: Result): string =>
  `${ok ? '' : 'NOT OK, '}${rate} records/s, ${cpuSeconds.toFixed(2)} CPU s, ${peakMemoryMb} MB, ` +
  `others ${otherCores.toFixed(2)} cores`

/** Rows and hash of a job; computed once for a number of records. */
function expectation(job: Job, records: number): { rows: number; hash: string } {
  const file = join(BENCH_DIRECTORY, `expected-${job}-${records}.json`)
  if (!existsSync(file)) {
    const { rows, hash } = expected(job, records)
    mkdirSync(BENCH_DIRECTORY, { recursive: true })
    writeFileSync(file, JSON.stringify({ rows, hash }))
  }
  return JSON.parse(readFileSync(file, 'utf8')) as { rows: number; hash: string }
}
