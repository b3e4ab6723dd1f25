/** The answer of one SELECT or PRINT, as it arrives. */
import type { SessionValues } from './http.ts'
import { send } from './http.ts'
import { PRINT_COLUMNS, readPrintLine } from './print-lines.ts'
import { type ResultItem, readResultLine } from './result-lines.ts'
import { linesOf } from './stream-lines.ts'

export interface QueryText {
  readonly sql: string
  readonly kind: 'query' | 'print'
}

/**
 * Items as they arrive, a header first. Rejects with a ServerError for a query that is refused or whose connection breaks. Aborting `signal`
 * closes the query, and rejects with the reason.
 */
export async function* runQuery(
  { sql, kind }: QueryText,
  { properties, variables }: SessionValues,
  signal: AbortSignal,
): AsyncGenerator<readonly ResultItem[]> {
  const response = await send('/query', {
    method: 'POST',
    headers: { accept: 'application/vnd.ksql.v1+json' },
    body: JSON.stringify({
      ksql: sql,
      streamsProperties: properties,
      sessionVariables: variables,
      requestProperties: { 'request.millrace.notices': true },
    }),
    signal,
  })
  if (response.body === null) return
  const read = kind === 'print' ? readPrintItem : readResultLine
  if (kind === 'print') yield [{ kind: 'header', queryId: '', columns: PRINT_COLUMNS }]
  for await (const lines of linesOf(response.body)) {
    const now = Date.now()
    yield lines.flatMap((line) => read(line, now) ?? [])
  }
}

function readPrintItem(line: string, now: number): ResultItem | null {
  const row = readPrintLine(line, now)
  if (row !== null) return { kind: 'row', row }
  return line.startsWith('{') ? readResultLine(line, now) : null
}
