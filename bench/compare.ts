/**
 * The seven jobs side by side with Kafka Streams and with what the broker allows: `npm run bench -- compare [JOB...] [OPTIONS]`; `--help` lists them.
 *
 * Needs Java 17 and Maven for Kafka Streams, and a Kafka: the one that KAFKA_BOOTSTRAP_SERVERS names, else one is started from Maven's jars.
 */
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { AVRO_JOBS } from './compare/avro-rows.ts'
import { JOBS, valueFormatOf } from './compare/job-sql.ts'
import { type PeerName, runJobs } from './compare/run-jobs.ts'
import { table } from './compare/table.ts'

const RAW = join(import.meta.dirname, 'compare', 'raw.ts')

const HELP = `npm run bench -- compare [JOB...] [OPTIONS]

Runs the jobs (j1 to j7; default: all) by several peers in turn, so that ratios are between neighbours, and checks what they write.

  --peers NAMES    of these, separated by commas; default: ks,millrace,embedded,raw
                     ks        Kafka Streams
                     millrace  Millrace over the same Kafka
                     embedded  Millrace over its own log
                     bound     what the broker allows: fetches each job's input and writes its output, in the batches in which Millrace
                               wrote it, without looking at a record; "of bound" is each peer's share of that rate
                     raw       fetches users, and fetches and parses it
  --reps 3         repetitions; the table shows medians
  --base DIR       another checkout of this repository, as the peer base, which ratios are to
  --format AVRO    j1 and j7 over Avro, Kafka Streams with serdes of Java's Avro
  --quick          200,000 instead of 1,000,000 records of input; N in the environment sets another number
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reps: { type: 'string', default: '3' },
    peers: { type: 'string', default: 'ks,millrace,embedded,raw' },
    format: { type: 'string', default: 'JSON' },
    base: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit()
}
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
