/** The calls that a task makes of user-defined functions: counted by function, and with a bound on what they log. */

import { type FunctionUsage, newUsage } from '../usage.ts'
import type { FunctionCaller } from '../user-functions.ts'

/** Lines in a second that a function may log in a task; what is beyond is counted. */
const LINES_PER_SECOND = 10

interface Recent {
  since: number
  lines: number
  dropped: number
}

export interface TaskCallerOptions {
  /** Monotonic, ms. */
  readonly elapsed: () => number
  /** Takes a line for the processing log. */
  readonly log: (line: string) => void
}

export class TaskCaller implements FunctionCaller {
  /** By function. */
  readonly usages = new Map<string, FunctionUsage>()
  readonly #options: TaskCallerOptions
  readonly #recent = new Map<string, Recent>()

  constructor(options: TaskCallerOptions) {
    this.#options = options
  }

  usage({ name }: { readonly name: string }): FunctionUsage {
    let usage = this.usages.get(name)
    if (usage === undefined) {
      usage = newUsage()
      this.usages.set(name, usage)
    }
    return usage
  }

  log({ name }: { readonly name: string }, text: string): void {
    const now = this.#options.elapsed()
    const recent = this.#recent.get(name) ?? { since: now, lines: 0, dropped: 0 }
    this.#recent.set(name, recent)
    if (now - recent.since >= 1000) {
      if (recent.dropped > 0) this.#options.log(`Function ${name} has logged ${recent.dropped} more lines.`)
      recent.since = now
      recent.lines = 0
      recent.dropped = 0
    }
    if (recent.lines >= LINES_PER_SECOND) {
      recent.dropped++
      return
    }
    recent.lines++
    this.#options.log(`Function ${name}: ${text}`)
  }
}
