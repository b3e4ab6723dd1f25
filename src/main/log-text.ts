/** Entries of the log as people read them. */
import { printable } from '../cli/output/width.ts'

/** Escape sequences of ECMA-48 8.3.117 for a level. */
const COLOURS: Readonly<Record<string, string>> = { debug: '\u001b[2m', warn: '\u001b[33m', error: '\u001b[31m' }
const PLAIN = '\u001b[0m'

/**
 * A JSON line of the log as text with a line end: time, level, message, then other fields as `name=value`, and the stack of an error on
 * lines of its own. `hasColours`: whether levels other than info are coloured.
 */
export function logText(json: string, hasColours: boolean): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as Entry
  const [start, end] = hasColours && level in COLOURS ? [COLOURS[level], PLAIN] : ['', '']
  const words = [msg ?? '', ...Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`)]
  const content = printable(words.join(' ').replaceAll('\n', ' '))
  const line = `${time} ${start}${level.toUpperCase().padEnd(5)}${end} ${content}`
  const stack = err === undefined ? '' : `\n${printable(err.stack ?? err.message).replaceAll(/^/gm, '    ')}`
  return `${line}${stack}\n`
}

interface Entry {
  readonly level: string
  readonly time: string
  readonly msg?: string
  readonly err?: { readonly message: string; readonly stack?: string }
  readonly [field: string]: unknown
}

/** Text without blanks as it is, everything else as JSON. */
const fieldText = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
