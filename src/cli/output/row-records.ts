/** Rows of a query as records with a line per column, for rows that are wider than the terminal. */
import { CellText, type ResultRow } from './cell-text.ts'
import type { ResultColumn } from './schema-text.ts'
import type { Style } from './style.ts'
import { padEnd, printable, textWidth } from './width.ts'

/** Formats the rows of one query, which it counts. */
export class RowRecords {
  readonly #columns: readonly ResultColumn[]
  readonly #style: Style
  readonly #cellText: CellText
  readonly #nameWidth: number
  #count = 0

  constructor(columns: readonly ResultColumn[], style: Style) {
    this.#columns = columns
    this.#style = style
    this.#cellText = new CellText(columns)
    this.#nameWidth = Math.max(...columns.map(({ name }) => textWidth(name)))
  }

  rows(rows: readonly ResultRow[]): string {
    return rows.map((row) => this.#record(row)).join('\n')
  }

  #record(row: ResultRow): string {
    const { bold, dim } = this.#style
    const texts = this.#cellText.of(row)
    const lines = this.#columns.flatMap(({ name }, i) =>
      printable(texts[i]!)
        .split('\n')
        .map((text, line) => {
          const title = padEnd(line === 0 ? name : '', this.#nameWidth)
          return `${bold(title)} | ${row.columns[i] === null ? dim(text) : text}`
        }),
    )
    return [`-[ RECORD ${++this.#count} ]${'-'.repeat(this.#nameWidth)}`, ...lines].join('\n')
  }
}
