/**
 * CPU of the server per pull query by key, over connections that are kept: `npm run bench -- pull [--queries 5000] [--keys 2000] [--reps 3]
 * [--base DIR]`. With a base, an older checkout of this repository, both servers are measured in turn, and the ratio of their medians is shown.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePort } from '../test/support/free-port.ts'

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '5000' },
    keys: { type: 'string', default: '2000' },
    reps: { type: 'string', default: '3' },
    base: { type: 'string' },
  },
})
const QUERIES = Number(values.queries)
const KEYS = Number(values.keys)
const CONNECTIONS = 4
/** Statements of a request. */
const INSERTS = 100
/** Jiffies of /proc are a hundredth of a second. Source: proc(5). */
const TICK_US = 10_000

const HERE = join(import.meta.dirname, '..')

interface Server {
  readonly root: string
  readonly url: string
  readonly child: ChildProcess
  readonly dataDir: string
  readonly agent: Agent
}

const servers = await Promise.all([HERE, ...(values.base === undefined ? [] : [values.base])].map(start))
try {
  const costs = new Map<Server, number[]>(servers.map((server) => [server, []]))
  for (const server of servers) await fill(server)
  for (let rep = 0; rep < Number(values.reps); rep++) {
    for (const server of servers) costs.get(server)!.push(await measure(server))
  }
  const medians = servers.map((server) => median(costs.get(server)!))
  servers.forEach(({ root }, i) => console.log(`${root}: ${medians[i]!.toFixed(0)} µs of CPU per query`))
  if (medians.length === 2) console.log(`ratio ${(medians[0]! / medians[1]!).toFixed(2)}`)
} finally {
  for (const { child, dataDir, agent } of servers) {
    agent.destroy()
    child.kill('SIGKILL')
    await once(child, 'exit')
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function start(root: string): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-pull-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const program = join(root, 'src/cli/millrace.ts')
  const child = spawn(process.execPath, [program, 'server', '--listen', url, '--data-dir', dataDir], {
    stdio: 'ignore',
  })
  const server = { root, url, child, dataDir, agent: new Agent({ keepAlive: true, maxSockets: CONNECTIONS }) }
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended`)
    if ((await post(server, '/ksql', { ksql: 'SHOW STREAMS;' }).catch(() => null))?.status === 200) return server
    await delay(50)
  }
}

async function fill(server: Server): Promise<void> {
  await post(server, '/ksql', {
    ksql: `CREATE TABLE source (k STRING PRIMARY KEY, v STRING, n INT) WITH (kafka_topic='t', value_format='JSON', partitions=2);
           CREATE TABLE t AS SELECT * FROM source;`,
    streamsProperties: { 'auto.offset.reset': 'earliest' },
  })
  for (let from = 0; from < KEYS; from += INSERTS) {
    const rows = Array.from({ length: Math.min(INSERTS, KEYS - from) }, (_, i) => from + i)
    const ksql = rows.map((i) => `INSERT INTO source VALUES ('key${i}', 'value ${i}', ${i});`).join(' ')
    const { status, text } = await post(server, '/ksql', { ksql })
    if (status !== 200) throw new Error(text)
  }
  while (!(await pull(server, KEYS - 1)).includes(`value ${KEYS - 1}`)) await delay(50)
}

/** Microseconds of CPU time, the server's whole process, per query. */
async function measure(server: Server): Promise<number> {
  const before = cpuTicks(server)
  let next = 0
  const client = async (): Promise<void> => {
    while (next < QUERIES) {
      const key = (next++ * 7919) % KEYS
      if (!(await pull(server, key)).includes(`value ${key}"`)) throw new Error(`key${key} has no row`)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  return ((cpuTicks(server) - before) * TICK_US) / QUERIES
}

async function pull(server: Server, key: number): Promise<string> {
  const { text } = await post(server, '/query-stream', {
    sql: `SELECT * FROM t WHERE k = 'key${key}';`,
    properties: {},
  })
  return text
}

/** User and system time of the process. Source: proc(5), fields 14 and 15, counted behind the name in parentheses. */
function cpuTicks({ child }: Server): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

function post({ url, agent }: Server, path: string, body: object | string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method: 'POST', agent, headers: { 'content-type': 'application/json' } })
    sent.on('error', reject)
    sent.on('response', async (response) => {
      try {
        let text = ''
        for await (const chunk of response) text += String(chunk)
        resolve({ status: response.statusCode ?? 0, text })
      } catch (error) {
        reject(error as Error)
      }
    })
    sent.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}
