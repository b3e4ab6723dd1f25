/** A server as a process that can be killed, and its data directory, which outlives it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Broker } from '../../../src/broker/broker.ts'
import { openEmbeddedLog } from '../../../src/broker/embedded/embedded-log.ts'
import { freePort } from '../../support/free-port.ts'

const CHECKOUT = join(import.meta.dirname, '../../..')
const START_MS = 120_000
const STOP_MS = 30_000
/** Linux's `_SC_CLK_TCK`, the same on all machines that Node runs on. */
const TICKS_PER_SECOND = 100

/** A directory for servers of this run, removed when `use` is done. */
export async function withDataDir<T>(use: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-fault-'))
  try {
    return await use(dataDir)
  } finally {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** The log of a server that does not run now. */
export async function withLog<T>(dataDir: string, use: (broker: Broker) => Promise<T>): Promise<T> {
  const log = await openEmbeddedLog({ dataDir: join(dataDir, 'data', 'log'), warn: () => {} })
  const broker = log.broker()
  try {
    await broker.connect()
    return await use(broker)
  } finally {
    await broker.close()
    await log.close()
  }
}

export interface FaultServerOptions {
  /** Directory of the sources that are run. Default: this checkout. */
  readonly checkout?: string
}

export class FaultServer {
  readonly url: string
  readonly #child: ChildProcess
  #output = ''

  /** Resolves at once; `ready` tells when it answers. */
  static async spawn(
    dataDir: string,
    properties: Readonly<Record<string, string>> = {},
    options: FaultServerOptions = {},
  ): Promise<FaultServer> {
    return new FaultServer(`http://127.0.0.1:${await freePort()}`, dataDir, properties, options)
  }

  /** Resolves when the server answers. */
  static async start(
    dataDir: string,
    properties: Readonly<Record<string, string>> = {},
    options: FaultServerOptions = {},
  ): Promise<FaultServer> {
    const server = await FaultServer.spawn(dataDir, properties, options)
    await server.ready()
    return server
  }

  private constructor(
    url: string,
    dataDir: string,
    properties: Readonly<Record<string, string>>,
    { checkout = CHECKOUT }: FaultServerOptions,
  ) {
    this.url = url
    const config = join(dataDir, 'server.properties')
    writeFileSync(
      config,
      Object.entries(properties)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    const args = ['server', '--listen', url, '--data-dir', join(dataDir, 'data'), '--config', config]
    this.#child = spawn(process.execPath, [join(checkout, 'src/cli/millrace.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-20_000)
      })
    }
  }

  /** The end of what the process has written. */
  get output(): string {
    return this.#output
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Resolves when GET /info says that the server runs; throws an Error if it ends or takes too long. */
  async ready(): Promise<void> {
    const deadline = performance.now() + START_MS
    while (!(await this.#isRunning())) {
      if (this.hasEnded) throw new Error(`The server ended before it answered:\n${this.#output}`)
      if (performance.now() > deadline) throw new Error(`The server was not ready in time:\n${this.#output}`)
      await delay(10)
    }
  }

  /** Answer to statements. Throws an Error with the server's message if it refuses them. */
  async execute(ksql: string, streamsProperties: Readonly<Record<string, string>> = {}): Promise<unknown[]> {
    const response = await fetch(`${this.url}/ksql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ksql, streamsProperties }),
    })
    const body = await response.json()
    if (!response.ok) throw new Error((body as { message?: string }).message ?? JSON.stringify(body))
    return body as unknown[]
  }

  /** Rows of a pull query. Throws an Error with the server's message if it fails. */
  async pull(sql: string): Promise<unknown[][]> {
    const response = await fetch(`${this.url}/query-stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ sql, properties: {} }),
    })
    const body = (await response.json()) as unknown
    if (!response.ok) throw new Error((body as { message?: string }).message ?? JSON.stringify(body))
    return (body as unknown[]).filter((element) => Array.isArray(element)) as unknown[][]
  }

  /** Values of a metric by their labels' text, `{query="..."}`; a metric without labels has the label text ''. */
  async metric(name: string): Promise<ReadonlyMap<string, number>> {
    return (await this.metrics([name])).get(name)!
  }

  /** Several metrics by one scrape. */
  async metrics(names: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
    const text = await (await fetch(`${this.url}/metrics`)).text()
    const found = new Map(names.map((name) => [name, new Map<string, number>()]))
    for (const line of text.split('\n')) {
      const nameEnd = line.search(/[{ ]/)
      const valueStart = line.lastIndexOf(' ')
      found.get(line.slice(0, nameEnd))?.set(line.slice(nameEnd, valueStart).trim(), Number(line.slice(valueStart)))
    }
    return found
  }

  /** Resident memory, MB. Source: proc(5). */
  residentMb(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
  }

  /** The process's own part of its resident memory: without pages of files that the system may drop, MB. Source: proc(5). */
  anonymousMb(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
  }

  /** CPU time that the process has used so far, seconds. Source: proc(5), `utime` and `stime`. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  }

  /** SIGSTOP freezes it, SIGCONT lets it continue. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name)
  }

  /** As a power cut for the process: it gets no chance to end anything. */
  async kill(): Promise<void> {
    if (this.hasEnded) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(timer)
  }

  async #isRunning(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/info`)
      const { KsqlServerInfo } = (await response.json()) as { KsqlServerInfo?: { serverStatus: string } }
      return KsqlServerInfo?.serverStatus === 'RUNNING'
    } catch {
      return false
    }
  }
}

/** Numbers for everything that is random. Source: mulberry32, public domain. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
