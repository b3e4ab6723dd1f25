/** The interactive command line: lines in, answers out, until the user leaves. */
import { spawnSync } from 'node:child_process'
import type { Session } from '../cli-session.ts'
import type { Credentials } from '../client/connection.ts'
import { errorText } from '../error-text.ts'
import { type OpenText, unclosedText } from '../open-text.ts'
import type { Screen } from '../output/screen.ts'
import { PLAIN_STYLE } from '../output/style.ts'
import type { Run } from '../run.ts'
import { runStatement } from '../run-statement.ts'
import { StatementReader } from '../statement-reader.ts'
import { greetServer, showBanner } from './banner.ts'
import type { BuiltInContext } from './built-in-command.ts'
import { findBuiltIn } from './built-in-commands.ts'
import { Completion } from './completion.ts'
import { highlight } from './highlight.ts'
import { HistoryFile } from './history-file.ts'
import { LineEditor, type TerminalInput } from './line-editor.ts'
import { asOneLine, holdsSecret } from './statement-history.ts'
import type { TerminalStream } from './terminal-output.ts'

const PROMPT = 'ksql> '
/** Prompts for the further lines of a statement, by what the line before has left open. */
const CONTINUATIONS: Readonly<Record<OpenText['opener'] | '', string>> = {
  '': '   -> ',
  "'": "   '> ",
  '"': '   "> ',
  '`': '   `> ',
  '/*': '   *> ',
}

export interface ReplOptions {
  readonly session: Session
  readonly screen: Screen
  readonly credentials: Credentials
  readonly version: string
  /** The terminal. */
  readonly input: TerminalInput
  readonly output: TerminalStream
  /** Command of a shell that shows texts which are longer than the screen; absent: they are written as others are. */
  readonly pager?: string | undefined
  /** File of the statements of earlier sessions. */
  readonly historyPath: string
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
  readonly #history: HistoryFile
  readonly #editor: LineEditor
  #lastStatement: string | null = null
  /** Aborts the running statement. */
  #running: AbortController | null = null

  constructor(options: ReplOptions) {
    const { input, output, historyPath } = options
    this.#options = options
    this.#history = new HistoryFile(historyPath)
    this.#completion = new Completion(() => options.session.client)
    this.#editor = new LineEditor({
      input,
      output,
      history: () => this.#history.lines,
      complete: (line) => this.#completion.complete(line, this.#reader.pending),
      ...(options.screen.style === PLAIN_STYLE ? {} : { colour: (line: string) => this.#colour(line) }),
      onInterrupt: () => this.#running?.abort(),
    })
    const { pager, screen } = options
    if (pager !== undefined && pager !== '') screen.pager = (text) => this.#page(pager, text)
  }

  /** Gives the text to the pager, which has the terminal until it ends. */
  #page(command: string, text: string): boolean {
    const { status } = this.#editor.lend(() =>
      spawnSync(command, { input: `${text}\n`, shell: true, stdio: ['pipe', 'inherit', 'inherit'] }),
    )
    return status === 0
  }

  async run(): Promise<void> {
    for (let leaves = false; !leaves; ) {
      const prompt = this.#prompt()
      const reading = await this.#editor.read(prompt)
      if (reading.kind === 'end') break
      if (reading.kind === 'line') leaves = await this.#take(reading.text, prompt)
      else this.#reader.clear()
    }
    this.#editor.close()
    this.#history.close()
  }

  /** Returns true if the user leaves. */
  async #take(line: string, prompt: string): Promise<boolean> {
    const builtIn = this.#reader.isPending ? null : findBuiltIn(line)
    if (builtIn?.command.isSpooled !== false) this.#options.screen.copy(`${prompt}${line}`)
    if (builtIn !== null) {
      this.#history.add(line.trim())
      const leaves = await this.#attempt(line, (run) => builtIn.command.run(builtIn.argument, this.#context(run)))
      return leaves === true
    }
    const statements = this.#reader.push(line)
    for (const statement of statements) {
      if (!holdsSecret(statement)) this.#history.add(asOneLine(statement))
      this.#lastStatement = statement
      await this.#attempt(statement, (run) => runStatement(statement, run))
      this.#completion.invalidate()
    }
    if (statements.length === 0) await this.#adviseOnEnd(line)
    return false
  }

  /** Tells those who wait for an answer what the statement lacks. */
  async #adviseOnEnd(line: string): Promise<void> {
    const { screen } = this.#options
    const { open, isPending } = this.#reader
    const wantsAnswer = /^\s*(?:exit|quit|help|clear)?\s*$/i.test(line)
    if (open !== null && (wantsAnswer || /;\s*$/.test(line))) {
      await screen.hint(`${unclosedText(open)} Close it, or drop the statement with Ctrl-C.`)
    } else if (isPending && open === null && wantsAnswer) {
      await screen.hint('A statement ends with a semicolon. Ctrl-C drops it.')
    }
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
    const withTerminal = <Result>(work: () => Result) => this.#editor.lend(work)
    const { lines } = this.#history
    return { run, version, credentials, history: lines, lastStatement: this.#lastStatement, withTerminal, greet }
  }

  /** Commands stay as they are. */
  #colour(line: string): string {
    const { isPending, open } = this.#reader
    if (!isPending && findBuiltIn(line) !== null) return line
    return highlight(line, this.#options.screen.style, open?.opener ?? null)
  }

  #prompt(): string {
    if (!this.#reader.isPending) return PROMPT
    return CONTINUATIONS[this.#reader.open?.opener ?? '']
  }
}
