/** Changes of a stream or table for as long as the caller wants them: a lost connection is opened again where it was lost. */
import { sleep, type Timer } from '../clock.ts'
import { ConnectionError, MillraceError, ServerError } from './millrace-error.ts'
import { type Change, type RunningQuery, startQuery } from './query.ts'
import { type Column, namedRow, type Row } from './row-values.ts'
import type { Transport } from './transport.ts'

export interface SubscribeOptions {
  /** Where a subscription without `after` begins. Default: `latest`. */
  readonly from?: 'earliest' | 'latest'
  /** The token of the last change that was processed: the subscription continues behind it. For streams. */
  readonly after?: string
  /** A condition, as behind WHERE. */
  readonly where?: string
  /** Columns and expressions, as behind SELECT. Default: all columns. */
  readonly select?: string
  /** Ends the subscription; the loop ends without an error. */
  readonly signal?: AbortSignal
  /** Receives why the connection was lost, before each attempt to open it again. */
  readonly onReconnect?: (reason: Error) => void
}

export interface SubscriptionEvent<R extends Row> {
  /** `delete`: the row was deleted from a table; all columns but those of the key are null. */
  readonly kind: 'row' | 'delete'
  readonly row: R
  /** Continues the subscription behind this change (`after`); null for tables, which begin again with all of their rows. */
  readonly token: string | null
}

/** The last offset that was seen, by partition. */
type Positions = Map<number, number>

/** Pauses between attempts grow from the first to the second, ms. */
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000

/** Names of the columns that carry a record's place. They are taken out of the rows. */
const PARTITION = 'MILLRACE_PARTITION'
const OFFSET = 'MILLRACE_OFFSET'

export interface SubscriptionParts {
  readonly transport: Transport
  /** Epoch ms. */
  readonly now: () => number
  readonly isTable: (source: string) => Promise<boolean>
}

/**
 * Yields changes until the caller leaves. A stream's records come exactly once, by their partitions and offsets. A table's rows all come again
 * after a lost connection, with their values of then. Throws a ServerError for what will not succeed later either.
 */
export async function* subscribe<R extends Row>(
  source: string,
  { transport, now, isTable }: SubscriptionParts,
  options: SubscribeOptions,
): AsyncGenerator<SubscriptionEvent<R>> {
  const { signal, onReconnect = () => {} } = options
  const { timer } = transport
  const positions = options.after === undefined ? null : readToken(options.after)
  const state = { positions: positions ?? new Map<number, number>(), hasBegun: positions !== null, startedAt: now() }
  const pauses = new Pauses(timer)
  let table: boolean | null = null
  const isOver = () => signal?.aborted === true
  while (!isOver()) {
    try {
      table ??= await isTable(source)
      if (table && positions !== null) throw new MillraceError(`${source} is a table: it has no tokens.`)
      const query = await startQuery<Row>(transport, statementOf(source, table, state, options), {
        properties: { 'auto.offset.reset': state.hasBegun || options.from === 'earliest' ? 'earliest' : 'latest' },
        ...(signal === undefined ? {} : { signal }),
      })
      state.hasBegun = true
      pauses.reset()
      for await (const event of table ? rowsOf<R>(query) : recordsOf<R>(query, state.positions)) yield event
      throw new ConnectionError('The server ended the query.')
    } catch (error) {
      if (isOver()) return
      if (!isPassing(error)) throw error
      onReconnect(error as Error)
      await pauses.next(signal)
    }
  }
}

class Pauses {
  readonly #timer: Timer
  #ms = FIRST_PAUSE_MS

  constructor(timer: Timer) {
    this.#timer = timer
  }

  reset(): void {
    this.#ms = FIRST_PAUSE_MS
  }

  async next(signal: AbortSignal | undefined): Promise<void> {
    const ms = this.#ms
    this.#ms = Math.min(ms * 2, LONGEST_PAUSE_MS)
    await sleep(this.#timer, ms, signal === undefined ? {} : { signal })
  }
}

/** Whether a later attempt may succeed: the connection was lost, or the server starts, stops or has trouble of its own. */
const isPassing = (error: unknown): boolean =>
  error instanceof ConnectionError || (error instanceof ServerError && (error.code ?? SERVER_ERROR) >= SERVER_ERROR)

const SERVER_ERROR = 50_000

interface Progress {
  readonly positions: Positions
  /** Whether a query has run before: the next one continues it. */
  readonly hasBegun: boolean
  /** Epoch ms. */
  readonly startedAt: number
}

function statementOf(source: string, isTable: boolean, progress: Progress, options: SubscribeOptions): string {
  const { where, select = '*' } = options
  const places = isTable ? '' : `ROWPARTITION AS ${PARTITION}, ROWOFFSET AS ${OFFSET}, `
  const conditions = [
    ...(where === undefined ? [] : [`(${where})`]),
    ...(isTable || !progress.hasBegun ? [] : [`(${unseen(progress, options)})`]),
  ]
  const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return `SELECT ${places}${select} FROM ${source}${filter} EMIT CHANGES;`
}

/**
 * Records that have not been seen. Of a partition without any, a subscription that began at the end has none from before its beginning; offsets
 * of that moment are not known to a client, so time decides.
 */
function unseen({ positions, startedAt }: Progress, { from, after }: SubscribeOptions): string {
  const seen = [...positions.keys()]
  const newer = [...positions].map(([partition, offset]) => `(ROWPARTITION = ${partition} AND ROWOFFSET > ${offset})`)
  const isOther = seen.length === 0 ? [] : [`ROWPARTITION NOT IN (${seen.join(', ')})`]
  const fromStart = from === 'earliest' || after !== undefined
  const others = [...isOther, ...(fromStart ? [] : [`ROWTIME >= ${startedAt}`])]
  return [...newer, ...(others.length === 0 ? ['TRUE'] : [`(${others.join(' AND ')})`])].join(' OR ')
}

async function* recordsOf<R extends Row>(
  query: RunningQuery<Row>,
  positions: Positions,
): AsyncGenerator<SubscriptionEvent<R>> {
  const columns = query.columns.slice(2)
  for await (const { kind, values } of query.changes()) {
    const [partition, offset, ...rest] = values
    positions.set(Number(partition), Number(offset))
    yield { kind, row: namedRow(columns, rest) as R, token: JSON.stringify(Object.fromEntries(positions)) }
  }
}

async function* rowsOf<R extends Row>(query: RunningQuery<Row>): AsyncGenerator<SubscriptionEvent<R>> {
  const columns: readonly Column[] = query.columns
  for await (const { kind, values } of query.changes() as AsyncIterable<Change>) {
    yield { kind, row: namedRow(columns, values) as R, token: null }
  }
}

function readToken(token: string): Positions {
  try {
    const entries = Object.entries(JSON.parse(token) as Record<string, unknown>)
    if (entries.every(([partition, offset]) => /^\d+$/.test(partition) && Number.isSafeInteger(offset))) {
      return new Map(entries.map(([partition, offset]) => [Number(partition), offset as number]))
    }
  } catch {
    // Not JSON: not a token either.
  }
  throw new MillraceError(`Not a token of a subscription: ${token}`)
}
