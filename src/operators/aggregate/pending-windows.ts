/** Pending changes of windowed rows, by window start. */
import type { StoreKey } from '../../state/store.ts'
import { type PendingChange, PendingChanges } from './pending-changes.ts'

/** Beyond this many window starts all changes leave at once. */
const MAX_STARTS = 1000

export class PendingWindows {
  readonly #starts = new Map<number, PendingChanges>()
  readonly #emit: (start: number, key: StoreKey, change: PendingChange) => void
  /** The start that was looked up last: neighbouring records mostly share a window. */
  #lastStart = Number.NaN
  #last: PendingChanges | undefined

  constructor(emit: (start: number, key: StoreKey, change: PendingChange) => void) {
    this.#emit = emit
  }

  at(start: number): PendingChanges {
    if (start === this.#lastStart) return this.#last!
    if (this.#starts.size >= MAX_STARTS) this.flush()
    let changes = this.#starts.get(start)
    if (changes === undefined) {
      changes = new PendingChanges((key, change) => this.#emit(start, key, change))
      this.#starts.set(start, changes)
    }
    this.#lastStart = start
    this.#last = changes
    return changes
  }

  /** If a window that started before `start` has changes, all leave: their rows are about to go. */
  flushBefore(start: number): void {
    if (this.#starts.keys().some((pending) => pending < start)) this.flush()
  }

  flush(): void {
    if (this.#starts.size === 0) return
    for (const changes of this.#starts.values()) changes.flush()
    this.#starts.clear()
    this.#lastStart = Number.NaN
    this.#last = undefined
  }
}
