/**
 * The rows of a push query over a table, each key on a line of its own that is drawn over when it changes, as `top` draws processes. A row that is
 * deleted leaves.
 */
import type { Scheduled, Timer } from '../../clock.ts'
import { formatJsonValue } from '../../types/json-parse.ts'
import type { ResultRow } from './cell-text.ts'
import { counted } from './counted.ts'
import { RowTable } from './row-table.ts'
import type { RowView } from './row-view.ts'
import type { ResultColumn } from './schema-text.ts'
import type { Screen } from './screen.ts'

/** Pause between two drawings, which the eye still takes for motion. */
const DRAW_MS = 200
/** Bound on keys that are held; those that have not changed for longest leave. */
const MAX_KEYS = 10_000
/** Lines around the rows: those of the header, the line below, the prompt. */
const FRAME_LINES = 6

export interface LiveViewOptions {
  readonly columns: readonly ResultColumn[]
  /** Places of the columns that make a row's key. */
  readonly key: readonly number[]
  readonly screen: Screen
  readonly timer: Timer
}

export class LiveView implements RowView {
  readonly #options: LiveViewOptions
  /** By the text of the key; the one that changed last is last. */
  readonly #rows = new Map<string, ResultRow>()
  #changes = 0
  #drawn = 0
  #next: Scheduled | null = null
  #drawing: Promise<void> = Promise.resolve()

  constructor(options: LiveViewOptions) {
    this.#options = options
  }

  async row(row: ResultRow): Promise<void> {
    const key = this.#options.key.map((i) => formatJsonValue(row.columns[i] ?? null)).join(',')
    this.#rows.delete(key)
    if (!row.tombstone) this.#rows.set(key, row)
    if (this.#rows.size > MAX_KEYS) this.#rows.delete(this.#rows.keys().next().value!)
    this.#changes++
    this.#next ??= this.#options.timer.after(DRAW_MS, () => {
      this.#next = null
      this.#drawing = this.#drawing.then(() => this.#draw())
    })
    return this.#drawing
  }

  /** Leaves the last state on the screen, and writes it to the spool file. */
  async end(): Promise<void> {
    this.#next?.cancel()
    this.#next = null
    await this.#drawing
    const { screen } = this.#options
    await screen.redraw([], this.#drawn)
    await screen.line(this.#lines().join('\n'))
  }

  async #draw(): Promise<void> {
    const lines = this.#lines()
    await this.#options.screen.redraw(lines, this.#drawn)
    this.#drawn = lines.length
  }

  #lines(): string[] {
    const { columns, screen } = this.#options
    const { style, width, height } = screen
    const table = new RowTable({ columns, terminalWidth: width, columnWidth: 0, isWrapping: false, style })
    const room = Math.max(1, height - FRAME_LINES)
    const shown = [...this.#rows].slice(-room).sort(([a], [b]) => compareKeys(a, b))
    const text = shown.length === 0 ? table.header() : table.rows(shown.map(([, row]) => row))
    const hidden = this.#rows.size - shown.length
    const others = hidden === 0 ? '' : `, ${hidden.toLocaleString('en')} of them not shown`
    const keys = counted(this.#rows.size, 'key')
    return [...text.split('\n'), style.dim(`${keys}${others}, ${counted(this.#changes, 'change')}`)]
  }
}

/** Numbers by their values, other keys by their texts. */
function compareKeys(a: string, b: string): number {
  const difference = Number(a) - Number(b)
  return Number.isNaN(difference) ? a.localeCompare(b, 'en') : difference
}
