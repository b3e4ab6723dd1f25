// A server of its own process, which can be killed and started again on the same port and data.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../support/free-port.ts'

const ROOT = join(import.meta.dirname, '../../..')
const START_MS = 60_000

export class ConsoleServer {
  readonly url: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-browser-'))
  #child: ChildProcess | null = null

  private constructor(url: string, properties: Readonly<Record<string, string>>) {
    this.url = url
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(this.#propertiesFile, lines.join(''))
  }

  /** `properties`: configuration by name. */
  static async start(properties: Readonly<Record<string, string>> = {}): Promise<ConsoleServer> {
    const server = new ConsoleServer(`http://127.0.0.1:${await freePort()}`, properties)
    await server.start()
    return server
  }

  async start(): Promise<void> {
    const options = ['--listen', this.url, '--data-dir', join(this.#folder, 'data'), '--config', this.#propertiesFile]
    const child = spawn(process.execPath, ['src/cli/millrace.ts', 'server', ...options], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-2000)
    })
    const deadline = Date.now() + START_MS
    while (Date.now() < deadline && child.exitCode === null) {
      const answer = await fetch(`${this.url}/chc/ready`).catch(() => null)
      if (answer?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`The server did not start: ${errors}`)
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  async close(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async execute(sql: string): Promise<void> {
    const answer = await fetch(`${this.url}/ksql`, { method: 'POST', body: JSON.stringify({ ksql: sql }) })
    if (!answer.ok) throw new Error(await answer.text())
  }

  /** Resolves when all rows are stored. */
  async insert(target: string, rows: Iterable<object>): Promise<void> {
    const session = connect(this.url)
    const request = session.request({ ':method': 'POST', ':path': '/inserts-stream' })
    const ended = new Promise((resolve, reject) => {
      request.once('end', resolve)
      request.once('error', reject)
    })
    request.resume()
    request.write(`${JSON.stringify({ target })}\n`)
    for (const row of rows) {
      if (!request.write(`${JSON.stringify(row)}\n`)) await new Promise((resolve) => request.once('drain', resolve))
    }
    request.end()
    await ended
    session.close()
  }

  get #propertiesFile(): string {
    return join(this.#folder, 'server.properties')
  }
}
