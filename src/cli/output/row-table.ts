/** Rows of a query in boxes of equal width, written as they arrive. */
import { JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import { clip, padEnd, printable, wrap } from './width.ts'

export interface RowTableOptions {
  readonly names: readonly string[]
  /** Columns of the terminal. */
  readonly terminalWidth: number
  /** Width of each cell; 0: as the terminal allows. */
  readonly columnWidth: number
  /** False: long values are cut, so that a row is a line. */
  readonly isWrapping: boolean
}

const MIN_CELL_WIDTH = 5
const MAX_CELL_WIDTH = 120

/** Formats the header and the rows of one query. */
export class RowTable {
  readonly #cellWidth: number
  readonly #options: RowTableOptions

  constructor(options: RowTableOptions) {
    this.#options = options
    this.#cellWidth = cellWidth(options)
  }

  header(): string {
    const rule = `+${this.#options.names.map(() => '-'.repeat(this.#cellWidth)).join('+')}+`
    return [rule, this.#lines(this.#options.names), rule].join('\n')
  }

  row(columns: readonly JsonValue[]): string {
    return this.#lines(columns.map(cellText))
  }

  /** A deleted row: its key, and marks for the rest. */
  tombstone(columns: readonly JsonValue[]): string {
    return this.#lines(columns.map((value) => (value === null ? '<TOMBSTONE>' : cellText(value))))
  }

  #lines(texts: readonly string[]): string {
    const cells = texts.map((text) => this.#cell(printable(text)))
    const height = Math.max(1, ...cells.map((cell) => cell.length))
    return Array.from(
      { length: height },
      (_, i) => `|${cells.map((cell) => padEnd(cell[i] ?? '', this.#cellWidth)).join('|')}|`,
    ).join('\n')
  }

  #cell(text: string): string[] {
    if (!this.#options.isWrapping) return [clip(text.replaceAll('\n', ' '), this.#cellWidth)]
    return text.split('\n').flatMap((part) => wrap(part, this.#cellWidth))
  }
}

function cellWidth({ names, terminalWidth, columnWidth }: RowTableOptions): number {
  if (columnWidth > 0) return columnWidth
  const shared = Math.floor((terminalWidth - 1) / Math.max(1, names.length)) - 1
  return Math.min(MAX_CELL_WIDTH, Math.max(MIN_CELL_WIDTH, shared))
}

/** A value as ksqlDB's command line prints it: text without quotes, `[1, 2]`, `{A=1}`, NULL as `null`. */
export function cellText(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return value
  if (value instanceof JsonNumber) return value.text
  if (value instanceof Map) return `{${[...value].map(([name, item]) => `${name}=${cellText(item)}`).join(', ')}}`
  return `[${(value as readonly JsonValue[]).map(cellText).join(', ')}]`
}
