/** Draws the screen of a terminal as SVG: a window of its own ground, so that it is legible on light and dark pages. */
import type { StyledText } from '../test/support/terminal.ts'

/** Pixels of a character. */
const CELL = { width: 8.4, height: 19 }
const PADDING = 16
const FONT_SIZE = 14

const GROUND = '#111917'
const EDGE = '#3a4a46'
const TEXT = '#e4ece9'
const DIM = '#9fb0ab'
/** Colours by the numbers that ECMA-48 gives them. */
const COLOURS: Readonly<Record<number, string>> = { 1: '#ff8a80', 2: '#8fd6a5', 4: '#6cc7ee', 6: '#f0b27a' }

export function terminalPicture(lines: readonly (readonly StyledText[])[], columns: number): string {
  const width = Math.ceil(columns * CELL.width + 2 * PADDING)
  const height = lines.length * CELL.height + 2 * PADDING
  const texts = lines.flatMap((line, row) => line.filter(({ text }) => text.trim() !== '').map(drawn(row)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>The command line of Millrace</title>',
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${GROUND}" stroke="${EDGE}"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${FONT_SIZE}" fill="${TEXT}">`,
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** Each text gets the width of its cells, whatever font the reader has. */
const drawn =
  (row: number) =>
  ({ column, text, colour, isBold, isDim }: StyledText): string => {
    const start = text.length - text.trimStart().length
    const shown = text.trim()
    const x = number(PADDING + (column + start) * CELL.width)
    const y = number(PADDING + row * CELL.height + FONT_SIZE)
    const fill = colour === null ? (isDim ? DIM : null) : (COLOURS[colour] ?? TEXT)
    const style = `${fill === null ? '' : ` fill="${fill}"`}${isBold ? ' font-weight="600"' : ''}`
    return `<text x="${x}" y="${y}" textLength="${number(shown.length * CELL.width)}"${style}>${escaped(shown)}</text>`
  }

const number = (value: number): string => String(Math.round(value * 10) / 10)

/** Stands for each blank, because SVG draws several of them as one. */
const NO_BREAK = '\u00a0'

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', NO_BREAK)
