/** The heartbeat of a worker thread, and the main thread's knock at it: numbers that each writes while the other works. */

/** Indexes of the 32-bit numbers in the memory that both threads share. */
export const WATCHED = {
  /** Number of the query that the thread works for, or 0. */
  workingFor: 0,
  beats: 1,
  /** Number of the call that the main thread has posted last. The thread reads it in the middle of its work, where it takes no messages. */
  lastCall: 2,
  length: 3,
} as const
