/** A timer by which time passes faster than it does, so that what waits for intervals takes little time in a simulation. */
import { systemTimer, type Timer } from '../../../src/clock.ts'

export const fastTimer = (factor: number): Timer => ({
  after: (ms, call, options) => systemTimer.after(ms / factor, call, options),
  every: (ms, call, options) => systemTimer.every(Math.max(1, ms / factor), call, options),
  elapsed: () => systemTimer.elapsed() * factor,
})
