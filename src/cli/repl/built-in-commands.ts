/** The REPL's own commands, one entry each. See docs/cli.md#millrace-cli. */
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { wrap } from '../output/width.ts'
import { readScript, unquote } from '../read-script.ts'
import { runScript } from '../run-script.ts'
import { parseFormat, parseSwitch, parseWidth } from './arguments.ts'
import { type BuiltInCommand, type BuiltInContext, say } from './built-in-command.ts'
import { copy } from './copy-command.ts'
import { expanded, live, mode, timing } from './display-commands.ts'
import { LIST_COMMANDS } from './list-commands.ts'
import { STATEMENT_NAMES, statementHelp } from './statement-help.ts'
import { edit, top, watch } from './terminal-commands.ts'

const help: BuiltInCommand = {
  name: 'help',
  alias: '\\?',
  usage: 'help [COMMAND | STATEMENT]',
  help: 'Lists the commands and statements, or explains one.',
  run(argument, context) {
    if (argument === '') return say(context, overview(context.run.screen.width))
    const command = COMMANDS.find(({ name, alias }) => [name, alias].includes(argument.toLowerCase()))
    const statement = statementHelp(argument)
    if (command === undefined && statement === null) {
      throw new ClientError(`There is neither a command nor a statement '${argument}'. Type 'help' for the list.`)
    }
    const texts = [command && `${command.usage}\n    ${command.help}`, statement]
    return say(context, texts.filter((text) => text != null).join('\n\n'))
  },
}

const clear: BuiltInCommand = {
  name: 'clear',
  usage: 'clear',
  help: 'Clears the screen.',
  isSpooled: false,
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
  help: 'Lists the statements and commands of this and earlier sessions.',
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
  help: 'WRAP OFF: one line per row, long values are cut. COLUMN-WIDTH: width of each cell; 0 fits the content.',
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
  isSpooled: false,
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
const quit: BuiltInCommand = {
  name: 'quit',
  alias: '\\q',
  usage: 'quit',
  help: 'Ends the session.',
  run: () => true,
}

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
  ...LIST_COMMANDS,
  expanded,
  mode,
  live,
  timing,
  watch,
  top,
  copy,
  edit,
  exit,
  quit,
]

/** Stands for each line that begins with a backslash, as no SQL does, and calls none of the commands. */
const unknown: BuiltInCommand = {
  name: '\\',
  usage: '\\',
  help: 'Is no command.',
  run(argument) {
    throw new ClientError(`There is no command '${argument.split(/\s/)[0]}'. \\? lists the commands.`)
  },
}

/** The command that a line calls, in either case, with or without a semicolon; null: the line is SQL. */
export function findBuiltIn(line: string): { command: BuiltInCommand; argument: string } | null {
  const text = line.trim().replace(/\s*;$/, '')
  for (const command of COMMANDS) {
    for (const name of [command.name, command.alias]) {
      const match = name === undefined ? null : patternOf(name).exec(text)
      if (match !== null) return { command, argument: (match[1] ?? '').trim() }
    }
  }
  return text.startsWith('\\') ? { command: unknown, argument: text } : null
}

const patternOf = (name: string): RegExp => {
  const words = name.replace(/[\\?.]/g, '\\$&').replace(' ', '\\s+')
  return new RegExp(`^${words}(?:\\s+(.*))?$`, 'is')
}

/** Columns of the names of commands; a longer one has a line of its own. */
const NAME_WIDTH = 32
const WIDEST_HELP = 120
const KEYS =
  'Keys: Ctrl-C ends a running query or drops what was typed, Tab completes, Up and Down go through earlier statements, ' +
  'Ctrl-R searches them, Ctrl-D leaves. Everything else is SQL and ends with a semicolon.'

/** `terminalWidth`: columns of the terminal. */
function overview(terminalWidth: number): string {
  const width = Math.min(terminalWidth, WIDEST_HELP)
  const indent = ' '.repeat(NAME_WIDTH + 4)
  const commandLines = ({ usage, alias, help: text }: BuiltInCommand): string[] => {
    const name = alias === undefined ? usage : `${usage}, ${alias}`
    const [first = '', ...others] = wrap(text, Math.max(20, width - indent.length))
    const start = name.length <= NAME_WIDTH ? [`  ${name.padEnd(NAME_WIDTH)}  ${first}`] : [`  ${name}`, indent + first]
    return [...start, ...others.map((line) => indent + line)]
  }
  return [
    'Commands:',
    ...COMMANDS.flatMap(commandLines),
    '',
    "Statements, which 'help STATEMENT' explains:",
    ...wrap(STATEMENT_NAMES.join(', '), width - 2).map((line) => `  ${line}`),
    '',
    ...wrap(KEYS, width),
  ].join('\n')
}

function openSpool({ run }: BuiltInContext, path: string): void {
  try {
    run.screen.spool(path)
  } catch (error) {
    throw new ClientError(`Cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}
