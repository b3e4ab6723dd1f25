/** Draws the line that is being typed again with colours, over what the line editor has drawn without them. */
import { textWidth } from '../output/width.ts'
import type { TerminalOutput } from './terminal-output.ts'

/** Longer lines stay without colours: each key draws the whole line. */
const MAX_LENGTH = 2000
/** Characters whose width is one column beyond doubt. */
const SIMPLE = /^[\x20-\x7e\xa0-\u024f]*$/

export interface CursorPosition {
  /** Lines below that of the prompt. */
  readonly rows: number
  readonly cols: number
}

export class LinePainter {
  readonly #output: TerminalOutput
  readonly #colour: (line: string) => string
  /** What is on the screen, as far as it is known. */
  #painted = ''

  constructor(output: TerminalOutput, colour: (line: string) => string) {
    this.#output = output
    this.#colour = colour
  }

  /** A new line begins. */
  begin(): void {
    this.#painted = ''
  }

  /** Leaves the cursor where it is. */
  paint(prompt: string, line: string, cursor: CursorPosition): void {
    if (line.length > MAX_LENGTH || !SIMPLE.test(line)) return
    const coloured = this.#colour(line)
    const isPlain = coloured === line && this.#painted === ''
    if (isPlain || coloured === this.#painted) return
    this.#painted = coloured === line ? '' : coloured
    const { columns } = this.#output
    const width = textWidth(prompt) + textWidth(line)
    const rowsBelow = Math.floor(width / columns) - cursor.rows
    const toStart = `${cursor.rows === 0 ? '' : `\u001b[${cursor.rows}A`}\r\u001b[J`
    // A terminal moves to the next line with the first character there, not with the last one before.
    const wrapped = width > 0 && width % columns === 0 ? ' ' : ''
    const toCursor = `${rowsBelow === 0 ? '' : `\u001b[${rowsBelow}A`}\u001b[${cursor.cols + 1}G`
    this.#output.write(`${toStart}${prompt}${coloured}${wrapped}${toCursor}`)
  }
}
