/** Options that several commands have, and the checks of their values. */
import { type Command, InvalidArgumentError } from 'commander'

export const DEFAULT_URL = 'http://localhost:8088'

/** Adds the options of all commands that send requests to one server. */
export function withServer(command: Command): Command {
  return command
    .option('--server <url>', 'the server', DEFAULT_URL)
    .option('-u, --user <name>', 'user, if the server requires one')
    .option('-p, --password <password>', 'password of the user')
    .option('-t, --token <token>', 'bearer token, instead of a user')
}

/** Commands with what they do, as the end of a help text. */
export function examples(...lines: readonly (readonly [command: string, effect: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  return ['', 'Examples:', ...lines.map(([command, effect]) => `  ${command.padEnd(width)}  ${effect}`)].join('\n')
}

export const collect = (value: string, values: readonly string[]): string[] => [...values, value]

/** Aborted by the first Ctrl-C, so that a command can end in order; a second one ends the process. */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  return controller.signal
}

export function natural(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new InvalidArgumentError('It must be a whole number, 0 or more.')
}

export function positive(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError('It must be a whole number above 0.')
}
