/**
 * The seven jobs side by side with Kafka Streams: `npm run bench -- compare [JOB...] [--reps 3] [--peers ks,millrace,embedded,raw] [--base DIR] [--format AVRO] [--quick]`.
 *
 * Needs Java 17 and Maven for Kafka Streams, and a Kafka: the one that KAFKA_BOOTSTRAP_SERVERS names, else one is started from Maven's jars.
 * --base: another checkout of this repository. It becomes the peer `base`, and ratios are to its results.
 * --format AVRO: j1 and j7 over Avro, Kafka Streams with serdes of Java's Avro. N: records of input (1,000,000; --quick: 200,000). All peers run in turn within one repetition, so that ratios are between neighbours.
 */
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { AVRO_JOBS } from './compare/avro-rows.ts'
import { JOBS, valueFormatOf } from './compare/job-sql.ts'
import { type PeerName, runJobs } from './compare/run-jobs.ts'
import { table } from './compare/table.ts'

const RAW = join(import.meta.dirname, 'compare', 'raw.ts')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reps: { type: 'string', default: '3' },
    peers: { type: 'string', default: 'ks,millrace,embedded,raw' },
    format: { type: 'string', default: 'JSON' },
    base: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
})
const records = Number(process.env['N'] ?? (values.quick ? 200_000 : 1_000_000))
const format = valueFormatOf(values.format)
const isAvro = format === 'AVRO'
const named = [...values.peers.split(','), ...(values.base === undefined ? [] : ['base'])]
const peers = named.filter((peer) => !isAvro || !['embedded', 'raw'].includes(peer))

const results = await runJobs({
  jobs: (isAvro ? AVRO_JOBS : JOBS).filter((job) => positionals.length === 0 || positionals.includes(job)),
  format,
  peers: peers.filter((peer) => peer !== 'raw') as PeerName[],
  repetitions: Number(values.reps),
  records,
  ...(values.base !== undefined && { base: resolve(values.base) }),
  ...(peers.includes('raw') && { between: rawLimits }),
})
console.log(table(results, values.base === undefined ? 'ks' : 'base'))

async function rawLimits(bootstrapServers: string): Promise<void> {
  for (const raw of ['fetch', 'parse']) {
    const env = { ...process.env, BROKERS: bootstrapServers, RAW: raw, N: String(records) }
    const { stdout } = await promisify(execFile)(process.execPath, [RAW], { env })
    const { rate, cpuSeconds } = JSON.parse(stdout) as { rate: number; cpuSeconds: number }
    console.error(`raw ${raw}: ${rate} records/s, ${cpuSeconds.toFixed(2)} CPU s`)
  }
}
