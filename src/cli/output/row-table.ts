/** Rows of a query in a box whose columns are as wide as their content, written in batches as they arrive. */
import type { JsonValue } from '../../types/json-parse.ts'
import { CellText, type ResultRow } from './cell-text.ts'
import type { ResultColumn } from './schema-text.ts'
import type { Style } from './style.ts'
import { clip, padEnd, printable, textWidth, wrap } from './width.ts'

export interface RowTableOptions {
  readonly columns: readonly ResultColumn[]
  /** Columns of the terminal. */
  readonly terminalWidth: number
  /** Width of each cell; 0: as its content needs and the terminal allows. */
  readonly columnWidth: number
  /** False: long values are cut, so that a row is a line. */
  readonly isWrapping: boolean
  readonly style: Style
}

const MIN_CELL_WIDTH = 5
/** A bar and a blank on either side of a cell. */
const CELL_FRAME = 3

/** Formats the rows of one query. */
export class RowTable {
  readonly #options: RowTableOptions
  readonly #cellText: CellText
  #widths: readonly number[] = []

  constructor(options: RowTableOptions) {
    this.#options = options
    this.#cellText = new CellText(options.columns)
  }

  /**
   * The lines of a batch of rows, before the first with the header. Where a later batch has longer values and the terminal has room, the
   * columns grow, which a rule marks.
   */
  rows(rows: readonly ResultRow[]): string {
    const texts = rows.map((row) => this.#cellText.of(row))
    const isFirst = this.#widths.length === 0
    const widths = this.#widthsFor(texts)
    const hasGrown = !isFirst && widths.some((width, i) => width > this.#widths[i]!)
    this.#widths = widths
    const lines = rows.map(({ columns }, i) => this.#lines(texts[i]!, (cell, j) => this.#styled(cell, columns[j]!)))
    return [...(isFirst ? [this.header()] : hasGrown ? [this.#rule()] : []), ...lines].join('\n')
  }

  /** The names between two rules. */
  header(): string {
    const { columns, style } = this.#options
    if (this.#widths.length === 0) this.#widths = this.#widthsFor([])
    const names = columns.map(({ name }) => name)
    return [this.#rule(), this.#lines(names, style.bold), this.#rule()].join('\n')
  }

  /** Whether each column has the width of its content, or at least `enough` columns. */
  fits(rows: readonly ResultRow[], enough: number): boolean {
    const texts = rows.map((row) => this.#cellText.of(row))
    const needed = this.#needed(texts).map((width) => Math.min(width, enough))
    return sum(needed) <= this.#available()
  }

  #widthsFor(texts: readonly (readonly string[])[]): number[] {
    const { columns, columnWidth } = this.#options
    if (columnWidth > 0) return columns.map(() => columnWidth)
    const needed = this.#needed(texts)
    if (this.#widths.length === 0) return shrunk(needed, this.#available())
    const grown = needed.map((width, i) => Math.max(width, this.#widths[i]!))
    return sum(grown) <= this.#available() ? grown : [...this.#widths]
  }

  #needed(texts: readonly (readonly string[])[]): number[] {
    const widthOf = (text: string) => Math.max(...printable(text).split('\n').map(textWidth))
    return this.#options.columns.map(({ name }, i) =>
      texts.reduce((width, row) => Math.max(width, widthOf(row[i] ?? '')), textWidth(name)),
    )
  }

  /** Columns of the terminal that the content of cells may take. */
  #available(): number {
    const { columns, terminalWidth } = this.#options
    return terminalWidth - 1 - columns.length * CELL_FRAME
  }

  #rule(): string {
    return `+${this.#widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
  }

  #styled(cell: string, value: JsonValue): string {
    return value === null ? this.#options.style.dim(cell) : cell
  }

  #lines(texts: readonly string[], styled: (cell: string, column: number) => string): string {
    const cells = texts.map((text, i) => this.#cell(printable(text), this.#widths[i]!))
    const height = Math.max(1, ...cells.map((cell) => cell.length))
    return Array.from({ length: height }, (_, line) => {
      const parts = cells.map((cell, i) => styled(padEnd(cell[line] ?? '', this.#widths[i]!), i))
      return `| ${parts.join(' | ')} |`
    }).join('\n')
  }

  #cell(text: string, width: number): string[] {
    if (!this.#options.isWrapping) return [clip(text.replaceAll('\n', ' '), width)]
    return text.split('\n').flatMap((part) => wrap(part, width))
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** The widest columns give way, all to the same width, until the sum is `available`; none becomes narrower than a few letters. */
function shrunk(needed: readonly number[], available: number): number[] {
  let limit = Math.max(MIN_CELL_WIDTH, ...needed)
  if (sum(needed) <= available) return [...needed]
  while (limit > MIN_CELL_WIDTH && sum(needed.map((width) => Math.min(width, limit))) > available) limit--
  return needed.map((width) => Math.min(width, limit))
}
