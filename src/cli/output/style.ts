/** Emphasis by escape sequences of a terminal (ECMA-48 8.3.117), or none where the output is no terminal. */

export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly blue: (text: string) => string
  readonly cyan: (text: string) => string
}

const same = (text: string): string => text

export const PLAIN_STYLE: Style = { bold: same, dim: same, red: same, green: same, blue: same, cyan: same }

const wrapped = (start: number, end: number) => (text: string) =>
  text === '' ? text : `\u001b[${start}m${text}\u001b[${end}m`

export const TERMINAL_STYLE: Style = {
  bold: wrapped(1, 22),
  dim: wrapped(2, 22),
  red: wrapped(31, 39),
  green: wrapped(32, 39),
  blue: wrapped(34, 39),
  cyan: wrapped(36, 39),
}
