/**
 * Rows per second through connectors: file and syslog in, files, PostgreSQL and OpenSearch out. Arguments: `--rows=N` (300,000). PostgreSQL and OpenSearch
 * take part where `MILLRACE_TEST_POSTGRES` and `MILLRACE_TEST_OPENSEARCH` have their addresses, as in test/faults/connectors.ts. Beside
 * the rate by the clock stands the rate by CPU time of this process, which does not change when the machine is busy. For OpenSearch the
 * limit is measured in the same run: a loop that sends the same documents by hand.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Engine } from '../src/engine/api.ts'
import { type ServerParts, startServerParts } from '../src/main.ts'
import { freePort } from '../test/support/free-port.ts'

const rows = Number(/--rows=(\d+)/.exec(process.argv.join(' '))?.[1] ?? 300_000)
const { MILLRACE_TEST_OPENSEARCH: search, MILLRACE_TEST_POSTGRES: postgres } = process.env
const reference = (name: string) => `\${env:${name}}`
const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
// Before the thread of connectors is started, which takes the environment as it is then.
if (postgres !== undefined) process.env['CONNECTOR_PG_PASSWORD'] = new URL(postgres).password
const files = join(directory, 'files')
mkdirSync(files)

const text = (id: number) => `user ${id % 977} opened page ${id % 4099} of the catalogue`
const line = (id: number) => `{"ID":${id},"STATE":"${id % 3 === 0 ? 'LA' : 'CA'}","MESSAGE":"${text(id)}"}\n`

interface Meter {
  readonly engine: Engine
}

/** Resolves when the connector has done all rows; prints the rates since `from`. */
async function measure(
  { engine }: Meter,
  name: string,
  what: string,
  begin: () => Promise<unknown> | unknown,
): Promise<number> {
  const cpu = process.cpuUsage()
  const from = performance.now()
  await begin()
  for (;;) {
    const [entity] = await engine.execute({ sql: `DESCRIBE CONNECTOR ${name};` })
    if (entity?.['@type'] !== 'connector_description') throw new Error(`no connector ${name}`)
    const { builtIn, status } = entity
    const trace = status.tasks.find((task) => task.trace !== undefined)?.trace
    if (trace !== undefined) throw new Error(trace)
    if ((builtIn?.records ?? 0) >= rows) break
    await delay(20)
  }
  return report(what, from, cpu)
}

function report(what: string, from: number, before: NodeJS.CpuUsage): number {
  const seconds = (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(before)
  const cpuSeconds = (user + system) / 1e6
  const rate = rows / seconds
  const perSecond = (count: number) => Math.round(count).toLocaleString('en').padStart(10)
  console.log(`${what.padEnd(34)}${perSecond(rate)} rows/s ${perSecond(rows / cpuSeconds)} rows per CPU second`)
  return rate
}

async function byHand(url: string): Promise<number> {
  const from = performance.now()
  const cpu = process.cpuUsage()
  for (let id = 0; id < rows; id += 2000) {
    let body = ''
    for (let i = id; i < Math.min(rows, id + 2000); i++) body += `{"index":{"_id":"logs+0+${i}"}}\n${line(i)}`
    const headers = { 'content-type': 'application/x-ndjson' }
    const answer = await fetch(`${url}/millrace-bench-hand/_bulk?filter_path=errors`, { method: 'POST', headers, body })
    if ((await answer.text()) !== '{"errors":false}') throw new Error('the bulk API refused documents')
  }
  return report('OpenSearch, a loop by hand', from, cpu)
}

async function run(parts: ServerParts): Promise<void> {
  const engine = await parts.engine
  const meter = { engine }
  const run = (sql: string) => engine.execute({ sql })
  writeFileSync(join(files, 'in.ndjson'), Array.from({ length: rows }, (_, id) => line(id)).join(''))
  await measure(meter, 'lines', 'source file', () =>
    run(`CREATE SOURCE lines WITH (connector='file', topic='logs', path='in.ndjson', format='ndjson');
         CREATE STREAM logs (ID INT, STATE STRING, MESSAGE STRING) WITH (kafka_topic='logs', value_format='JSON');`),
  )
  await measure(meter, 'to_file', 'sink file', () =>
    run("CREATE SINK to_file FROM logs WITH (connector='file', directory='out');"),
  )
  if (postgres !== undefined) {
    const { host, pathname, username } = new URL(postgres)
    const table = `millrace_bench_${process.pid}`
    await measure(meter, 'to_pg', 'sink postgres', () =>
      run(`CREATE SINK to_pg FROM logs WITH (connector='postgres', url='postgres://${host}${pathname}', username='${username}',
             password='${reference('CONNECTOR_PG_PASSWORD')}', "table"='${table}', "batch.size"=5000);`),
    )
  }
  if (search !== undefined) {
    for (const index of ['millrace-bench', 'millrace-bench-hand'])
      await fetch(`${search}/${index}`, { method: 'DELETE' })
    const limit = await byHand(search)
    const rate = await measure(meter, 'to_search', 'sink elasticsearch', () =>
      run(`CREATE SINK to_search FROM logs WITH (connector='elasticsearch', url='${search}', index='millrace-bench');`),
    )
    console.log(`sink elasticsearch reaches ${(rate / limit).toFixed(2)} of the loop by hand`)
  }
  const port = await freePort()
  await run(`CREATE SOURCE machines WITH (connector='syslog', topic='machines', port=${port});`)
  await measure(meter, 'machines', 'source syslog, TCP', () => sendSyslog(port))
}

/** The messages are made before the clock starts to matter: they are one text that is sent again and again. */
async function sendSyslog(port: number): Promise<void> {
  const count = 1000
  const chunk = Buffer.from(
    Array.from({ length: count }, (_, id) => `<13>1 2026-01-01T00:00:00Z host app ${id} - - ${text(id)}\n`).join(''),
  )
  for (let attempt = 0; ; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) =>
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
    )
    if (isOpen) {
      for (let sent = 0; sent < rows; sent += count) {
        if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve))
      }
      socket.end()
      return
    }
    if (attempt === 50) throw new Error('the port of syslog does not open')
    await delay(100)
  }
}

const parts = startServerParts({
  dataDir: directory,
  properties: { listeners: 'http://127.0.0.1:0' },
  warn: (message) => console.error(message),
})
try {
  await run(parts)
} finally {
  await parts.close()
  rmSync(directory, { recursive: true, force: true })
}
