/** Waits for what a test has set going. */
import { setImmediate as turn } from 'node:timers/promises'

/** Longer than any test may take: a test that waits in vain ends by its own time-out, and its loop by this one. */
const WAIT_MS = 60_000

/** Resolves as soon as `holds` is true; looks at each turn of the event loop, so that a state that soon passes is not missed. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + WAIT_MS; !(await holds()); await turn()) {
    if (performance.now() > end) throw new Error(`Waited ${WAIT_MS} ms for something that did not happen.`)
  }
}
