/** The interactive command line: lines in, answers out, until the user leaves. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Session } from '../cli-session.ts'
import type { Credentials } from '../client/connection.ts'
import { errorText } from '../error-text.ts'
import type { Screen } from '../output/screen.ts'
import { type Run, runStatement } from '../run-statement.ts'
import { StatementReader } from '../statement-reader.ts'
import { greetServer, showBanner } from './banner.ts'
import { type BuiltInContext, findBuiltIn } from './built-in-commands.ts'
import { Completion } from './completion.ts'
import { HistoryFile } from './history-file.ts'

const PROMPT = 'ksql> '
const CONTINUATION = '>'

export interface ReplOptions {
  readonly session: Session
  readonly screen: Screen
  readonly credentials: Credentials
  readonly version: string
}

/** Resolves when the user leaves. */
export async function runRepl(options: ReplOptions): Promise<void> {
  await showBanner({ client: options.session.client, screen: options.screen, version: options.version })
  const repl = new Repl(options)
  await repl.run()
  await options.screen.line('Exiting Millrace.')
}

class Repl {
  readonly #options: ReplOptions
  readonly #reader = new StatementReader()
  readonly #completion: Completion
  readonly #history = new HistoryFile(join(homedir(), '.millrace-history'))
  readonly #terminal: Interface
  /** Aborts the running statement. */
  #running: AbortController | null = null

  constructor(options: ReplOptions) {
    this.#options = options
    this.#completion = new Completion(() => options.session.client)
    this.#terminal = createInterface({
      input: process.stdin,
      output: process.stdout,
      history: [...this.#history.lines].reverse(),
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
        void this.#completion.complete(line).then((result) => done(null, result))
      },
    })
    this.#terminal.on('SIGINT', () => this.#interrupt())
  }

  async run(): Promise<void> {
    this.#prompt()
    for await (const line of this.#terminal) {
      this.#options.screen.copy(`${this.#reader.isPending ? CONTINUATION : PROMPT}${line}`)
      this.#history.add(line)
      if (await this.#take(line)) break
      this.#prompt()
    }
    this.#terminal.close()
    this.#history.close()
  }

  /** Returns true if the user leaves. */
  async #take(line: string): Promise<boolean> {
    const builtIn = this.#reader.isPending ? null : findBuiltIn(line)
    if (builtIn !== null) {
      const leaves = await this.#attempt(line, (run) => builtIn.command.run(builtIn.argument, this.#context(run)))
      return leaves === true
    }
    for (const statement of this.#reader.push(line)) {
      await this.#attempt(statement, (run) => runStatement(statement, run))
      this.#completion.invalidate()
    }
    return false
  }

  async #attempt<Result>(text: string, work: (run: Run) => Promise<Result> | Result): Promise<Result | undefined> {
    const running = new AbortController()
    this.#running = running
    const { session, screen } = this.#options
    try {
      return await work({ session, screen, signal: running.signal })
    } catch (error) {
      await screen.error(errorText(error, text))
      return undefined
    } finally {
      this.#running = null
    }
  }

  #context(run: Run): BuiltInContext {
    const { session, screen, version, credentials } = this.#options
    const greet = () => greetServer({ client: session.client, screen, version })
    return { run, version, credentials, history: this.#history.lines, greet }
  }

  /** Ctrl-C ends the running statement, or else drops the typed lines. */
  #interrupt(): void {
    if (this.#running !== null) {
      this.#running.abort()
      return
    }
    this.#reader.clear()
    process.stdout.write('^C\n')
    this.#terminal.write(null, { ctrl: true, name: 'e' })
    this.#terminal.write(null, { ctrl: true, name: 'u' })
    this.#prompt()
  }

  #prompt(): void {
    this.#terminal.setPrompt(this.#reader.isPending ? CONTINUATION : PROMPT)
    this.#terminal.prompt()
  }
}
