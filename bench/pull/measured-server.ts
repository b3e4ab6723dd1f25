/** A server in a process of its own, whose CPU time is measured: Millrace of this checkout or another, or the bare one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../test/support/free-port.ts'
import { cpuSeconds } from '../compare/process-usage.ts'
import { type Client, http1Client } from './clients.ts'

export interface MeasuredServer {
  readonly name: string
  readonly url: string
  readonly client: Client
  /** Microseconds of CPU time so far, all threads. */
  readonly cpuMicros: () => number
  /** The last lines of its log above the level of information: why a query has failed. */
  readonly warnings: () => string[]
  readonly stop: () => Promise<void>
}

/** Millrace from the sources in `root`, over the embedded log, or over `kafka` as a cluster of that service id. */
export async function startMillrace(
  root: string,
  kafka?: { readonly bootstrapServers: string; readonly serviceId: string },
): Promise<MeasuredServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-pull-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const program = join(root, 'src/cli/millrace.ts')
  const args = [...nodeOptions(root), program, 'server', '--listen', url, '--data-dir', dataDir]
  if (kafka !== undefined) args.push('--bootstrap-servers', kafka.bootstrapServers)
  const env = kafka === undefined ? process.env : { ...process.env, KSQL_KSQL_SERVICE_ID: kafka.serviceId }
  const logFile = join(dataDir, 'server.log')
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, args, { stdio: ['ignore', log, log], env })
  closeSync(log)
  const server = await started(root, url, child, () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }))
  return { ...server, warnings: () => warningsIn(readFileSync(logFile, 'utf8')) }
}

const SHOWN_WARNINGS = 10

const warningsIn = (log: string): string[] =>
  log
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{"level":"info"'))
    .slice(-SHOWN_WARNINGS)

const STOP_MS = 5000

/** The options of Node with which `npm start` runs the server of that checkout. */
function nodeOptions(root: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } }
  return scripts.start.split(' ').filter((word) => word.startsWith('--'))
}

/** A server that gives `answer` to everything. */
export async function startBare(answer: string): Promise<MeasuredServer> {
  const port = await freePort()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare.ts'), String(port), answer], {
    stdio: 'ignore',
  })
  return started('bare fastify', `http://127.0.0.1:${port}`, child, () => {})
}

async function started(name: string, url: string, child: ChildProcess, onStopped: () => void): Promise<MeasuredServer> {
  const client = http1Client(url)
  while (!(await isUp(url))) {
    if (child.exitCode !== null) throw new Error(`${name} ended`)
    await delay(50)
  }
  return {
    name,
    url,
    client,
    warnings: () => [],
    cpuMicros: () => cpuSeconds(child.pid!) * 1e6,
    async stop() {
      client.close()
      // Ended in good order, so that a profile of it is written.
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await once(child, 'exit')
      clearTimeout(late)
      onStopped()
    },
  }
}

const isUp = (url: string): Promise<boolean> =>
  fetch(`${url}/info`).then(
    ({ status }) => status === 200,
    () => false,
  )
