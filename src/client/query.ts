/** One SELECT on its way: its columns, and its rows as they arrive. */
import { ConnectionError, MillraceError, ServerError } from './millrace-error.ts'
import { type Column, columnsOf, namedRow, type Row, rowReader, type Value } from './row-values.ts'
import { KSQL_JSON, type Transport } from './transport.ts'

export interface QueryOptions {
  /** Settings for the query, as by SET: `{ 'auto.offset.reset': 'earliest' }`. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>
  /** Values of `${name}`. */
  readonly variables?: Readonly<Record<string, string>>
  /** Ends the query; a loop over its rows then throws the reason of the signal. */
  readonly signal?: AbortSignal
  /** Receives remarks of the server between rows, such as how many records could not be read. */
  readonly onNotice?: (message: string) => void
}

/** A row that was added or changed, or, in a table, deleted: then all columns but those of the key are null. */
export interface Change {
  readonly kind: 'row' | 'delete'
  readonly values: readonly Value[]
}

/** A query that has begun. Its rows can be read once. */
export class RunningQuery<R extends Row = Row> implements AsyncIterable<R> {
  readonly columns: readonly Column[]
  /** The server's id of the query, if it gives one. */
  readonly queryId: string | null
  readonly #changes: AsyncGenerator<Change>
  readonly #stop: AbortController

  constructor(parts: {
    readonly columns: readonly Column[]
    readonly queryId: string | null
    readonly changes: AsyncGenerator<Change>
    readonly stop: AbortController
  }) {
    this.columns = parts.columns
    this.queryId = parts.queryId
    this.#changes = parts.changes
    this.#stop = parts.stop
  }

  /**
   * The rows, without those that were deleted. Leaving the loop ends the query. The server waits where the loop is slow. Throws a ServerError
   * if the query fails, a ConnectionError if the connection is lost.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<R> {
    for await (const { kind, values } of this.changes()) {
      if (kind === 'row') yield namedRow(this.columns, values) as R
    }
  }

  /** The rows with those that were deleted, as arrays in the order of `columns`. Ends as the loop over the rows does. */
  async *changes(): AsyncGenerator<Change> {
    try {
      yield* this.#changes
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error
    } finally {
      this.cancel()
    }
  }

  /** All rows. For queries that end. */
  async all(): Promise<R[]> {
    const rows: R[] = []
    for await (const row of this) rows.push(row)
    return rows
  }

  /** Ends the query; a loop over its rows ends without an error. */
  cancel(): void {
    this.#stop.abort()
  }
}

/** Resolves when the header has arrived. Throws a ServerError for a query that is refused. */
export async function startQuery<R extends Row>(
  transport: Transport,
  sql: string,
  { properties = {}, variables = {}, signal, onNotice = () => {} }: QueryOptions,
): Promise<RunningQuery<R>> {
  signal?.throwIfAborted()
  const stop = new AbortController()
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  const answer = await transport.send({
    path: '/query',
    body: JSON.stringify({
      ksql: sql,
      streamsProperties: properties,
      sessionVariables: variables,
      requestProperties: { 'request.millrace.notices': true },
    }),
    accept: KSQL_JSON,
    signal: either,
  })
  const lines = transport.lines(answer, either)
  const header = await readHeader(lines)
  const columns = columnsOf(header.schema)
  return new RunningQuery<R>({ columns, queryId: header.queryId, changes: changesOf(lines, columns, onNotice), stop })
}

interface Element {
  readonly header?: { readonly queryId: string | null; readonly schema: string }
  readonly row?: { readonly columns: readonly Value[]; readonly tombstone?: boolean }
  readonly notice?: { readonly message: string }
  readonly errorMessage?: { readonly message: string; readonly error_code?: number }
  readonly finalMessage?: string
}

/** Throws a ServerError for a query that failed at once, a MillraceError for an answer of another kind. */
async function readHeader(lines: AsyncGenerator<string>): Promise<NonNullable<Element['header']>> {
  const first = await lines.next()
  if (first.done === true) throw new ConnectionError('The server ended its answer before it began.')
  const header = /^\s*\[\s*\{/.test(first.value) ? readElement(first.value).header : undefined
  if (header !== undefined) return header
  await lines.return(undefined)
  throw new MillraceError('The answer has no header. A query is a SELECT; PRINT answers with text.')
}

/** Each line of the answer is an element of its array: `[{...},`, `{...},`, `{...}]`. */
function readElement(line: string): Element {
  const text = elementText(line)
  if (text === '') return {}
  const element = JSON.parse(text) as Element
  if (element.errorMessage !== undefined) throw new ServerError(element.errorMessage, null)
  return element
}

const elementText = (line: string): string => line.replace(/^\s*\[/, '').replace(/[,\]]\s*$/, '')

async function* changesOf(
  lines: AsyncGenerator<string>,
  columns: readonly Column[],
  onNotice: (message: string) => void,
): AsyncGenerator<Change> {
  const read = rowReader(columns)
  for await (const line of lines) {
    const row = ROW.exec(line)
    if (row !== null) yield { kind: row[2] === undefined ? 'row' : 'delete', values: read(row[1]!) }
    else {
      const { notice } = readElement(line)
      if (notice !== undefined) onNotice(notice.message)
    }
  }
}

/** A row, whose values are read with their types. */
const ROW = /^\[?\{"row":\{"columns":(\[.*\])(,"tombstone":true)?\}\}[,\]]*\s*$/s
