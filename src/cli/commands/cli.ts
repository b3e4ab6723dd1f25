/** `millrace cli`: statements from -e, from -f, from a pipe, or typed. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Timer } from '../../clock.ts'
import { Session } from '../cli-session.ts'
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import type { Credentials } from '../client/connection.ts'
import { errorText } from '../error-text.ts'
import { Screen } from '../output/screen.ts'
import { readScript } from '../read-script.ts'
import { parseFormat } from '../repl/arguments.ts'
import { runRepl } from '../repl/repl.ts'
import { runScript } from '../run-script.ts'
import { readVersion } from '../version.ts'
import { askPassword } from './ask-password.ts'

export interface CliOptions {
  readonly execute?: string
  readonly file?: string
  readonly output: string
  readonly define: readonly string[]
  readonly user?: string
  readonly password?: string
  readonly token?: string
  readonly queryRowLimit?: number
  readonly queryTimeout?: number
  readonly configFile?: string
}

/** Exit code of a command that Ctrl-C ended, as shells report it. */
const INTERRUPTED = 130

/** Resolves to the exit code: 0; 1 if a statement of -e, -f or a pipe failed; 130 if the user stopped it. */
export async function runCli(url: string, options: CliOptions, timer: Timer): Promise<number> {
  const screen = new Screen({ out: process.stdout, err: process.stderr, env: process.env })
  process.stdout.on('error', endQuietly)
  try {
    const credentials = await credentialsOf(options)
    const session = createSession(new Client(url, credentials), options, timer)
    if (options.execute !== undefined && options.file !== undefined) {
      throw new ClientError('Give either -e or -f, not both: a file can be run from within -e by RUN SCRIPT.')
    }
    if (options.execute !== undefined) return await runOnce(options.execute, '', { session, screen })
    if (options.file !== undefined) return await runOnce(readScript(options.file), options.file, { session, screen })
    if (!process.stdin.isTTY) return await runOnce(await readAll(process.stdin), 'standard input', { session, screen })
    session.display.isTiming = true
    await runRepl({
      session,
      screen,
      credentials,
      version: readVersion(),
      input: process.stdin,
      output: process.stdout,
      pager: process.env['PAGER'],
      historyPath: join(homedir(), '.millrace-history'),
    })
    return 0
  } catch (error) {
    await screen.error(errorText(error, ''))
    return 1
  }
}

async function runOnce(sql: string, name: string, parts: { session: Session; screen: Screen }): Promise<number> {
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt)
  await runScript(sql, { ...parts, signal: stop.signal }, name)
  process.off('SIGINT', interrupt)
  return stop.signal.aborted ? INTERRUPTED : 0
}

async function credentialsOf({ user, password, token }: CliOptions): Promise<Credentials> {
  const needsPassword = user !== undefined && password === undefined && process.stdin.isTTY
  return { user, password: needsPassword ? await askPassword(user) : password, token }
}

function createSession(client: Client, options: CliOptions, timer: Timer): Session {
  return new Session({
    client,
    format: parseFormat(options.output),
    variables: new Map(options.define.map(parseDefinition)),
    properties: options.configFile === undefined ? new Map() : readOverrides(options.configFile),
    rowLimit: options.queryRowLimit ?? null,
    timeoutMs: options.queryTimeout ?? null,
    timer,
  })
}

function parseDefinition(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_@]*)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new ClientError(`Not a definition: '${text}'. Write name=value.`)
  return [name.toUpperCase(), value]
}

/** The lines `ksql....=value` of a property file; other lines belong to other programs. */
function readOverrides(path: string): ReadonlyMap<string, string> {
  const lines = readScript(path).split(/\r?\n/)
  const matches = lines.map((line) => /^\s*(ksql\.[^=:\s]+)\s*[=:]\s*(.*?)\s*$/.exec(line))
  return new Map(matches.flatMap((match) => (match === null ? [] : [[match[1]!, match[2]!] as const])))
}

async function readAll(input: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of input) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

/** Ends the process when the reader of its output has gone, as in `| head`. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}
