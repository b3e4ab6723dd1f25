/** A command of the REPL, and what it may use. */
import type { Credentials } from '../client/connection.ts'
import type { Run } from '../run.ts'

/** What a command may use and change. */
export interface BuiltInContext {
  readonly run: Run
  readonly version: string
  readonly credentials: Credentials
  /** Statements and commands of this session and earlier ones, the oldest first. */
  readonly history: readonly string[]
  /** The statement before this command; null: there was none in this session. */
  readonly lastStatement: string | null
  /** Gives the terminal to `work`, such as an editor, and takes it back when `work` has ended. */
  readonly withTerminal: <Result>(work: () => Result) => Result
  /** Writes the line about a server that was just chosen. */
  readonly greet: () => Promise<void>
}

/** A command of the REPL. */
export interface BuiltInCommand {
  /** Name in lower case; it may have several words. */
  readonly name: string
  /** Another name, as psql's. */
  readonly alias?: string
  readonly usage: string
  readonly help: string
  /** False: the line that calls it is not copied to a spool file, where it would mean nothing. */
  readonly isSpooled?: boolean
  /** Throws a ClientError for an invalid argument. True: the REPL ends. */
  readonly run: (argument: string, context: BuiltInContext) => Promise<boolean | undefined> | boolean | undefined
}

/** Writes a line of text. */
export const say = (context: Pick<BuiltInContext, 'run'>, text: string) =>
  context.run.screen.page(text).then(() => undefined)
