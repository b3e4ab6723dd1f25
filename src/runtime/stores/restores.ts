/** How far the restores of queries have come, over the tasks of a worker. */
import type { RestoreProgress } from './restore-changelogs.ts'

export interface RestoreCounts {
  /** Records taken from changelogs. */
  readonly restored: number
  /** Offsets of changelogs still to be gone through; 0 when nothing is being restored. */
  readonly left: number
}

export const NOTHING_RESTORED: RestoreCounts = { restored: 0, left: 0 }

export const addRestores = (parts: readonly RestoreCounts[]): RestoreCounts =>
  parts.reduce(
    (sum, part) => ({ restored: sum.restored + part.restored, left: sum.left + part.left }),
    NOTHING_RESTORED,
  )

export class Restores {
  /** By query, then by task. */
  readonly #tasks = new Map<string, Map<string, RestoreCounts>>()

  note({ queryId, taskId, recordsDone, recordsTotal, isDone }: RestoreProgress): void {
    const tasks = this.#tasks.get(queryId) ?? new Map<string, RestoreCounts>()
    this.#tasks.set(queryId, tasks)
    tasks.set(taskId, { restored: recordsDone, left: isDone ? 0 : Math.max(1, recordsTotal - recordsDone) })
  }

  of(queryId: string): RestoreCounts {
    return addRestores([...(this.#tasks.get(queryId)?.values() ?? [])])
  }

  /** A restore that was given up is not under way. */
  end(queryId: string, taskId: string): void {
    const counts = this.#tasks.get(queryId)?.get(taskId)
    if (counts !== undefined) this.#tasks.get(queryId)!.set(taskId, { ...counts, left: 0 })
  }

  forget(queryId: string): void {
    this.#tasks.delete(queryId)
  }
}
