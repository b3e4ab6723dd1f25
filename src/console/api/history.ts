/** The answer of GET /console/api/history. */

type Values = readonly (number | null)[]

export interface HistoryAnswer {
  /** Epoch ms, ascending. */
  readonly times: readonly number[]
  /** Records per second, and what the process uses: `cpu` in cores, `memory` in bytes. */
  readonly server: Readonly<
    Record<'recordsIn' | 'recordsOut' | 'lag' | 'errors' | 'cpu' | 'memory' | 'pushQueries', Values>
  >
  readonly queries: Readonly<Record<string, Readonly<Record<'recordsIn' | 'recordsOut' | 'lag', Values>>>>
}
