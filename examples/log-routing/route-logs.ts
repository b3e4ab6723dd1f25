/** Runs the example against a server: sends the lines, has SQL route them and connectors carry them on, and measures. */
import { once } from 'node:events'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '../../src/cli/client/client.ts'
import { freePort } from '../../test/support/free-port.ts'
import type { Row } from '../support/example.ts'
import { type Feed, HOSTS, logLines, type Route } from './data.ts'
import type { Measurement, Volume } from './measurement.ts'
import type { RoutingOptions } from './options.ts'

/** Lines sent with one write. */
const LINES_PER_WRITE = 500
const LOOK_MS = 1000
const PAUSE_MS = 50
/** A wait ends in failure when nothing has changed for this long. */
const STALL_MS = 60_000

export type RoutingTargets = Pick<RoutingOptions, 'elasticsearch' | 'splunk'>

export interface RunOptions extends RoutingTargets {
  readonly url: string
  /** The server's directory for files of connectors. */
  readonly directory: string
  readonly bytes: number
  readonly print: (text: string) => void
}

/** Throws an Error when the server refuses something or the data does not come through. The server keeps what was made. */
export async function routeLogs(options: RunOptions): Promise<Measurement> {
  const { url, directory, bytes, print } = options
  const client = new Client(url)
  const port = await freePort()
  await client.execute(readFileSync(join(import.meta.dirname, 'statements.sql'), 'utf8'), {
    variables: { port: String(port) },
  })
  const targets = await connect(client, options)
  await sendHosts(client)
  print(`Streams, tables and connectors are made on ${url}. Sending ${(bytes / 1e6).toFixed(1)} MB of logs.`)

  const behind = new Backlog(client)
  const start = performance.now()
  const sent = await sendLines(bytes, { port, directory }, (logs) => behind.look(logs))
  const sendingMs = performance.now() - start
  const routed = await behind.gone(sent.logs)
  const delivered = { user: await takenBy(client, 'user_sink'), machine: await takenBy(client, 'machine_sink') }
  const totalMs = performance.now() - start
  const byState = await rowsOf(client, 'SELECT state, logs FROM user_volume;')
  return {
    sent,
    routed,
    byState: new Map(byState.map(([state, logs]) => [String(state), Number(logs)])),
    delivered,
    sendingMs,
    totalMs,
    mostBehind: behind.most,
    targets,
  }
}

async function connect(client: Client, { elasticsearch, splunk }: RoutingTargets): Promise<Measurement['targets']> {
  const search = `connector = 'elasticsearch', url = '${elasticsearch}', index = 'user-logs'`
  const events = `connector = 'splunk', url = '${splunk}', token = '\${env:CONNECTOR_SPLUNK_TOKEN}', host = '%{HOST}', sourcetype = '%{SOURCE}'`
  const files = (directory: string) => `connector = 'file', directory = '${directory}', "roll.interval.ms" = '1000'`
  const names = `"column.names" = 'lower'`
  await client.execute(`
    CREATE SINK user_sink FROM user_logs WITH (${elasticsearch === null ? files('user') : search}, ${names});
    CREATE SINK machine_sink FROM machine_logs WITH (${splunk === null ? files('machine') : events}, ${names});`)
  return {
    user: elasticsearch === null ? 'files' : 'Elasticsearch',
    machine: splunk === null ? 'files' : 'Splunk',
  }
}

/** The hosts are there before their logs. */
async function sendHosts(client: Client): Promise<void> {
  const stream = client.insert({ target: 'HOSTS' })
  await stream.write(
    HOSTS.map(({ host, state, team }) => JSON.stringify({ HOST: host, STATE: state, TEAM: team, ROWTIME: 0 })),
  )
  await stream.end()
}

/** `onSent`: called after each write with the lines sent so far. Resolves when the last line is with the operating system. */
async function sendLines(
  bytes: number,
  { port, directory }: { readonly port: number; readonly directory: string },
  onSent: (logs: number) => void,
): Promise<Volume> {
  const feeds: Readonly<Record<Feed, Outlet>> = {
    syslog: await socketOutlet(port),
    app: fileOutlet(join(directory, 'app', 'app.ndjson')),
  }
  const sent = { logs: 0, bytes: 0 }
  for (const { feed, line } of logLines(bytes)) {
    sent.logs++
    sent.bytes += line.length
    if (await feeds[feed].write(line)) onSent(sent.logs)
  }
  for (const outlet of Object.values(feeds)) await outlet.end()
  return sent
}

