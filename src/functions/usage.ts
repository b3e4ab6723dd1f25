/** What a function has done on this thread, for /metrics and EXPLAIN ANALYZE. */
export interface FunctionUsage {
  calls: number
  errors: number
  /** Time of the calls that were timed, ms; one in `TIMED_EVERY` is. */
  timedMs: number
}

/** A clock read around each call would cost more than a short call. A power of two. */
export const TIMED_EVERY = 32

export const newUsage = (): FunctionUsage => ({ calls: 0, errors: 0, timedMs: 0 })

/** Estimated time of all calls, ms. */
export const usedMs = ({ calls, timedMs }: FunctionUsage): number =>
  calls === 0 ? 0 : (timedMs * calls) / Math.ceil(calls / TIMED_EVERY)
