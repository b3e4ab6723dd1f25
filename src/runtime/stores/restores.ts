/** Counts how far the restores of queries have come, over the tasks of a worker. */
import { addRestores, type RestoreCounts } from '../query-progress.ts'
import type { RestoreProgress } from './restore-changelogs.ts'

export class Restores {
  /** Counts by query, then by task. */
  readonly #tasks = new Map<string, Map<string, RestoreCounts>>()

  note({ queryId, taskId, recordsDone, recordsTotal, isDone }: RestoreProgress): void {
    const tasks = this.#tasks.get(queryId) ?? new Map<string, RestoreCounts>()
    this.#tasks.set(queryId, tasks)
    tasks.set(taskId, { restored: recordsDone, left: isDone ? 0 : Math.max(1, recordsTotal - recordsDone) })
  }

  of(queryId: string): RestoreCounts {
    return addRestores([...(this.#tasks.get(queryId)?.values() ?? [])])
  }

  /** Marks the restore of a task as no longer under way. */
  end(queryId: string, taskId: string): void {
    const counts = this.#tasks.get(queryId)?.get(taskId)
    if (counts !== undefined) this.#tasks.get(queryId)!.set(taskId, { ...counts, left: 0 })
  }

  forget(queryId: string): void {
    this.#tasks.delete(queryId)
  }
}
