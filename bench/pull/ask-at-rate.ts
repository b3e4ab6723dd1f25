/** Requests that leave at times of their own, whether earlier ones have been answered or not. */
import { sleep, type Timer } from '../../src/clock.ts'

export interface RateOptions {
  readonly timer: Timer
  /** Requests a second. */
  readonly rate: number
  readonly requests: number
  /** Sends the request of that number; resolves with its answer. */
  readonly ask: (index: number) => Promise<unknown>
}

/** Milliseconds, one for each request, ascending. */
export interface AskedTimes {
  /** From the time at which a request was due until its answer was there, so that a wait before it leaves counts as well. */
  readonly answered: readonly number[]
  /** From the time at which a request was due until it left: what the client itself adds. */
  readonly late: readonly number[]
}

/** Resolves when all are answered. Rejects when one fails. */
export async function askAtRate({ timer, rate, requests, ask }: RateOptions): Promise<AskedTimes> {
  const answered: number[] = []
  const late: number[] = []
  const startedAt = timer.elapsed()
  const dueAt = (index: number): number => startedAt + (index / rate) * 1000
  const open: Promise<void>[] = []
  for (let index = 0; index < requests; ) {
    for (; index < requests && dueAt(index) <= timer.elapsed(); index++) {
      const due = dueAt(index)
      late.push(timer.elapsed() - due)
      open.push(ask(index).then(() => void answered.push(timer.elapsed() - due)))
    }
    if (index < requests) await sleep(timer, Math.max(0, dueAt(index) - timer.elapsed()))
  }
  await Promise.all(open)
  return { answered: ascending(answered), late: ascending(late) }
}

const ascending = (times: readonly number[]): number[] => [...times].sort((a, b) => a - b)

/** The time that `share` of them do not exceed. `times`: ascending; `share`: 0 to 1. */
export const percentile = (times: readonly number[], share: number): number =>
  times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
