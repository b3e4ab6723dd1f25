/** Names with their values, one per line, and other long lines. */
import { padEnd, printable, wrap } from './width.ts'

const NAME_WIDTH = 20
const SEPARATOR = ' : '
/** Narrower values than this are left to the terminal to wrap. */
const MIN_VALUE_WIDTH = 20

/**
 * `Name                 : value`; facts without a value are left out. Long values continue under their beginning, so that lines have at most
 * `width` columns.
 */
export function facts(
  pairs: readonly (readonly [name: string, value: string | undefined])[],
  width = Number.POSITIVE_INFINITY,
): string {
  return pairs
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => {
      const start = `${padEnd(name, NAME_WIDTH)}${SEPARATOR}`
      return hanging(printable(value!), { start, rest: ' '.repeat(start.length), width })
    })
    .join('\n')
}

/** `text` with each line that is wider than `width` continued under its beginning, indented by four blanks more. */
export function hangingLines(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => {
      const [start = ''] = /^ */.exec(line) ?? []
      return hanging(line.slice(start.length), { start, rest: `${start}    `, width })
    })
    .join('\n')
}

interface Hanging {
  /** Before the first line. */
  readonly start: string
  /** Before the lines that continue it. */
  readonly rest: string
  readonly width: number
}

function hanging(text: string, { start, rest, width }: Hanging): string {
  const room = width - Math.max(start.length, rest.length)
  const lines = text.split('\n').flatMap((line) => (room < MIN_VALUE_WIDTH ? [line] : wrap(line, room)))
  return start + lines.join(`\n${rest}`)
}

/** `text` with `blanks` spaces before each line that is not empty. */
export const indented = (text: string, blanks: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(blanks))
