/**
 * CPU of the server per pull query, over connections that are kept: `npm run bench -- pull [--query key|range|column] [--index] [--via http1|http2]
 * [--queries 5000] [--warm-up 20000] [--keys 20000] [--reps 3] [--base DIR] [--bare]`. A range has 100 rows; a column is that of one row,
 * with an index of it or without. `--base` is an older checkout of this
 * repository, `--bare` a fastify server that answers with the same bytes: all are measured in turn, and shown as ratios of medians.
 *
 * `--rate 1000 --ingest 50000` measures times instead: that many queries a second, while that many records a second are inserted.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { median } from './median.ts'
import { type Client, http1Client, http2Client, insertRows } from './pull/clients.ts'
import { type MeasuredServer, startBare, startMillrace } from './pull/measured-server.ts'
import { measureTimes } from './pull/times.ts'

const { values } = parseArgs({
  options: {
    query: { type: 'string', default: 'key' },
    via: { type: 'string', default: 'http1' },
    queries: { type: 'string', default: '5000' },
    'warm-up': { type: 'string', default: '20000' },
    keys: { type: 'string', default: '20000' },
    reps: { type: 'string', default: '3' },
    index: { type: 'boolean', default: false },
    base: { type: 'string' },
    bare: { type: 'boolean', default: false },
    rate: { type: 'string' },
    ingest: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '10' },
  },
})
const QUERIES = Number(values.queries)
const KEYS = Number(values.keys)
const CONCURRENT = 4
const ROWS_OF_RANGE = 100

const CLIENTS = new Map<MeasuredServer, Client>()
const HERE = join(import.meta.dirname, '..')

const servers = await Promise.all(
  [HERE, ...(values.base === undefined ? [] : [values.base])].map((root) => startMillrace(root)),
)
try {
  await Promise.all(servers.map(fill))
  if (values.rate === undefined) await compareCpu()
  else for (const server of servers) await showTimes(server)
} finally {
  for (const client of CLIENTS.values()) client.close()
  await Promise.all(servers.map((server) => server.stop()))
}

async function compareCpu(): Promise<void> {
  if (values.bare) servers.push(await startBare(await ask(servers[0]!, 0)))
  const costs = new Map<MeasuredServer, number[]>(servers.map((server) => [server, []]))
  for (const server of servers) await run(server, Number(values['warm-up']))
  for (let rep = 0; rep < Number(values.reps); rep++) {
    for (const server of servers) costs.get(server)!.push(await run(server, QUERIES))
  }
  const medians = servers.map((server) => median(costs.get(server)!))
  servers.forEach(({ name }, i) => {
    console.log(
      `${name}: ${medians[i]!.toFixed(0)} µs of CPU per query, ratio ${(medians[0]! / medians[i]!).toFixed(2)}`,
    )
  })
}

async function showTimes(server: MeasuredServer): Promise<void> {
  const { p50, p99, inserted } = await measureTimes(server, {
    rate: Number(values.rate),
    ingest: Number(values.ingest),
    seconds: Number(values.seconds),
    ask: (index) => ask(server, index),
  })
  console.log(`${server.name}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${inserted} rows/s inserted`)
}

async function fill(server: MeasuredServer): Promise<void> {
  await server.client.post('/ksql', {
    ksql: `CREATE TABLE source (k STRING PRIMARY KEY, v STRING, n INT) WITH (kafka_topic='t', value_format='JSON', partitions=2);
           CREATE TABLE t AS SELECT * FROM source;
           CREATE STREAM events (id STRING KEY, v STRING, n INT) WITH (kafka_topic='e', value_format='JSON', partitions=2);
           CREATE TABLE counts AS SELECT id, COUNT(*) AS c FROM events GROUP BY id;`,
    streamsProperties: { 'auto.offset.reset': 'earliest' },
  })
  await insertRows(
    server.url,
    'source',
    Array.from({ length: KEYS }, (_, i) => ({ K: keyOf(i), V: `value ${i}`, N: i })),
  )
  while (!(await askFor(server, `k = '${keyOf(KEYS - 1)}'`)).includes(`value ${KEYS - 1}`)) await delay(50)
  if (!values.index) return
  await server.client.post('/ksql', { ksql: 'CREATE INDEX by_n ON t (n);' })
  while (!(await server.client.post('/ksql', { ksql: 'SHOW INDEXES;' })).includes('READY')) await delay(50)
}

/** Microseconds of CPU time, the server's whole process, per query. */
async function run(server: MeasuredServer, queries: number): Promise<number> {
  const before = server.cpuMicros()
  let next = 0
  const one = async (): Promise<void> => {
    while (next < queries) await ask(server, next++)
  }
  await Promise.all(Array.from({ length: CONCURRENT }, one))
  return (server.cpuMicros() - before) / queries
}

/** The answer to the query of that number, which is checked. */
async function ask(server: MeasuredServer, index: number): Promise<string> {
  const rows = values.query === 'range' ? ROWS_OF_RANGE : 1
  const first = (index * 7919) % (KEYS - rows)
  const last = first + rows - 1
  const where = whereOf(first, last)
  const answer = await askFor(server, where)
  const isBare = server.name === 'bare fastify'
  if (!isBare && !(answer.includes(`"value ${first}"`) && answer.includes(`"value ${last}"`))) throw new Error(answer)
  return answer
}

function whereOf(first: number, last: number): string {
  if (values.query === 'column') return `n = ${first}`
  return first === last ? `k = '${keyOf(first)}'` : `k >= '${keyOf(first)}' AND k <= '${keyOf(last)}'`
}

function askFor(server: MeasuredServer, where: string): Promise<string> {
  const client = CLIENTS.get(server) ?? (values.via === 'http2' ? http2Client(server.url) : http1Client(server.url))
  CLIENTS.set(server, client)
  return client.post('/query-stream', { sql: `SELECT * FROM t WHERE ${where};`, properties: {} })
}

/** Keys whose order is that of their numbers. */
function keyOf(index: number): string {
  return `key${String(index).padStart(7, '0')}`
}
