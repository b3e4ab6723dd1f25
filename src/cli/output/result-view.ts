/** The answer of a query on its way to the screen: rows are collected for a moment, so that columns can be as wide as their content. */
import type { Scheduled, Timer } from '../../clock.ts'
import type { ResultRow } from './cell-text.ts'
import { RowRecords } from './row-records.ts'
import { RowTable } from './row-table.ts'
import type { ResultColumn } from './schema-text.ts'
import type { Screen } from './screen.ts'

/** How rows are laid out. */
export interface RowLayout {
  /** False: long values are cut, so that each row is a line. */
  readonly isWrapping: boolean
  /** Width of a cell in columns of the terminal; 0: as its content needs and the terminal allows. */
  readonly columnWidth: number
  /** Whether each row is a record with a line per column; AUTO: where a table would not fit the terminal. */
  readonly expanded: 'ON' | 'OFF' | 'AUTO'
}

/** Rows that come within this time of the first are laid out together. */
const BATCH_MS = 50
const BATCH_ROWS = 500
/** Narrower columns than this make a table hard to read, unless their content is narrower itself. */
const READABLE_WIDTH = 10

/** Writes the rows of one query. */
export class ResultView {
  readonly #layout: RowLayout
  readonly #screen: Screen
  readonly #timer: Timer
  readonly #table: RowTable
  readonly #records: RowRecords
  #waiting: ResultRow[] = []
  #writing: Promise<void> = Promise.resolve()
  #nextWrite: Scheduled | null = null
  /** Null until the first rows have come, which decide. */
  #isExpanded: boolean | null
  #hasRows = false

  constructor(
    columns: readonly ResultColumn[],
    layout: RowLayout,
    { screen, timer }: { screen: Screen; timer: Timer },
  ) {
    const { style } = screen
    this.#layout = layout
    this.#screen = screen
    this.#timer = timer
    this.#table = new RowTable({ ...layout, columns, terminalWidth: screen.width, style })
    this.#records = new RowRecords(columns, style)
    this.#isExpanded = layout.expanded === 'AUTO' ? null : layout.expanded === 'ON'
  }

  /** Resolves when more rows can be taken. */
  async row(row: ResultRow): Promise<void> {
    this.#waiting.push(row)
    if (this.#waiting.length >= BATCH_ROWS) return this.#write()
    this.#nextWrite ??= this.#timer.after(BATCH_MS, () => void this.#write())
    return this.#writing
  }

  /** Writes what waits, and the header of a table without rows. */
  async end(): Promise<void> {
    await this.#write()
    if (!this.#hasRows && this.#isExpanded !== true) await this.#screen.line(this.#table.header())
  }

  #write(): Promise<void> {
    this.#nextWrite?.cancel()
    this.#nextWrite = null
    const rows = this.#waiting
    if (rows.length === 0) return this.#writing
    this.#waiting = []
    this.#hasRows = true
    const text = this.#text(rows)
    this.#writing = this.#writing.then(() => this.#screen.line(text))
    return this.#writing
  }

  #text(rows: readonly ResultRow[]): string {
    this.#isExpanded ??= this.#layout.columnWidth === 0 && !this.#table.fits(rows, READABLE_WIDTH)
    return this.#isExpanded ? this.#records.rows(rows) : this.#table.rows(rows)
  }
}
