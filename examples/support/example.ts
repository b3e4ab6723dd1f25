/** What an example is: two SQL files, data that goes in, and what a plain computation over the data says must come out. */

/** A value of an answer, as JSON has it. */
export type Cell = null | boolean | number | string | readonly Cell[]
export type Row = readonly Cell[]

export interface Example {
  readonly name: string
  /** Folder of `statements.sql` and `queries.sql`. */
  readonly folder: string
  /** In the order in which they are sent: each is stored before the next one begins. */
  readonly inputs: () => readonly Input[]
  readonly expected: () => Expected
}

export interface Input {
  /** A stream or table of `statements.sql`. */
  readonly target: string
  /** Columns by name, in upper case; `ROWTIME` in epoch ms where the record's time matters. */
  readonly rows: readonly Readonly<Record<string, Cell>>[]
}

export interface Expected {
  /** All data has gone through when each of these pull queries has the rows it waits for. */
  readonly settled: readonly { readonly sql: string; readonly isSettled: (rows: readonly Row[]) => boolean }[]
  /** One for each query of `queries.sql`, in its order. */
  readonly answers: readonly Answer[]
}

export interface Answer {
  /** In any order: rows come from several partitions. */
  readonly rows: readonly Row[]
  /** The query has a LIMIT: this many of `rows`, none of them twice. Absent: all of them. */
  readonly limit?: number
}
