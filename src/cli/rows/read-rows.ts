/** The rows of an input, read as the user's options say. */
import type { InputRow, Target } from './input-row.ts'
import type { RowFile } from './row-file.ts'
import { ROW_FORMATS, type RowFormatName, rowFormatNamed, rowFormatOfFile } from './row-format.ts'

export interface ReadOptions {
  /** Default: by the extension of the file. */
  readonly format?: string
  /** Names of fields, separated by commas. Default: those of the header. */
  readonly columns?: string
  readonly delimiter?: string
}

/** The format of an input. Throws a ClientError for an unknown one. */
export const inputFormat = ({ name }: RowFile, { format }: ReadOptions): RowFormatName =>
  format === undefined ? rowFormatOfFile(name) : rowFormatNamed(format)

/** Yields batches of rows. Throws a ClientError for an unknown format. */
export const readRows = (input: RowFile, target: Target, options: ReadOptions): AsyncIterable<readonly InputRow[]> =>
  ROW_FORMATS[inputFormat(input, options)](input.bytes, {
    target,
    columns: options.columns?.split(',').map((column) => column.trim()) ?? null,
    delimiter: options.delimiter === undefined ? null : delimiterNamed(options.delimiter),
  })

function delimiterNamed(name: string): string {
  const upper = name.toUpperCase()
  return upper === 'TAB' || name === '\\t' ? '\t' : upper === 'SPACE' ? ' ' : name
}
