/** Where the rows of a query's answer go. */
import type { ResultRow } from './cell-text.ts'
import { ROW_WRITERS } from './row-writer.ts'
import type { Screen } from './screen.ts'

export interface RowView {
  /** Resolves when more rows can be taken. */
  row(row: ResultRow): Promise<void>
  /** Resolves when all rows have been written. */
  end(): Promise<void>
}

/** Rows as text: a line each, in a form of `ROW_WRITERS`. A header that the form has is written first. */
export function textView(form: string, names: readonly string[], screen: Screen): RowView {
  const writer = ROW_WRITERS[form]!()
  const header = writer.header(names)
  let written = header === null ? Promise.resolve() : screen.line(header)
  return {
    async row({ columns }) {
      await written
      written = screen.line(writer.row(columns))
      await written
    },
    end: () => written,
  }
}
