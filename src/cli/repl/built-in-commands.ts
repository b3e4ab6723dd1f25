/** The REPL's own commands, one entry each. See docs/cli.md#millrace-cli. */
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import type { Credentials } from '../client/connection.ts'
import { readScript, unquote } from '../read-script.ts'
import { runScript } from '../run-script.ts'
import type { Run } from '../run-statement.ts'
import { parseFormat, parseSwitch, parseWidth } from './arguments.ts'

/** What a command may use and change. */
export interface BuiltInContext {
  readonly run: Run
  readonly version: string
  readonly credentials: Credentials
  /** Lines of this session and earlier ones, the oldest first. */
  readonly history: readonly string[]
  /** Writes the line about a server that was just chosen. */
  readonly greet: () => Promise<void>
}

/** A command of the REPL. */
export interface BuiltInCommand {
  /** Name in lower case; it may have several words. */
  readonly name: string
  readonly usage: string
  readonly help: string
  /** Throws a ClientError for an invalid argument. True: the REPL ends. */
  readonly run: (argument: string, context: BuiltInContext) => Promise<boolean | undefined> | boolean | undefined
}

const say = (context: BuiltInContext, text: string) => context.run.screen.line(text).then(() => undefined)

const help: BuiltInCommand = {
  name: 'help',
  usage: 'help [COMMAND]',
  help: 'Lists the commands, or explains one.',
  run(argument, context) {
    if (argument === '') return say(context, overview())
    const command = COMMANDS.find(({ name }) => name === argument.toLowerCase())
    if (command === undefined) throw new ClientError(`There is no command '${argument}'. Type 'help' for the list.`)
    return say(context, `${command.usage}\n    ${command.help}`)
  },
}

const clear: BuiltInCommand = {
  name: 'clear',
  usage: 'clear',
  help: 'Clears the screen.',
  run: (_argument, { run }) => {
    run.screen.clear()
    return undefined
  },
}

const output: BuiltInCommand = {
  name: 'output',
  usage: 'output [JSON|TABULAR]',
  help: 'Shows or sets the output format.',
  run(argument, context) {
    const { display } = context.run.session
    if (argument === '') return say(context, `Current output format: ${display.format}`)
    display.format = parseFormat(argument)
    return say(context, `Output format set to ${display.format}`)
  },
}

const history: BuiltInCommand = {
  name: 'history',
  usage: 'history',
  help: 'Lists the lines typed so far.',
  run: (_argument, context) =>
    say(context, context.history.map((line, i) => `${String(i + 1).padStart(4)}: ${line}`).join('\n')),
}

const version: BuiltInCommand = {
  name: 'version',
  usage: 'version',
  help: 'Shows the version of this command line.',
  run: (_argument, context) => say(context, `Version: ${context.version}`),
}

const server: BuiltInCommand = {
  name: 'server',
  usage: 'server [URL]',
  help: 'Shows the server, or connects to another one, which resets session settings and variables.',
  async run(argument, context) {
    const { session } = context.run
    if (argument === '') return say(context, session.client.url)
    session.switchTo(new Client(argument, context.credentials))
    await context.greet()
    return undefined
  },
}

const pipelining: BuiltInCommand = {
  name: 'request-pipelining',
  usage: 'request-pipelining [ON|OFF]',
  help: 'Shows or sets whether statements are sent before earlier ones have been executed.',
  run(argument, context) {
    const { session } = context.run
    if (argument !== '') session.isPipelining = parseSwitch(argument)
    return say(context, `Current request-pipelining configuration: ${session.isPipelining ? 'ON' : 'OFF'}`)
  },
}

const script: BuiltInCommand = {
  name: 'run script',
  usage: "run script 'FILE'",
  help: 'Runs the statements of a file.',
  async run(argument, { run }) {
    const path = unquote(argument)
    if (path === '') throw new ClientError(`Name the file: ${script.usage}`)
    await runScript(readScript(path), run, path)
    return undefined
  },
}

const setCli: BuiltInCommand = {
  name: 'set cli',
  usage: 'set cli (WRAP ON|OFF | COLUMN-WIDTH N)',
  help: 'WRAP OFF: one line per row, long values are cut. COLUMN-WIDTH: width of each cell; 0 fits the terminal.',
  run(argument, context) {
    const { display } = context.run.session
    const [property = '', value = ''] = argument.split(/\s+/)
    switch (property.toUpperCase()) {
      case 'WRAP':
        display.isWrapping = parseSwitch(value)
        return undefined
      case 'COLUMN-WIDTH':
        display.columnWidth = parseWidth(value)
        return undefined
      default:
        throw new ClientError(`There is no property '${property}' of the command line. ${setCli.usage}`)
    }
  },
}

const spool: BuiltInCommand = {
  name: 'spool',
  usage: "spool ('FILE' | OFF)",
  help: 'Copies input and output to a file until it is switched off.',
  run(argument, context) {
    const { screen } = context.run
    if (argument.toLowerCase() === 'off') {
      screen.spool(null)
      return say(context, 'Spooling is off.')
    }
    if (argument === '') throw new ClientError(`Name the file: ${spool.usage}`)
    openSpool(context, unquote(argument))
    return say(context, `Spooling to ${screen.spoolFile}`)
  },
}

const exit: BuiltInCommand = { name: 'exit', usage: 'exit', help: 'Ends the session, as does Ctrl-D.', run: () => true }
const quit: BuiltInCommand = { name: 'quit', usage: 'quit', help: 'Ends the session.', run: () => true }

/** All commands, in the order of `help`. */
export const COMMANDS: readonly BuiltInCommand[] = [
  help,
  clear,
  output,
  history,
  version,
  server,
  pipelining,
  script,
  setCli,
  spool,
  exit,
  quit,
]

/** The command that a line calls, in either case, with or without a semicolon; null: the line is SQL. */
export function findBuiltIn(line: string): { command: BuiltInCommand; argument: string } | null {
  const text = line.trim().replace(/\s*;$/, '')
  for (const command of COMMANDS) {
    const pattern = new RegExp(`^${command.name.replace(' ', '\\s+')}(?:\\s+(.*))?$`, 'is')
    const match = pattern.exec(text)
    if (match !== null) return { command, argument: (match[1] ?? '').trim() }
  }
  return null
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ usage }) => usage.length))
  return [
    'Commands:',
    ...COMMANDS.map(({ usage, help: text }) => `  ${usage.padEnd(width)}  ${text}`),
    '',
    'Everything else is SQL and ends with a semicolon. Ctrl-C ends a running query, Tab completes names.',
  ].join('\n')
}

function openSpool({ run }: BuiltInContext, path: string): void {
  try {
    run.screen.spool(path)
  } catch (error) {
    throw new ClientError(`Cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}
