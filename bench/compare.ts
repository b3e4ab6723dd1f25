/**
 * The seven jobs side by side with Kafka Streams: `npm run bench -- compare [JOB...] [--reps 3] [--peers ks,millrace,embedded,raw] [--format AVRO] [--quick]`.
 *
 * Needs Java 17 and Maven for Kafka Streams, and a Kafka: the one that KAFKA_BOOTSTRAP_SERVERS names, else one is started from Maven's jars.
 * --format AVRO: j1 and j7 over Avro, Kafka Streams with serdes of Java's Avro. N: records of input (1,000,000; --quick: 200,000). All peers run in turn within one repetition, so that ratios are between neighbours.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
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
    quick: { type: 'boolean', default: false },
  },
})
const records = Number(process.env['N'] ?? (values.quick ? 200_000 : 1_000_000))
const format = valueFormatOf(values.format)
const isAvro = format === 'AVRO'
const peers = values.peers.split(',').filter((peer) => !isAvro || peer === 'ks' || peer === 'millrace')

const results = await runJobs({
  jobs: (isAvro ? AVRO_JOBS : JOBS).filter((job) => positionals.length === 0 || positionals.includes(job)),
  format,
  peers: peers.filter((peer) => peer !== 'raw') as PeerName[],
  repetitions: Number(values.reps),
  records,
  ...(peers.includes('raw') && { between: rawLimits }),
})
console.log(table(results, 'ks'))

async function rawLimits(bootstrapServers: string): Promise<void> {
  for (const raw of ['fetch', 'parse']) {
    const env = { ...process.env, BROKERS: bootstrapServers, RAW: raw, N: String(records) }
    const { stdout } = await promisify(execFile)(process.execPath, [RAW], { env })
    const { rate, cpuSeconds } = JSON.parse(stdout) as { rate: number; cpuSeconds: number }
    console.error(`raw ${raw}: ${rate} records/s, ${cpuSeconds.toFixed(2)} CPU s`)
  }
}
