/**
 * A lock between the threads of a process, one word of shared memory. The word is 0 when free, else the holder's id (>= 1), plus
 * `CONTENDED` when somebody may be asleep waiting. After U. Drepper, "Futexes Are Tricky", mutex 2; the id lets the log's owner find
 * what a dead thread held.
 */

import { BrokerError } from '../../broker-error.ts'

const CONTENDED = 0x4000_0000
const SPINS = 200
const WAIT_SLICE_MS = 100
/** Holders do one write of a batch or one rename. Waiting longer means that the holder is dead or the disk hangs. */
export const LOCK_PATIENCE_MS = 10_000

/** The lock stayed with another thread for as long as the caller was willing to wait. Retriable `UNAVAILABLE`. */
export class LockHeldError extends BrokerError {
  constructor(waitedMs: number) {
    const message = `A partition of the embedded log stayed locked by another thread for ${waitedMs / 1_000} s.`
    super('UNAVAILABLE', message, { retriable: true })
  }
}

/** Takes the lock for `holder` (1 to 2^30 - 1), blocking the thread for up to `patienceMs`. Not reentrant. `LockHeldError`. */
export function lock(words: Int32Array, index: number, holder: number, patienceMs = LOCK_PATIENCE_MS): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.compareExchange(words, index, 0, holder) === 0) return
  for (let waitedMs = 0; waitedMs < patienceMs; ) {
    const seen = Atomics.load(words, index)
    if (seen === 0) {
      // Others may still sleep, so a thread that comes out of the wait keeps the mark.
      if (Atomics.compareExchange(words, index, 0, holder | CONTENDED) === 0) return
      continue
    }
    const marked = seen | CONTENDED
    if (seen !== marked && Atomics.compareExchange(words, index, seen, marked) !== seen) continue
    if (Atomics.wait(words, index, marked, WAIT_SLICE_MS) === 'timed-out') waitedMs += WAIT_SLICE_MS
  }
  throw new LockHeldError(patienceMs)
}

export function unlock(words: Int32Array, index: number): void {
  if ((Atomics.exchange(words, index, 0) & CONTENDED) !== 0) Atomics.notify(words, index, 1)
}

/** Id of the thread that holds the lock, 0 if none. */
export function lockHolder(words: Int32Array, index: number): number {
  return Atomics.load(words, index) & ~CONTENDED
}

/** Hands the lock of a dead thread to `holder`, which must unlock it. */
export function seizeLock(words: Int32Array, index: number, holder: number): void {
  Atomics.store(words, index, holder | CONTENDED)
}
