/** Plain lines: each is the text of the target's first STRING column that is not a key. */
import type { Readable } from 'node:stream'
import { ClientError } from '../client/client-error.ts'
import type { InputRow, RowFormatOptions } from './input-row.ts'
import { textLines } from './text-lines.ts'

/** Throws a ClientError if the target has no column for lines. */
export async function* lineRows(
  bytes: Readable,
  { target, columns }: RowFormatOptions,
): AsyncGenerator<readonly InputRow[]> {
  const column =
    columns?.[0] ?? target.fields.find(({ type, schema }) => type === undefined && schema.type === 'STRING')?.name
  if (column === undefined) throw new ClientError(`${target.name} has no STRING column that could take a line.`)
  const start = `{${JSON.stringify(column)}:`
  let line = 0
  for await (const lines of textLines(bytes)) {
    yield lines.map((text) => ({ line: ++line, text: `${start}${JSON.stringify(text)}}`, error: null }))
  }
}
