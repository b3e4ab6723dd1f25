/** A Millrace server as a child process, spoken to over HTTP. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import packageJson from '../../package.json' with { type: 'json' }
import { freePort } from '../../test/support/free-port.ts'

export interface ServerProcessOptions {
  readonly dataDir: string
  /** Null: the embedded log. */
  readonly bootstrapServers: string | null
  readonly properties?: Readonly<Record<string, string>>
  /** Options for Node itself. */
  readonly nodeOptions?: readonly string[]
}

const PROJECT = join(import.meta.dirname, '..', '..')
/** What `npm start` runs, without `node`. */
const START = packageJson.scripts.start.split(' ').slice(1)
const START_MS = 30_000
const STOP_MS = 15_000

export class ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** From the start of the process to its first answer, ms. */
  startMs = 0

  /** Starts the server and resolves when it answers GET /info. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const startedAt = performance.now()
    const server = new ServerProcess(`http://127.0.0.1:${await freePort()}`, options)
    await server.#untilUp()
    server.startMs = performance.now() - startedAt
    return server
  }

  private constructor(
    url: string,
    { dataDir, bootstrapServers, properties = {}, nodeOptions = [] }: ServerProcessOptions,
  ) {
    this.url = url
    mkdirSync(dataDir, { recursive: true })
    const config = join(dataDir, 'bench.properties')
    writeFileSync(
      config,
      Object.entries(properties)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    const broker = bootstrapServers === null ? [] : ['--bootstrap-servers', bootstrapServers]
    const args = ['--listen', url, '--data-dir', dataDir, '--config', config, ...broker]
    this.child = spawn(process.execPath, [...nodeOptions, ...START, ...args], {
      cwd: PROJECT,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** Runs statements. Rejects with the server's message if it refuses them. */
  async execute(sql: string, properties: Readonly<Record<string, string>> = {}): Promise<readonly unknown[]> {
    const response = await fetch(`${this.url}/ksql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ksql: sql, streamsProperties: properties }),
    })
    const body = await response.json()
    if (!response.ok) throw new Error((body as { message?: string }).message ?? JSON.stringify(body))
    return body as unknown[]
  }

  /** Values of a metric by its labels' text. */
  async metric(name: string): Promise<ReadonlyMap<string, number>> {
    return metricOf(await this.metrics(), name)
  }

  /** All metrics, as Prometheus reads them. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text()
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(timer)
  }

  async #untilUp(): Promise<void> {
    const deadline = performance.now() + START_MS
    while (!(await this.#answers())) {
      if (this.hasEnded) throw new Error('The server ended before it answered; its log says why.')
      if (performance.now() > deadline) throw new Error(`The server did not answer within ${START_MS / 1000} s.`)
      await delay(5)
    }
  }

  async #answers(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/info`)
      await response.arrayBuffer()
      return response.ok
    } catch {
      return false
    }
  }
}

/** Values of a metric in a text of metrics, by its labels' text. */
export function metricOf(text: string, name: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}{`)) continue
    values.set(line.slice(name.length, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' '))))
  }
  return values
}
