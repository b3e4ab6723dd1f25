/**
 * Time that passes when nobody works: as soon as all that runs waits, it jumps to the moment for which somebody waits first. So seconds of
 * waiting cost nothing, and what happens depends on nothing but the program.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, ManualTimer, type Scheduled, type Timer } from '../../../src/clock.ts'

/** Any moment; the same in each run. */
const BEGINNING = Date.UTC(2026, 0, 1)
/** Turns of the event loop in which work may go on without any time passing. */
const BUSY_TURNS = 10_000
/** After so much time nobody will do what somebody waits for. */
const LONGEST_MS = 600_000

export class VirtualTime implements Clock, Timer {
  readonly #timer = new ManualTimer()

  now(): number {
    return BEGINNING + Math.floor(this.#timer.elapsed())
  }

  after(ms: number, call: () => void): Scheduled {
    return this.#timer.after(ms, call)
  }

  every(ms: number, call: () => void): Scheduled {
    return this.#timer.every(ms, call)
  }

  elapsed(): number {
    return this.#timer.elapsed()
  }

  /** Lets time pass until `work` has settled. Rejects with a StandstillError if it never will: nothing has come of it in ten minutes. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    let isSettled = false
    const working = work().finally(() => {
      isSettled = true
    })
    // It may be rejected before it is awaited.
    working.catch(() => {})
    for (let busyTurns = 0; !isSettled; ) {
      await nextTurn()
      if (isSettled) break
      if (isBusy() && ++busyTurns < BUSY_TURNS) continue
      busyTurns = 0
      const next = this.#timer.untilNext()
      if (next === null || this.elapsed() > LONGEST_MS)
        throw new StandstillError(`Nothing came of it in ${Math.round(this.elapsed() / 1000)} s.`)
      this.#timer.advance(next)
    }
    return working
  }
}

/** Somebody waits for what nobody will do. */
export class StandstillError extends Error {}

/** Whether somebody continues in the next turn of the event loop, or waits for the disk. */
const isBusy = (): boolean => process.getActiveResourcesInfo().some((kind) => BUSY.has(kind))
const BUSY = new Set(['Immediate', 'FSReqCallback', 'FSReqPromise'])
