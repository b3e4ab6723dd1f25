/**
 * CPU of the server per pull query, over connections that are kept: `npm run bench -- pull [--query key|range|column] [--index] [--via http1|http2|websocket]
 * [--connections 4] [--queries 5000] [--warm-up 20000] [--keys 20000] [--reps 3] [--base DIR] [--bare]`. A range has 100 rows; a column is that of one row,
 * with an index of it or without. `--base` is an older checkout of this
 * repository, `--bare` a fastify server that answers with the same bytes: all are measured in turn, and shown as ratios of medians.
 *
 * `--rate 1000 [--ingest 50000] [--seconds 10] [--connections 32]` measures times instead: that many queries a second, while that many records a
 * second are inserted.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { median } from './median.ts'
import { askQuery, insertRows, openClient, type QueryClient, queriesOver } from './pull/clients.ts'
import { type MeasuredServer, startBare, startMillrace } from './pull/measured-server.ts'
import { type MeasuredCpu, type MeasuredTimes, parseCommandLine } from './pull/options.ts'
import { EVENTS_SQL, INDEX_SQL, lastRows, queryOf, rowsOf, TABLE_SQL } from './pull/queries.ts'
import { measureTimes } from './pull/times.ts'

const { queries, hasIndex, via, connections, base, measured } = parseCommandLine(process.argv.slice(2))

const CLIENTS = new Map<MeasuredServer, QueryClient>()
const FILL_SECONDS = 60
const HERE = join(import.meta.dirname, '..')

const servers = await Promise.all([HERE, ...(base === null ? [] : [base])].map((root) => startMillrace(root)))
try {
  for (const server of servers) await fill(server)
  if (measured.figure === 'cpu') await compareCpu(measured)
  else for (const server of servers) await showTimes(server, measured)
} catch (error) {
  for (const { name, warnings } of servers) console.error([name, ...warnings()].join('\n'))
  throw error
} finally {
  for (const client of CLIENTS.values()) client.close()
  await Promise.all(servers.map((server) => server.stop()))
}

async function compareCpu({ queries: count, warmUp, repetitions, withBare }: MeasuredCpu): Promise<void> {
  if (withBare) servers.push(await startBare(await ask(servers[0]!, 0)))
  const costs = new Map<MeasuredServer, number[]>(servers.map((server) => [server, []]))
  for (const server of servers) await run(server, warmUp)
  for (let rep = 0; rep < repetitions; rep++) {
    for (const server of servers) costs.get(server)!.push(await run(server, count))
  }
  const medians = servers.map((server) => median(costs.get(server)!))
  servers.forEach(({ name }, i) => {
    console.log(
      `${name}: ${medians[i]!.toFixed(0)} µs of CPU per query, ratio ${(medians[0]! / medians[i]!).toFixed(2)}`,
    )
  })
}

async function showTimes(server: MeasuredServer, { rate, ingest, seconds }: MeasuredTimes): Promise<void> {
  const times = await measureTimes(server, { rate, ingest, seconds, via, connections, queries })
  const [p50, p99, longest, late] = [times.p50, times.p99, times.longest, times.lateP99].map((ms) => ms.toFixed(1))
  console.log(
    `${server.name}: p50 ${p50} ms, p99 ${p99} ms, longest ${longest} ms (sent late: p99 ${late} ms), ${times.inserted} rows/s inserted`,
  )
}

async function fill(server: MeasuredServer): Promise<void> {
  await server.client.post('/ksql', {
    ksql: `${TABLE_SQL} ${EVENTS_SQL}`,
    streamsProperties: { 'auto.offset.reset': 'earliest' },
  })
  await insertRows(server.url, 'source', rowsOf(queries.keys))
  await until(async () => {
    await askQuery(queriesOver(server.client), lastRows(queries.keys))
    return true
  })
  if (!hasIndex) return
  await server.client.post('/ksql', { ksql: INDEX_SQL })
  await until(async () => (await server.client.post('/ksql', { ksql: 'SHOW INDEXES;' })).includes('READY'))
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + FILL_SECONDS * 1000
  while (!(await holds().catch(() => false))) {
    if (performance.now() > endsAt) throw new Error(`The table was not filled within ${FILL_SECONDS} s`)
    await delay(50)
  }
}

/** Microseconds of CPU time, the server's whole process, per query. */
async function run(server: MeasuredServer, count: number): Promise<number> {
  const before = server.cpuMicros()
  let next = 0
  const one = async (): Promise<void> => {
    while (next < count) await ask(server, next++)
  }
  await Promise.all(Array.from({ length: connections }, one))
  return (server.cpuMicros() - before) / count
}

/** The answer to the query of that number. The bare server has one answer for all. */
function ask(server: MeasuredServer, index: number): Promise<string> {
  const client = CLIENTS.get(server) ?? openClient(via, server.url, connections)
  CLIENTS.set(server, client)
  const query = queryOf(queries, index)
  return askQuery(client, server.name === 'bare fastify' ? { ...query, found: [] } : query)
}
