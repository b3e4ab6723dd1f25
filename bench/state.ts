/**
 * Queries with state on the embedded log: `npm run bench -- state`. Records/s over the whole run, what the state takes on disk per entry,
 * and the server's peak memory. N: records of input, default 1,000,000.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BENCH_DIRECTORY } from './compare/bench-directory.ts'
import { withFilledLog } from './compare/embedded-log.ts'
import { jobSql, sourcesSql } from './compare/job-sql.ts'
import { treeUsage } from './compare/process-usage.ts'
import { ServerProcess } from './compare/server-process.ts'

const records = Number(process.env['N'] ?? 1_000_000)
const QUIET_MS = 2_000
const POLL_MS = 50

const CASES = [
  { name: 'count per key, 10 k keys', sql: jobSql('j3', 'out') },
  {
    name: 'count per key, 1 M keys, with repartition',
    sql: 'CREATE TABLE per_name AS SELECT name, COUNT(*) AS cnt FROM users GROUP BY name EMIT CHANGES;',
  },
  { name: 'tumbling count with repartition', sql: jobSql('j4', 'out') },
  { name: 'stream-table join with repartition', sql: jobSql('j5', 'out') },
  { name: 'stream-stream join within 10 minutes', sql: jobSql('j6', 'out') },
]

/** `--guarantees`: each case runs with both, one after the other; otherwise with the default. */
const guarantees = process.argv.includes('--guarantees') ? ['at_least_once', 'exactly_once_v2'] : [null]

for (const { name, sql } of CASES) {
  for (const guarantee of guarantees) {
    const properties = guarantee === null ? {} : { 'processing.guarantee': guarantee }
    const { rate, entries, diskBytes, peakMb, cpuSeconds } = await withFilledLog(BENCH_DIRECTORY, records, (dataDir) =>
      measure(dataDir, sql, properties),
    )
    const perEntry = entries === 0 ? '-' : `${Math.round(diskBytes / entries)} bytes on disk each`
    console.log(
      `${name.padEnd(44)}${(guarantee ?? '').padEnd(17)}${rate} records/s, ${cpuSeconds.toFixed(2)} CPU s, ${entries} entries, ` +
        `${perEntry}, peak ${Math.round(peakMb)} MB`,
    )
  }
}

async function measure(dataDir: string, sql: string, properties: Readonly<Record<string, string>>) {
  const server = await ServerProcess.start({ dataDir, bootstrapServers: null, properties })
  try {
    await server.execute(sourcesSql())
    const startedAt = Date.now()
    await server.execute(sql, { 'ksql.streams.auto.offset.reset': 'earliest' })
    const endedAt = await untilQuiet(server)
    const entries = sum(await server.metric('millrace_step_state_entries'))
    const { peakMemoryMb, cpuSeconds } = treeUsage(server.child.pid!)
    await server.stop()
    const rate = Math.round((records * 1000) / (endedAt - startedAt))
    return { rate, entries, diskBytes: stateBytes(dataDir), peakMb: peakMemoryMb, cpuSeconds }
  } finally {
    await server.stop()
  }
}

/** Resolves to the time when the query was first seen to have done everything. */
async function untilQuiet(server: ServerProcess): Promise<number> {
  let changedAt = Date.now()
  let before = ''
  while (Date.now() - changedAt < QUIET_MS) {
    await delay(POLL_MS)
    const written = sum(await server.metric('millrace_query_records_produced'))
    const lag = sum(await server.metric('millrace_query_lag_records'))
    const now = `${written} ${lag}`
    if (now !== before || lag > 0 || written === 0) changedAt = Date.now()
    before = now
  }
  return changedAt
}

function sum(values: ReadonlyMap<string, number>): number {
  return [...values.values()].reduce((total, value) => total + value, 0)
}

/** Everything in the data directory but the log. */
function stateBytes(dataDir: string): number {
  return readdirSync(dataDir)
    .filter((name) => name !== 'log')
    .reduce((total, name) => total + size(join(dataDir, name)), 0)
}

/** What is allocated: files of stores may have holes. */
function size(path: string): number {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.blocks * 512
  return readdirSync(path).reduce((total, name) => total + size(join(path, name)), 0)
}
