/**
 * Millrace as a measured peer: starts the server, registers the sources, submits one job's SQL and prints when it took its input.
 *
 * Environment: JOB (j1 to j7), FORMAT (JSON or AVRO, for j1 and j7), SCHEMA_REGISTRY_URL (for AVRO), OUT (sink topic, which exists), N (records of input), RUN_ID (service id), STATE_DIR (data directory), BROKERS
 * (Kafka) or EMBEDDED (the embedded log in STATE_DIR; then this ends by itself when nothing more comes), COMMIT_MS, CACHE_BYTES. Prints `FIRST ms`,
 * `HALF ms` and `LAST ms` (epoch), from the server's metrics: when the first records came, when it was last seen to have read less than half
 * (so never too late), and when it was first seen to have read everything.
 * Runs until SIGTERM.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../src/clock.ts'
import { startServerParts } from '../src/main.ts'
import { limitHeapGrowth } from '../src/runtime/threads/heap-limits.ts'
import { silentLog } from '../src/server/log.ts'
import { serverOptions } from '../src/server/options.ts'
import { startServer } from '../src/server/server.ts'
import { JOBS, type Job, jobSql, sourcesSql, valueFormatOf } from './compare/job-sql.ts'

/** Looking takes time from the work. */
const POLL_MS = 50
/** The table side of j5. */
const CITIES = 100
const QUIET_MS = 2_000

const job = JOBS.find((name) => name === process.env['JOB']) ?? 'j1'
const {
  OUT = job,
  RUN_ID = 'judge',
  STATE_DIR = `/tmp/millrace-${process.pid}`,
  EMBEDDED,
  BROKERS,
  CACHE_BYTES,
  SCHEMA_REGISTRY_URL,
} = process.env
const format = valueFormatOf(process.env['FORMAT'])
const records = Number(process.env['N'] ?? 1_000_000)
const isEmbedded = EMBEDDED !== undefined

limitHeapGrowth()
const parts = startServerParts({
  dataDir: STATE_DIR,
  ...(isEmbedded ? {} : { bootstrapServers: BROKERS ?? '127.0.0.1:9092' }),
  properties: {
    listeners: 'http://127.0.0.1:0',
    'ksql.service.id': RUN_ID,
    'ksql.streams.commit.interval.ms': process.env['COMMIT_MS'] ?? '500',
    ...(SCHEMA_REGISTRY_URL !== undefined && { 'ksql.schema.registry.url': SCHEMA_REGISTRY_URL }),
    ...(CACHE_BYTES !== undefined && { 'millrace.state.cache.bytes': CACHE_BYTES }),
  },
})
const server = await startServer({ ...parts, log: silentLog, clock: systemClock }, serverOptions(parts.config.get))
const engine = await parts.engine
const stop = async () => {
  await server.close()
  await parts.close()
  process.exit(0)
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)

await run(job)

async function run(job: Job): Promise<void> {
  await engine.execute({ sql: sourcesSql(format) })
  await engine.execute({ sql: jobSql(job, OUT), properties: { 'auto.offset.reset': 'earliest' } })
  const total = records + (job === 'j5' ? CITIES : 0)
  await until(async () => (await recordsRead()) > 0)
  const [firstReadAt] = (await metric('millrace_query_first_read_ms')).values()
  console.log(`FIRST ${firstReadAt}`)
  console.log(`HALF ${Math.max(firstReadAt!, await until(async () => (await recordsRead()) >= total / 2))}`)
  await until(async () => (await recordsRead()) >= total)
  console.log(`LAST ${Date.now()}`)
  if (isEmbedded) await endWhenQuiet()
}

/** Gives when it was last seen not to be so, epoch ms. */
async function until(isSo: () => Promise<boolean>): Promise<number> {
  for (let last = Date.now(); ; await delay(POLL_MS)) {
    const now = Date.now()
    if (await isSo()) return last
    last = now
  }
}

/** Records of the sources; what goes through internal topics does not count. */
async function recordsRead(): Promise<number> {
  let sum = 0
  for (const [labels, value] of await metric('millrace_step_records')) {
    if (labels.includes('Source"') && labels.includes('direction="in"')) sum += value
  }
  return sum
}

/** Values of a metric by its labels' text. */
async function metric(name: string): Promise<ReadonlyMap<string, number>> {
  const values = new Map<string, number>()
  for (const line of (await parts.metrics.metrics()).split('\n')) {
    if (!line.startsWith(`${name}{`)) continue
    const end = line.lastIndexOf(' ')
    values.set(line.slice(name.length, end), Number(line.slice(end)))
  }
  return values
}

async function endWhenQuiet(): Promise<void> {
  for (let last = -1, since = Date.now(); Date.now() - since < QUIET_MS; await delay(100)) {
    const [written = 0] = (await metric('millrace_query_records_produced')).values()
    const [lag = 0] = (await metric('millrace_query_lag_records')).values()
    if (written !== last || lag > 0) since = Date.now()
    last = written
  }
  await stop()
}
