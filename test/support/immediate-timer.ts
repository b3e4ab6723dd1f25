import { type Scheduled, systemTimer, type Timer } from '../../src/clock.ts'

/** No pause takes time; their lengths are kept. */
export class ImmediateTimer implements Timer {
  readonly pauses: number[] = []

  after(ms: number, call: () => void): Scheduled {
    this.pauses.push(ms)
    queueMicrotask(call)
    return { cancel: () => {} }
  }

  every = systemTimer.every
  elapsed = systemTimer.elapsed
}
