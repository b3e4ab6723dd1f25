/** Arguments of the REPL's commands and of the program's options. */
import type { OutputFormat } from '../cli-session.ts'
import { ClientError } from '../client/client-error.ts'
import type { RowLayout } from '../output/result-view.ts'

/** JSON or TABULAR, in either case. Throws a ClientError for any other word. */
export function parseFormat(text: string): OutputFormat {
  const format = text.toUpperCase()
  if (format === 'JSON' || format === 'TABULAR') return format
  throw new ClientError(`There is no output format '${text}'. Use JSON or TABULAR.`)
}

/** True for ON, false for OFF, in either case. Throws a ClientError for any other word. */
export function parseSwitch(text: string): boolean {
  const word = text.toUpperCase()
  if (word === 'ON' || word === 'OFF') return word === 'ON'
  throw new ClientError(`'${text}' is neither ON nor OFF.`)
}

/** A number of columns; 0: as wide as the terminal allows. Throws a ClientError for anything else. */
export function parseWidth(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new ClientError(`'${text}' is no width. Use a number of columns; 0 fits the terminal.`)
}

/** ON, OFF or AUTO, in either case. Throws a ClientError for any other word. */
export function parseExpanded(text: string): RowLayout['expanded'] {
  const word = text.toUpperCase()
  if (word === 'ON' || word === 'OFF' || word === 'AUTO') return word
  throw new ClientError(`'${text}' is none of ON, OFF and AUTO.`)
}
