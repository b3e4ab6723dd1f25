/** Restores for the log: that one begins, each further tenth, and that it is done. */
import type { RestoreProgress } from './restore-changelogs.ts'

const STEPS = 10

export function logRestores(write: (line: string) => void): (progress: RestoreProgress) => void {
  const told = new Map<string, number>()
  return ({ queryId, taskId, recordsDone, recordsTotal, isDone }) => {
    if (recordsTotal === 0) return
    const task = `${queryId}/${taskId}`
    const step = isDone ? STEPS : Math.min(STEPS - 1, Math.floor((STEPS * recordsDone) / recordsTotal))
    if (told.get(task) === step) return
    if (isDone) told.delete(task)
    else told.set(task, step)
    write(
      isDone
        ? `The state of query ${queryId}, task ${taskId}, is restored: ${recordsDone} records.`
        : `Restoring the state of query ${queryId}, task ${taskId}: ${recordsDone} of at most ${recordsTotal} records.`,
    )
  }
}
