/** Rows as text that other programs read, or documents show. */
import { formatJsonValue, JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import { cellText } from './cell-text.ts'

/** Texts of rows; null: nothing is written. A deleted row has NULL in all columns but its key. */
export interface RowWriter {
  header(names: readonly string[]): string | null
  row(columns: readonly JsonValue[]): string
}

/** An object per row. */
export function jsonWriter(): RowWriter {
  let names: readonly string[] = []
  return {
    header(all) {
      names = all
      return null
    },
    row: (columns) => formatJsonValue(new Map(names.map((name, i) => [name, columns[i] ?? null]))),
  }
}

/** The text with quotes around it where the delimiter, quotes or line ends are in it. Source: RFC 4180. */
export const csvField = (text: string, delimiter: string): string =>
  text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** RFC 4180, a header first; NULL is an empty field, nested values are JSON. */
export function csvWriter(delimiter: string): RowWriter {
  const field = (value: JsonValue): string => {
    const text =
      value === null
        ? ''
        : typeof value === 'string'
          ? value
          : value instanceof JsonNumber
            ? value.text
            : formatJsonValue(value)
    return csvField(text, delimiter)
  }
  return { header: (names) => names.map(field).join(delimiter), row: (columns) => columns.map(field).join(delimiter) }
}

/** A table of Markdown, as GitHub's flavour has it. */
export function markdownWriter(): RowWriter {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll(/[|\\]/g, '\\$&').replaceAll('\n', '<br>')).join(' | ')} |`
  return {
    header: (names) => `${line(names)}\n|${names.map(() => '---|').join('')}`,
    row: (columns) => line(columns.map(cellText)),
  }
}

/** The writers by the names that people give them. */
export const ROW_WRITERS: Readonly<Record<string, () => RowWriter>> = {
  json: jsonWriter,
  csv: () => csvWriter(','),
  tsv: () => csvWriter('\t'),
  markdown: markdownWriter,
}
