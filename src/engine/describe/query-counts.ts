/** What a query has done so far and what it holds, in numbers. */

/** Counts of this server since it started the query. */
export interface QueryCounts {
  /** From the topics of its sources; what it reads from topics of its own is not counted. */
  readonly recordsIn: number
  /** To the topic of its stream or table; what it writes to topics of its own is not counted. */
  readonly recordsOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Records that could not be processed, and failures that stopped the query. */
  readonly errors: number
  readonly lateRecords: number
  /** Records that a step passed over because it failed on them. */
  readonly droppedRecords: number
  readonly lagRecords: number
  /** Sums over all steps with state; 0: it has none. */
  readonly stateEntries: number
  readonly stateBytes: number
  /** Records of changelogs that were and are still to be read before the query can begin. */
  readonly restored: number
  readonly restoring: number
  /** Sums over all records whose latency was measured. */
  readonly latencyMs: number
  readonly latencyCount: number
}

export const NO_COUNTS: QueryCounts = {
  recordsIn: 0,
  recordsOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  errors: 0,
  lateRecords: 0,
  droppedRecords: 0,
  lagRecords: 0,
  stateEntries: 0,
  stateBytes: 0,
  restored: 0,
  restoring: 0,
  latencyMs: 0,
  latencyCount: 0,
}

/** By how much a count has grown; one that is lower than before began again at 0. */
export const growth = (before: number, now: number): number => (now >= before ? now - before : now)