/** Where lines go. */
interface Outlet {
  /** True: several lines were sent at once, this one the last of them. */
  write(line: string): Promise<boolean>
  end(): Promise<void>
}

function outletOf(stream: Writable): Outlet {
  let chunk: string[] = []
  const flush = async () => {
    const text = chunk.join('')
    chunk = []
    if (!stream.write(text)) await once(stream, 'drain')
  }
  return {
    async write(line) {
      chunk.push(`${line}\n`)
      if (chunk.length < LINES_PER_WRITE) return false
      await flush()
      return true
    },
    async end() {
      await flush()
      stream.end()
      await finished(stream)
    },
  }
}

async function socketOutlet(port: number): Promise<Outlet> {
  const socket = createConnection(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.resume()
  return outletOf(socket)
}

function fileOutlet(path: string): Outlet {
  mkdirSync(dirname(path), { recursive: true })
  return outletOf(createWriteStream(path))
}

/** How far the counts of SQL are behind what was sent. */
class Backlog {
  most = 0
  readonly #client: Client
  #lastLook = performance.now()
  #looking: Promise<void> | null = null

  constructor(client: Client) {
    this.#client = client
  }

  /** Looks once a second, beside the sending. */
  look(sent: number): void {
    if (this.#looking !== null || performance.now() - this.#lastLook < LOOK_MS) return
    this.#lastLook = performance.now()
    this.#looking = this.#note(sent).finally(() => {
      this.#looking = null
    })
  }

  /** A look that fails is left out: the counts at the end decide. */
  async #note(sent: number): Promise<void> {
    try {
      this.most = Math.max(this.most, sent - total(await routedLogs(this.#client)))
    } catch {}
  }

  /** Resolves when all lines that were sent are counted. */
  async gone(sent: number): Promise<Measurement['routed']> {
    await this.#looking
    let seen = -1
    let changed = performance.now()
    for (;;) {
      const routed = await routedLogs(this.#client)
      const counted = total(routed)
      this.most = Math.max(this.most, sent - counted)
      if (counted >= sent) return routed
      if (counted !== seen) changed = performance.now()
      seen = counted
      if (performance.now() - changed > STALL_MS) {
        throw new Error(
          `The logs do not come through: ${counted} of ${sent} are counted, the last ${STALL_MS / 1000} s ago.`,
        )
      }
      await delay(PAUSE_MS)
    }
  }
}

const total = (routed: Measurement['routed']): number => Object.values(routed).reduce((sum, { logs }) => sum + logs, 0)

const TABLES: Readonly<Record<Route, readonly string[]>> = {
  thrown: ['thrown_syslog', 'thrown_app'],
  user: ['user_volume'],
  machine: ['machine_volume'],
}

async function routedLogs(client: Client): Promise<Measurement['routed']> {
  const volume = async (route: Route): Promise<Volume> => {
    const rows = await Promise.all(TABLES[route].map((name) => rowsOf(client, `SELECT logs, bytes FROM ${name};`)))
    return rows
      .flat()
      .reduce<Volume>((sum, [logs, bytes]) => ({ logs: sum.logs + Number(logs), bytes: sum.bytes + Number(bytes) }), {
        logs: 0,
        bytes: 0,
      })
  }
  return { thrown: await volume('thrown'), user: await volume('user'), machine: await volume('machine') }
}

/** Records that a sink's target has, when it has them all. */
async function takenBy(client: Client, name: string): Promise<number> {
  let seen = -1
  let changed = performance.now()
  for (;;) {
    const [entity] = await client.execute(`DESCRIBE CONNECTOR ${name};`)
    const facts = entity?.['@type'] === 'connector_description' ? entity.builtIn : undefined
    if (facts !== undefined && facts.lag === 0) return facts.records
    if (facts?.records !== seen) changed = performance.now()
    seen = facts?.records ?? -1
    if (performance.now() - changed > STALL_MS) throw new Error(`${name} does not catch up: ${JSON.stringify(facts)}`)
    await delay(PAUSE_MS)
  }
}

async function rowsOf(client: Client, sql: string): Promise<Row[]> {
  const rows: Row[] = []
  for await (const element of client.query(sql, { signal: AbortSignal.timeout(STALL_MS) })) {
    if (element.kind === 'row') rows.push((JSON.parse(element.text) as { row: { columns: Row } }).row.columns)
  }
  return rows
}
