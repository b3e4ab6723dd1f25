/** Reading the rows of a query into memory, up to a bound. */
import { StatementError } from '../../errors.ts'
import type { Row } from '../../types/value.ts'
import type { RowStream } from '../api.ts'

/** Counts the rows that a request has read from all of its sources. */
export class RowLimit {
  readonly #most: number
  #rows = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Throws StatementError when there are too many. */
  add(rows: number): void {
    this.#rows += rows
    this.#check(this.#rows, 'reads')
  }

  /** For rows that the request makes of those. Throws StatementError when there are too many. */
  checkMade(rows: number): void {
    this.#check(rows, 'makes')
  }

  #check(rows: number, verb: string): void {
    if (rows <= this.#most) return
    throw new StatementError(
      `The query ${verb} more than ${this.#most} rows, which would have to be in memory at once. Add a condition on the key, make a table of it ` +
        `with CREATE TABLE ... AS SELECT, or raise 'millrace.query.pull.max.rows'.`,
    )
  }
}

/** Hands all rows of `stream` to `take`. Rejects as the stream ends, and with what `take` or the limit throws. */
export function collectRows(
  stream: RowStream,
  limit: RowLimit,
  signal: AbortSignal,
  take: (rows: readonly Row[]) => Promise<void> | void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = () => void stream.close()
  signal.addEventListener('abort', stop, { once: true })
  stream.subscribe({
    async onItems(items) {
      try {
        limit.add(items.length)
        await take(items.map(({ row }) => row))
      } catch (error) {
        reject(error)
        stop()
      }
    },
    onEnd(end) {
      signal.removeEventListener('abort', stop)
      if (end.reason === 'error') reject(end.error)
      else resolve()
    },
  })
  return promise
}
