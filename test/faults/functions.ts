/**
 * Hostile bodies of functions in JavaScript, in sandboxes of this process: it must live, each call must end within twice its bound, nothing of the
 * host may be reached, and memory must return. Options: `bodies` (10,000), `timeout` (20), the bound of a call, ms.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { memoryAfter, runHostileBodies } from '../support/run-hostile-bodies.ts'
import type { Fault } from './fault.ts'

export const functions: Fault = async ({ seed, number, say }) => {
  setFlagsFromString('--expose-gc')
  globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction
  return memoryAfter(
    await runHostileBodies({ seed, bodies: number('bodies', 10_000), timeoutMs: number('timeout', 20), say }),
  )
}
