/** The heartbeat of a worker thread: numbers that the thread writes while it works, and that the main thread reads. */

/** Indexes of the 32-bit numbers in the memory that both threads share. */
export const WATCHED = {
  /** Number of the query that the thread works for, or 0. */
  workingFor: 0,
  beats: 1,
  length: 2,
} as const
